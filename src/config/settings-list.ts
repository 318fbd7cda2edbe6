// All settings as one flat list, out of the schema: for the command line, the page and docs/settings.md.
import { asError, MinimixError, noAccount } from '../core/errors.ts';
import type { SettingNow } from '../frontends/web/contract/settings-contract.ts';
import { editSettings, readSettings, settingsText, type Settings } from './config.ts';
import { jsonSchema, type Effect, type JsonSchema } from './schema.ts';
import { writtenAt } from './settings-text.ts';

/** A setting as the schema describes it. */
export type CatalogueSetting = Omit<SettingNow, 'account' | 'value' | 'chosen'>;

const ACCOUNT = 'account';
/** Our names for JSON Schema's types; every other type is text. */
const kinds: ReadonlyMap<string | undefined, CatalogueSetting['kind']> = new Map([['boolean', 'flag'], ['integer', 'number'], ['number', 'number'], ['array', 'list']]);
const root = jsonSchema();

/** Not in the list: an account's address, which is its name, and keys that describe the file itself. */
const UNLISTED = new Set(['$schema', 'version', `${ACCOUNT}.jid`]);

export const catalogue: readonly CatalogueSetting[] = leaves(root, []).filter(({ key }) => !UNLISTED.has(key));

function leaves(part: JsonSchema, path: readonly string[]): CatalogueSetting[] {
  if (part.type === 'array' && part.items?.properties) return leaves(part.items, [ACCOUNT]);
  if (part.properties) return Object.entries(part.properties).flatMap(([key, of]) => leaves(of, [...path, key]));
  return [settingOf(part, path.join('.'))];
}

function settingOf(part: JsonSchema, key: string): CatalogueSetting {
  const kind = part.enum ? 'choice' : (kinds.get(part.type) ?? 'text');
  const fallback = part.default;
  return {
    key,
    description: part.description ?? '',
    kind,
    choices: part.enum ?? [],
    least: kind === 'number' ? (part.minimum ?? null) : null,
    most: kind === 'number' ? (part.maximum ?? null) : null,
    byDefault: typeof fallback === 'string' || typeof fallback === 'number' || typeof fallback === 'boolean' ? fallback : null,
    effect: part.effect ?? 'restart',
  };
}

/** All settings of the home, then those of each account. Throws `bad-settings`. */
export function listSettings(home: string): SettingNow[] {
  const text = settingsText(home);
  const settings = readSettings(home);
  const own = catalogue.filter(({ key }) => !ofAccount(key));
  const theirs = catalogue.filter(({ key }) => ofAccount(key));
  const accounts = settings.accounts.map(({ jid }) => jid);
  return [...own.map((setting) => now(setting, { text, settings })), ...accounts.flatMap((jid) => theirs.map((setting) => now(setting, { text, settings, account: jid })))];
}

function ofAccount(key: string): boolean {
  return key.startsWith(`${ACCOUNT}.`);
}

function now(setting: CatalogueSetting, { text, settings, account }: { text: string; settings: Settings; account?: string | undefined }): SettingNow {
  const path = pathOf(setting.key, settings, account);
  const written = writtenAt(text, path);
  const value = written === undefined ? setting.byDefault : shown(written);
  return { ...setting, account: account ?? null, value, chosen: written !== undefined };
}

function shown(value: unknown): SettingNow['value'] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) ? value.map(String) : null;
}

/**
 * Changes one setting, or, with `undefined`, leaves it to its default. A group such as `account.server` takes an
 * object. Throws `no-setting`, `bad-setting`, `bad-settings`, `account-needed`, `no-account`.
 */
export function changeSetting(home: string, { key, value, account }: { key: string; value: unknown; account?: string }): Settings {
  if (partOf(key) === undefined || UNLISTED.has(key)) throw noSetting(key);
  return editSettings(home, [{ path: pathOf(key, readSettings(home), account), value }]);
}

/** When a change of that setting takes effect; for a group, as for its first part. */
export function effectOf(key: string): Effect {
  return catalogue.find((setting) => setting.key === key || setting.key.startsWith(`${key}.`))?.effect ?? 'restart';
}

/** Turns the words of a command line into a value for the setting. The schema checks it later. */
export function valueOf(key: string, words: string): unknown {
  const setting = catalogue.find((one) => one.key === key);
  if (!setting && partOf(key) === undefined) throw noSetting(key);
  if (setting?.kind === 'text' || setting?.kind === 'choice') return words;
  if (setting?.kind === 'list' && !words.trim().startsWith('[')) return words.split(/[\s,]+/).filter(Boolean);
  if (setting?.kind === 'flag' && /^(on|yes)$/i.test(words)) return true;
  if (setting?.kind === 'flag' && /^(off|no)$/i.test(words)) return false;
  try {
    return JSON.parse(words) as unknown;
  } catch {
    return words; // the schema refuses it and names what is allowed
  }
}

function partOf(key: string): JsonSchema | undefined {
  const [first, ...rest] = key.split('.');
  const start = first === ACCOUNT ? root.properties?.['accounts']?.items : root.properties?.[first ?? ''];
  if (first === ACCOUNT && rest.length === 0) return undefined;
  if (first === 'accounts') return undefined;
  return rest.reduce<JsonSchema | undefined>((part, name) => (part?.properties && Object.hasOwn(part.properties, name) ? part.properties[name] : undefined), start);
}

function pathOf(key: string, { accounts }: Settings, account: string | undefined): (string | number)[] {
  if (!ofAccount(key)) return key.split('.');
  if (account === undefined && accounts.length > 1)
    throw new MinimixError('account-needed', `There are ${accounts.length} accounts: choose one.`);
  const at = account === undefined ? accounts.length - 1 : accounts.findIndex(({ jid }) => jid === account);
  if (at === -1) throw asError(noAccount(account));
  return ['accounts', at, ...key.split('.').slice(1)];
}

function noSetting(key: string): MinimixError {
  return new MinimixError('no-setting', `unknown setting “${key}”; \`minimix settings list\` shows all.`);
}
