// The text of settings.json: JSON with comments and trailing commas. What a person wrote is preserved.
import { applyEdits, findNodeAtLocation, getNodeValue, modify, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { JSONPath, Node, ParseError } from 'jsonc-parser';
import { jsonSchema, settingsSchema, type JsonSchema, type Settings } from './schema.ts';

/** A place in the text; line and column count from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Unknown extends Place {
  readonly key: string;
  /** A setting with a similar name. */
  readonly near: string | undefined;
}

type ReadSettings =
  | { readonly ok: true; readonly settings: Settings; readonly unknown: readonly Unknown[] }
  | ({ readonly ok: false; readonly reason: string } & Place);

const LONGEST = 4 * 1024 * 1024;
const SYNTAX = { allowTrailingComma: true, disallowComments: false, allowEmptyContent: false };
const schema = jsonSchema();

const words: Readonly<Record<string, string>> = {
  PropertyNameExpected: 'a name in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing } is missing here',
  CloseBracketExpected: 'a closing ] is missing here',
  EndOfFileExpected: 'there is text after the end',
  UnexpectedEndOfString: 'the closing quotation mark is missing here',
  UnexpectedEndOfComment: 'the comment is not closed',
  UnexpectedEndOfNumber: 'the number is not finished',
  InvalidSymbol: 'this word is not a value (put text in double quotes)',
  InvalidNumberFormat: 'this is not a number',
  InvalidEscapeCharacter: 'what follows the \\ is not an escape',
  InvalidCharacter: 'a text contains a control character',
  InvalidUnicode: 'the \\u has not four hex digits',
};

/** Reads the text: the settings with what is unknown, or what is wrong and where, as one clause. */
export function readSettingsText(text: string): ReadSettings {
  try {
    return readText(text);
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, line: 1, column: 1, reason: 'it is nested too deeply' }; // whoever reads it calls itself at each level
    throw error;
  }
}

function readText(text: string): ReadSettings {
  if (text.length > LONGEST) return { ok: false, line: 1, column: 1, reason: 'it is too large for a settings file' };
  const bare = text.replace(/^\uFEFF/, ' '); // of the same length, so that places in the text stay the same
  const errors: ParseError[] = [];
  const root = parseTree(bare, errors, SYNTAX);
  const [first] = errors;
  if (first || !root) {
    const code = first ? printParseErrorCode(first.error) : 'ValueExpected';
    return { ok: false, ...placeAt(text, Math.min(first?.offset ?? 0, text.trimEnd().length)), reason: `it is not JSON: ${words[code] ?? code}` };
  }
  const twice = repeated(root);
  if (twice) return { ok: false, ...placeAt(text, twice.offset), reason: `${nameOf(twice.path)} is set twice` };
  const unknown: Unknown[] = [];
  const known = knownOnly(root, schema, { path: [], report: (path, node, near) => {
    unknown.push({ key: nameOf(path), near, ...placeAt(text, node.offset) });
  } });
  const checked = settingsSchema.safeParse(known);
  if (checked.success) return { ok: true, settings: checked.data, unknown };
  const issue = checked.error.issues[0];
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? part : String(part)));
  const reason = `${nameOf(path) || 'the file'} ${sentence(issue?.code, issue?.message, valueAt(known, path))}`;
  return { ok: false, ...placeOf(text, root, path), reason };
}

/** The text with the value at that path set, or taken out where it is `undefined`; all else is left as it was written. */
export function editText(text: string, path: JSONPath, value: unknown): string {
  if (value === undefined && writtenAt(text, path) === undefined) return text;
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
  return applyEdits(text, modify(text, path, value, { formattingOptions, isArrayInsertion: false }));
}

/** The value at a path as it is written; `undefined` if the setting has its default. */
export function writtenAt(text: string, path: JSONPath): unknown {
  const root = parseTree(text, [], SYNTAX);
  const node = root && findNodeAtLocation(root, path);
  return node && (getNodeValue(node) as unknown);
}

function nameOf(path: readonly (string | number)[]): string {
  return path.join('.');
}

function sentence(code: string | undefined, message: string | undefined, value: unknown): string {
  if (value === undefined && code !== 'custom') return 'is missing';
  const [, wanted] = /expected (\w+)/.exec(message ?? '') ?? [];
  if (code === 'invalid_type') return `must be ${article(wanted ?? 'something else')}`;
  if (code === 'invalid_value') return `must be one of ${(message ?? '').replace(/^.*?(expected one of|expected) /, '').replaceAll('|', ', ').replaceAll('"', '')}`;
  if (code === 'too_small' || code === 'too_big') return (message ?? '').replace(/^.*?expected .*? to (be|have) ([<>=]+)/, (_all, _verb: string, sign: string) => `must be ${bounds[sign] ?? sign} `);
  return message ?? 'is not valid';
}

const bounds: Readonly<Record<string, string>> = { '>=': 'at least', '<=': 'at most', '>': 'more than', '<': 'less than' };
const names: Readonly<Record<string, string>> = { boolean: 'true or false', string: 'a text in double quotes', number: 'a number', int: 'a whole number', object: 'an object in { }', array: 'a list in [ ]' };
const article = (type: string): string => names[type] ?? `a ${type}`;

/** The value without keys that the schema does not know; each of them is reported with its path. */
function knownOnly(node: Node, part: JsonSchema | undefined, { path, report }: { path: JSONPath; report: (path: JSONPath, node: Node, near: string | undefined) => void }): unknown {
  if (node.type === 'array') return (node.children ?? []).map((child, at) => knownOnly(child, part?.items, { path: [...path, at], report }));
  if (node.type !== 'object' || !part?.properties) return getNodeValue(node) as unknown;
  const known: Record<string, unknown> = {};
  for (const { children } of node.children ?? []) {
    const [name, value] = children ?? [];
    if (!name || !value) continue;
    const key = String(name.value);
    const of = Object.hasOwn(part.properties, key) ? part.properties[key] : undefined;
    if (of) known[key] = knownOnly(value, of, { path: [...path, key], report });
    else report([...path, key], name, nearest(key, Object.keys(part.properties)));
  }
  return known;
}

/** Finds a key that an object has twice: JSON silently takes the last one, and the first would be lost. */
function repeated(node: Node, path: JSONPath = []): { path: JSONPath; offset: number } | undefined {
  const seen = new Set<string>();
  for (const [at, child] of (node.children ?? []).entries()) {
    if (node.type === 'array') {
      const found = repeated(child, [...path, at]);
      if (found) return found;
      continue;
    }
    const [name, value] = child.children ?? [];
    if (!name) continue;
    const key = String(name.value);
    if (seen.has(key)) return { path: [...path, key], offset: name.offset };
    seen.add(key);
    const found = value && repeated(value, [...path, key]);
    if (found) return found;
  }
  return undefined;
}

function valueAt(value: unknown, path: JSONPath): unknown {
  let at = value;
  for (const part of path) at = at !== null && typeof at === 'object' ? Reflect.get(at, part) : undefined;
  return at;
}

/** The place of the value, or of the nearest part around it that exists. */
function placeOf(text: string, root: Node, path: JSONPath): Place {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node) return placeAt(text, node.offset);
  }
  return placeAt(text, root.offset);
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** A known name that is at most two letters away. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const ranked = known.map((name) => ({ name, away: distance(key.toLowerCase(), name.toLowerCase()) })).toSorted((a, b) => a.away - b.away);
  return ranked.find(({ away, name }) => away <= 2 && away < name.length / 2)?.name;
}

/** The Levenshtein distance of two short names. */
function distance(a: string, b: string): number {
  if (a.length > 40) return a.length;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      next.push(Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
