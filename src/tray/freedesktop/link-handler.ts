// Who opens `xmpp:` links (freedesktop's MIME Applications, desktop entries and base directories), read and written without
// the tools for it: xdg-mime can choose a program and not give the choice back, and each question to it costs a process.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { configHome } from '../../config/config.ts';
import { writeWhole } from '../../config/files.ts';
import type { DesktopChoice } from '../desktop.ts';
import { desktopEntry } from './desktop-entry.ts';

const TYPE = 'x-scheme-handler/xmpp';
const DEFAULTS = '[Default Applications]';
const REMOVED = '[Removed Associations]';
const OWN_MARK = 'X-Minimix-Own=true';

interface LinkHandlerOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The person's home directory. */
  readonly user: string;
  /** The file's name, such as `minimix.desktop`. A package has put it where the system looks, or it is written when it is needed. */
  readonly desktopFile: string;
  /** What starts the tray. */
  readonly command: readonly string[];
}

export function openLinkHandler({ env, user, desktopFile, command }: LinkHandlerOptions): DesktopChoice {
  const config = configHome(env, user);
  const data = env['XDG_DATA_HOME'] || join(user, '.local/share');
  const systems = (env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(delimiter).map((folder) => join(folder, 'applications'));
  const folders = [join(data, 'applications'), ...systems];
  const own = join(data, 'applications', desktopFile);
  const list = join(config, 'mimeapps.list');
  let on = false;

  async function handler(): Promise<string | undefined> {
    const names = (env['XDG_CURRENT_DESKTOP'] ?? '').split(':').filter(Boolean).map((name) => `${name.toLowerCase()}-mimeapps.list`);
    const places = [config, ...(env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(delimiter), ...folders];
    const removed = new Set<string>();
    for (const place of places) {
      for (const name of [...names, 'mimeapps.list']) {
        const text = await readOr(join(place, name));
        for (const file of valuesOf(text, DEFAULTS)) if (await isInstalled(file)) return file;
        for (const file of valuesOf(text, REMOVED)) removed.add(file);
      }
    }
    for (const folder of folders) {
      for (const file of valuesOf(await readOr(join(folder, 'mimeinfo.cache')), '[MIME Cache]')) if (!removed.has(file)) return file;
    }
    return undefined;
  }

  async function isInstalled(file: string): Promise<boolean> {
    for (const folder of folders) if ((await readOr(join(folder, file))) !== '') return true;
    return false;
  }

  async function write(change: (text: string) => string): Promise<void> {
    const before = await readOr(list);
    const after = change(before);
    if (after !== before) writeWhole(list, after);
  }

  async function look(): Promise<void> {
    on = (await handler()) === desktopFile;
  }

  return {
    isOn: () => on,
    look,
    async set(wish) {
      if (wish) {
        if (!(await isInstalled(desktopFile))) {
          await mkdir(dirname(own), { recursive: true });
          await writeFile(own, `${desktopEntry({ command, links: true })}${OWN_MARK}\n`);
        }
        await write((text) => {
          const others = valuesOf(text, DEFAULTS).filter((file) => file !== desktopFile);
          return withValues(withValues(text, DEFAULTS, [desktopFile, ...others]), REMOVED, valuesOf(text, REMOVED).filter((file) => file !== desktopFile));
        });
      } else {
        await write((text) => withValues(text, DEFAULTS, valuesOf(text, DEFAULTS).filter((file) => file !== desktopFile)));
        if ((await readOr(own)).includes(OWN_MARK)) await rm(own, { force: true });
        // A package's file says that it opens such links: where no other program does, it must be said that this one shall not.
        if ((await handler()) === desktopFile) await write((text) => withValues(text, REMOVED, [...valuesOf(text, REMOVED), desktopFile]));
      }
      await look();
    },
  };
}

async function readOr(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return ''; // most of these files are not there
  }
}

/** The programs that a list names for our kind of link, in a group of it. */
function valuesOf(text: string, group: string): string[] {
  const lines = groupOf(text.split('\n'), group);
  const line = lines.find((one) => one.split('=')[0]?.trim() === TYPE);
  return (line?.slice(line.indexOf('=') + 1) ?? '').split(';').map((file) => file.trim()).filter(Boolean);
}

function groupOf(lines: readonly string[], group: string): readonly string[] {
  const start = lines.findIndex((line) => line.trim() === group);
  if (start === -1) return [];
  const length = lines.slice(start + 1).findIndex((line) => line.trim().startsWith('['));
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
}

/** The text with these programs in that group, and all else as it was. */
function withValues(text: string, group: string, files: readonly string[]): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const inside = groupOf(lines, group);
  const at = lines.findIndex((line) => line.trim() === group) + 1;
  const old = inside.findIndex((line) => line.split('=')[0]?.trim() === TYPE);
  const line = files.length === 0 ? [] : [`${TYPE}=${files.join(';')};`];
  if (at === 0 && line.length === 0) return text;
  if (at === 0) return `${[...lines, ...(lines.length > 0 ? [''] : []), group, ...line].join('\n')}\n`;
  if (old === -1) lines.splice(at, 0, ...line);
  else lines.splice(at + old, 1, ...line);
  return `${lines.join('\n')}\n`;
}
