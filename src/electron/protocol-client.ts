import type { DesktopChoice } from '../tray/desktop.ts';

interface Protocols {
  isDefaultProtocolClient(name: string): boolean;
  setAsDefaultProtocolClient(name: string): boolean;
  removeAsDefaultProtocolClient(name: string): boolean;
}

/** Whether `xmpp:` links are opened here, on macOS and Windows. On Linux Electron can set it and not take it back, and blocks for each question. */
export function openProtocolClient(system: Protocols): DesktopChoice {
  let on = false;
  const look = async (): Promise<void> => {
    on = system.isDefaultProtocolClient('xmpp');
  };
  return {
    isOn: () => on,
    look,
    async set(wish) {
      if (wish) system.setAsDefaultProtocolClient('xmpp');
      else system.removeAsDefaultProtocolClient('xmpp');
      await look();
    },
  };
}
