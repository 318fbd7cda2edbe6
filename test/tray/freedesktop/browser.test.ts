import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBrowser } from '../../../src/tray/freedesktop/browser.ts';
import { until } from '../../support/until.ts';

const URL = 'http://127.0.0.1:1/?t=x#/';
let dir: string;
let log: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'browser-'));
  log = join(dir, 'log');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A program that writes down how it was called, or prints. */
function program(name: string, script = `printf '%s ' "\${0##*/}" "$@" "$XDG_ACTIVATION_TOKEN" >'${log}.part'; mv '${log}.part' '${log}'`): void {
  mkdirSync(join(dir, 'bin'), { recursive: true });
  writeFileSync(join(dir, 'bin', name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(join(dir, 'bin', name), 0o755);
}
const open = (token?: string): Promise<void> => openBrowser({ PATH: join(dir, 'bin') })(URL, token);
async function called(): Promise<string> {
  await until(() => existsSync(log), { what: 'a browser' });
  return readFileSync(log, 'utf8').trim();
}

test('a browser that shows one page as a window of its own is told to', async () => {
  for (const name of ['chromium', 'xdg-open']) program(name);
  program('xdg-settings', 'echo chromium.desktop');
  await open('token');
  expect(await called()).toBe(`chromium --app=${URL} token`);
});

test.each([
  ['another browser is the person’s choice', 'echo firefox-esr.desktop'],
  ['the desktop does not know', 'exit 4'],
])('where %s, it opens as a tab of it', async (_name, script) => {
  for (const name of ['chromium', 'xdg-open']) program(name);
  program('xdg-settings', script);
  await open();
  expect(await called()).toBe(`xdg-open ${URL}`);
});

test('where nothing can open it, a sentence says what to do', async () => {
  await expect(open()).rejects.toThrow('No browser was found: install xdg-utils, or run `minimix page`');
});
