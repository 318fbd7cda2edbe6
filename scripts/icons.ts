// Draws the icons of build/ from their SVG, with Chromium: `node scripts/icons.ts`. The results are committed.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const build = join(import.meta.dirname, '../build');
const app = await readFile(join(import.meta.dirname, '../renderer/public/icon.svg'), 'utf8');

// The state is told by shape, and only then by colour: a disc, a square on its
// corner, a triangle, two bars, an empty ring; a bubble is filled for what mentions the person, and empty for what is unread.
const marks = {
  connected: '<circle cx="25" cy="25" r="5.5" fill="#5cc796"/>',
  mention: '<path d="M18.500 18h13v10h-6.500l-3.500 4v-4h-3z" fill="#ffb04d"/>',
  unread: '<path d="M19.500 19h11v8h-5.500l-3 3.500v-3.500h-2.500z" fill="none" stroke="#8fd3ff" stroke-width="2.200"/>',
  attention: '<path d="M25 18l7 7-7 7-7-7z" fill="#ff6b5e"/>',
  degraded: '<path d="M25 18l7 13H18z" fill="#f0b95c"/>',
  paused: '<path d="M20.500 19h3.300v12h-3.300zM26.200 19h3.300v12h-3.300z" fill="#8fb7ff"/>',
  offline: '<circle cx="25" cy="25" r="4.7" fill="none" stroke="#a9adb5" stroke-width="2.600"/>',
};
const letter =
  '<path d="M6 21V12.500a4 4 0 0 1 8 0V21M14 21V12.500a4 4 0 0 1 8 0V15" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>';

function trayIcon(state: keyof typeof marks): string {
  const context = state === 'offline' ? '#6d7178' : '#2f6b5f';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <mask id="m"><rect width="32" height="32" fill="#fff"/><circle cx="25" cy="25" r="8.500" fill="#000"/></mask>
    <g mask="url(#m)"><rect width="28" height="28" rx="7" fill="${context}"/>${letter}</g>${marks[state]}</svg>`;
}

/** What macOS draws in the colour of its menu bar: by its alpha alone. */
function templateIcon(state: keyof typeof marks): string {
  const mark = marks[state].replaceAll(/(fill|stroke)="#[0-9a-f]{6}"/g, '$1="#000"');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <mask id="m"><rect width="32" height="32" fill="#fff"/><circle cx="25" cy="25" r="8.500" fill="#000"/></mask>
    <g mask="url(#m)">${letter.replace('#fff', '#000')}</g>${mark}</svg>`;
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();

async function draw(svg: string, size: number, path: string): Promise<void> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>html,body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  await writeFile(path, await page.screenshot({ omitBackground: true }));
}

await mkdir(join(build, 'tray'), { recursive: true });
await draw(app, 1024, join(build, 'icon.png'));
for (const state of Object.keys(marks) as (keyof typeof marks)[]) {
  await draw(trayIcon(state), 22, join(build, 'tray', `${state}.png`));
  await draw(trayIcon(state), 44, join(build, 'tray', `${state}@2x.png`));
  await draw(templateIcon(state), 22, join(build, 'tray', `${state}Template.png`));
  await draw(templateIcon(state), 44, join(build, 'tray', `${state}Template@2x.png`));
}
await browser.close();
