/** As package.json (`desktopName`) and electron-builder's `executableName` have it: Electron gives it to the desktop as CHROME_DESKTOP. */
export const DESKTOP_FILE = 'minimix-tray.desktop';
