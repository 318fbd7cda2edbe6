import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { accountSettings } from './account/settings.ts';
import { bouncerSettings } from './config/bouncer.ts';
import { readIfThere, writeWhole } from './config/files.ts';
import { MinimixError, sentenceOf } from './core/errors.ts';

const MOST_ACCOUNTS = 50;

const settings = z
  .strictObject({
    version: z.literal(1),
    web: z.strictObject({ port: z.int().min(0).max(65_535).optional() }).optional(),
    bouncer: bouncerSettings.optional(),
    accounts: z.array(accountSettings).max(MOST_ACCOUNTS),
  })
  .refine(({ accounts }) => new Set(accounts.map(({ jid }) => jid)).size === accounts.length, {
    path: ['accounts'],
    message: 'name the same JID twice',
  });

/** The home's settings.json. */
export type Settings = z.output<typeof settings>;

/**
 * Where this person's Minimix lives: what was asked for, else MINIMIX_HOME, else the platform's place for
 * data.
 */
export function findHome(
  asked: string | undefined,
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): string {
  return resolve(asked ?? (env['MINIMIX_HOME'] || placeOf(env, platform)));
}

function placeOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'minimix');
  if (platform === 'win32') return join(env['APPDATA'] || join(homedir(), 'AppData', 'Roaming'), 'minimix');
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'minimix');
}

/** The settings, checked strictly: what is not understood is refused with its place, never dropped. */
export function readSettings(home: string): Settings {
  const path = settingsPath(home);
  const text = readIfThere(path);
  if (text === undefined) return { version: 1, accounts: [] };
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw badSettings(path, lineOfSyntaxError(text, sentenceOf(error)), 'it is not JSON');
  }
  const checked = settings.safeParse(read);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const keys =
    issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : (issue?.path ?? []);
  const reason =
    issue?.code === 'unrecognized_keys' ? 'is not a setting' : (issue?.message ?? 'is not valid');
  throw badSettings(path, lineOfKey(text, keys), `${keys.join('.') || 'the file'} ${reason}`);
}

/** Writes them whole, for the owner only. The caller holds the home's lock. */
export function writeSettings(home: string, value: Settings): void {
  writeWhole(settingsPath(home), `${JSON.stringify(settings.parse(value), undefined, 2)}\n`);
}

function settingsPath(home: string): string {
  return join(home, 'settings.json');
}

function badSettings(path: string, line: number | undefined, reason: string): MinimixError {
  const place = line === undefined ? path : `${path}, line ${line}`;
  return new MinimixError('bad-settings', `${place}: ${reason}. Nothing was changed.`);
}

/**
 * V8 tells of a syntax error its position, or the text around it (ten characters before), or that the text
 * ended.
 */
function lineOfSyntaxError(text: string, sentence: string): number | undefined {
  const position = /position (\d+)/.exec(sentence)?.[1];
  if (position !== undefined) return lineAt(text, Number(position));
  const around = /^Unexpected token .+?, \.\.\."(.*)"(\.\.\.)? is not valid JSON$/s.exec(sentence)?.[1];
  if (around !== undefined && text.includes(around)) return lineAt(text, text.indexOf(around) + 10);
  return /end of JSON input/.test(sentence) ? lineAt(text, text.trimEnd().length) : undefined;
}

/** The line of the last named key, where the text has that key once. */
function lineOfKey(text: string, path: readonly PropertyKey[]): number | undefined {
  const key = path.findLast((part) => typeof part === 'string');
  if (key === undefined) return undefined;
  const quoted = JSON.stringify(key);
  const at = text.indexOf(quoted);
  return at === -1 || text.includes(quoted, at + 1) ? undefined : lineAt(text, at);
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
