import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readIfThere, writeWhole } from './files.ts';
import type { Settings } from './schema.ts';
import { editText, readSettingsText, type Unknown } from './settings-text.ts';
import { MinimixError } from '../core/errors.ts';

export type { Settings } from './schema.ts';

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

/** Where a desktop's programs keep settings (XDG Base Directory Specification); `user` is the person's home directory. */
export function configHome(env: NodeJS.ProcessEnv, user = homedir()): string {
  return env['XDG_CONFIG_HOME'] || join(user, '.config');
}

/** What a start is given: the settings in force, and what is to be said of the file. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** The file as it was read; the last good one where the file is bad. */
  readonly text: string;
  readonly unknown: readonly Unknown[];
  /** Why the file is not in force, and the last good one is; one sentence. */
  readonly trouble: string | undefined;
}

/** One wish: a path in the file, such as `['accounts', 0, 'chat']`, and its value; `undefined` takes it out. */
interface SettingsEdit {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

const EMPTY = '{\n  "version": 1,\n  "accounts": []\n}\n';

/** Throws `bad-settings`, with line, column and reason, where the file is bad. */
export function readSettings(home: string): Settings {
  return readGood(home).settings;
}

/**
 * For a start, which needs some settings: the file's, else those that were last good. Throws where there are none. What
 * is good is kept for the next time, unless the caller only looks.
 */
export function loadSettings(home: string, { keep = true } = {}): LoadedSettings {
  const text = readIfThere(settingsPath(home)) ?? EMPTY;
  const read = readSettingsText(text);
  if (read.ok) {
    if (keep && text !== EMPTY) keepGood(home, text);
    return { settings: read.settings, unknown: read.unknown, text, trouble: undefined };
  }
  const bad = badSettings(home, read);
  const good = readIfThere(goodPath(home));
  const before = good === undefined ? undefined : readSettingsText(good);
  if (good === undefined || !before?.ok) throw bad;
  return { settings: before.settings, unknown: before.unknown, text: good, trouble: `${bad.message} The last good settings stay in force.` };
}

/** As a change of the file is taken while the daemon runs; `undefined` where the file is not there. */
export function reloadSettings(home: string): { readonly text: string; readonly settings: Settings; readonly unknown: readonly Unknown[] } | undefined {
  const text = readIfThere(settingsPath(home));
  if (text === undefined) return undefined;
  const read = readSettingsText(text);
  if (!read.ok) throw badSettings(home, read);
  keepGood(home, text);
  return { text, settings: read.settings, unknown: read.unknown };
}

/**
 * Changes the file whole or not at all, for the owner only; what was written beside stays, comments and unknown keys
 * included. Throws `bad-settings` where the file is bad, `bad-setting` where it would be. The caller holds the home's
 * lock.
 */
export function editSettings(home: string, edits: readonly SettingsEdit[]): Settings {
  const before = readGood(home);
  let { text } = before;
  for (const { path, value } of edits) text = editText(text, [...path], value);
  const read = readSettingsText(text);
  if (!read.ok) throw new MinimixError('bad-setting', `${read.reason.replace(/^accounts\.\d+/, 'account')}. Nothing was changed.`);
  writeWhole(settingsPath(home), text);
  keepGood(home, text);
  return read.settings;
}

export function settingsPath(home: string): string {
  return join(home, 'settings.json');
}

function goodPath(home: string): string {
  return join(home, 'settings.good.json');
}

/** The file's text where it is good. */
export function settingsText(home: string): string {
  return readGood(home).text;
}

function readGood(home: string): { readonly text: string; readonly settings: Settings } {
  const text = readIfThere(settingsPath(home)) ?? EMPTY;
  const read = readSettingsText(text);
  if (!read.ok) throw badSettings(home, read);
  return { text, settings: read.settings };
}

function keepGood(home: string, text: string): void {
  if (readIfThere(goodPath(home)) !== text) writeWhole(goodPath(home), text);
}

function badSettings(home: string, { line, column, reason }: { line: number; column: number; reason: string }): MinimixError {
  return new MinimixError('bad-settings', `${settingsPath(home)}, line ${line}, column ${column}: ${reason}.`);
}

/** What is to be said of keys that are no settings; `undefined` where there are none. */
export function unknownSentence(home: string, unknown: readonly Unknown[]): string | undefined {
  if (unknown.length === 0) return undefined;
  const each = unknown.slice(0, 10).map(({ key, line, near }) => `“${key}” (line ${line}${near === undefined ? '' : `; did you mean “${near}”?`})`);
  return `${settingsPath(home)} contains unknown settings, which have no effect: ${each.join(', ')}.`;
}

