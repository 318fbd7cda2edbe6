// What was said, held against what somebody has of it.
import type { Element } from 'ltx';
import type { DaemonClient } from '../../../src/frontends/web/client/client.ts';

export interface Comparison {
  readonly said: number;
  readonly kept: number;
  readonly lost: number;
  readonly twice: number;
  readonly outOfOrder: number;
}

/** What is missing, what is there too often, what does not stand where it was said. */
export function compare(truth: readonly string[], kept: readonly string[]): Comparison {
  const [wanted, found] = [counted(truth), counted(kept)];
  const more = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number =>
    [...a].reduce((sum, [words, times]) => sum + Math.max(0, times - (b.get(words) ?? 0)), 0);
  const [lost, twice] = [more(wanted, found), more(found, wanted)];
  return { said: truth.length, kept: kept.length, lost, twice, outOfOrder: misplaced(truth, kept).length };
}

export function counted(words: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return times;
}

/** The fewest that would have to be moved for the rest to stand in the order in which it was said: their places in `kept`. */
export function misplaced(truth: readonly string[], kept: readonly string[]): number[] {
  const places = new Map<string, number[]>();
  for (const [at, words] of truth.entries()) places.set(words, [...(places.get(words) ?? []), at]);
  const met = new Map<string, number>();
  /** Of all rows of so many that are in order, the one with the earliest end; the longest row is the last of them. */
  const rows: { readonly said: number; readonly at: number; readonly before: Row | undefined }[] = [];
  type Row = (typeof rows)[number];
  const found: number[] = [];
  for (const [at, words] of kept.entries()) {
    const times = met.get(words) ?? 0;
    met.set(words, times + 1);
    const said = places.get(words)?.[times];
    if (said === undefined) continue;
    found.push(at);
    const behind = rows.findLastIndex((row) => row.said < said);
    rows[behind + 1] = { said, at, before: rows[behind] };
  }
  const stay = new Set<number>();
  for (let row = rows.at(-1); row; row = row.before) stay.add(row.at);
  return found.filter((at) => !stay.has(at));
}

/** The first few places that differ, for whoever must find out why. */
export function differences(truth: readonly string[], kept: readonly string[]): string {
  const first = truth.findIndex((words, at) => kept[at] !== words);
  const around = (list: readonly string[]): string => list.slice(Math.max(0, first - 2), first + 6).join(' | ');
  return `from ${first} on: said ${around(truth)}; kept ${around(kept)}`;
}

/** What somebody says in a room, as a ledger's line; `undefined` where the stanza is nothing of the kind. */
export function wordsOf(stanza: Element): { readonly room: string; readonly words: string } | undefined {
  const from = String(stanza.attrs['from'] ?? '');
  const at = from.indexOf('/');
  const body = stanza.getChildText('body');
  if (stanza.name !== 'message' || stanza.attrs['type'] !== 'groupchat' || body === null || at === -1) return undefined;
  return { room: from.slice(0, at), words: `${from.slice(at + 1)}: ${body}` };
}

/** All that the daemon keeps of a room, oldest first. */
export async function archived(api: DaemonClient, room: string): Promise<string[]> {
  const all: string[] = [];
  for (let after = 0; ; ) {
    const page = await api.history.query({ room, limit: 500, after });
    for (const { nick, body } of page) if (body !== null && nick !== null) all.push(`${nick}: ${body}`);
    if (page.length < 500) return all;
    after = page.at(-1)?.id ?? 0;
  }
}
