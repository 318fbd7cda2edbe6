// XEP-0045 7.2.13: what a device asks to be shown of a room's past.
import type { ReadArchive } from '../archive/contract.ts';
import type { KeptMessage, MessageKind } from '../core/groupchat.ts';
import { NS_DELAY, readStamp } from '../xmpp/features/delay.ts';
import { NS_MUC } from '../xmpp/features/muc.ts';
import type { Element } from '../xmpp/xml.ts';
import { historyDelay } from './room-text.ts';
import { addressable, withChild } from './text.ts';

export interface HistoryWish {
  readonly maxstanzas: number | undefined;
  readonly maxchars: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  /** It asked `since` a time: it goes on from what it has. */
  readonly goesOn: boolean;
}

/** One message of the past, ready for the wire. */
export interface Past {
  readonly id: number;
  readonly text: string;
}

/** A device whose clock is fast asks for less than it lacks. */
const CLOCKS_DIFFER = 60 * 60_000;

/** What servers send where nothing is asked. */
const USUAL = 20;
/** A device that was away for months is better served by the room's archive (XEP-0313). */
const MOST = 5000;
const PAGE = 200;
const TOLD: ReadonlySet<MessageKind> = new Set(['message', 'encrypted', 'correction', 'retraction', 'reaction']);

/** Reads `<x xmlns='…muc'><history/></x>`. */
export function readHistoryWish(presence: Element, now: number): HistoryWish {
  const history = presence.getChild('x', NS_MUC)?.getChild('history');
  const { maxstanzas, maxchars, seconds, since } = (history?.attrs ?? {}) as Record<string, string | undefined>;
  const ago = count(seconds);
  const bounds = [ago === undefined ? undefined : now - ago * 1000, readStamp(since)].filter((at) => at !== undefined);
  return {
    maxstanzas: count(maxstanzas),
    maxchars: count(maxchars),
    since: bounds.length > 0 ? Math.max(...bounds) : undefined,
    goesOn: readStamp(since) !== undefined,
  };
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

export interface HistoryQuery {
  readonly account: string;
  readonly room: string;
  readonly to: string;
  /** Whether the device is to be shown a message at all. */
  readonly shows: (message: KeptMessage) => boolean;
  /** What the device is known to have; `undefined` where nothing is known of it in this room. */
  readonly has: ((archiveId: number) => boolean) | undefined;
}

/**
 * The messages asked for, oldest first. The smallest of all bounds counts. Whoever goes on from what it has gets what
 * it lacks, whatever its clock says, and nothing twice.
 */
export function historyOf(archive: ReadArchive, { account, room, to, shows, has }: HistoryQuery, { maxstanzas, maxchars, since, goesOn }: HistoryWish): Past[] {
  const bounded = maxstanzas !== undefined || maxchars !== undefined || since !== undefined;
  const most = Math.min(maxstanzas ?? (bounded ? MOST : USUAL), MOST);
  const known = goesOn ? has : undefined;
  const oldest = since === undefined ? -Infinity : since - (known ? CLOCKS_DIFFER : 0);
  const found: Past[] = [];
  let characters = 0;
  let before: number | undefined;
  while (found.length < most) {
    const page = archive.page({ account, room, limit: PAGE, ...(before !== undefined && { before }) });
    for (const message of page.toReversed()) {
      if (message.at < oldest) return found.toReversed();
      if (!TOLD.has(message.kind) || known?.(message.archiveId) || !shows(message)) continue;
      const text = addressable(asHistory(message)).to(to);
      characters += text.length;
      if (found.length >= most || (maxchars !== undefined && characters > maxchars)) return found.toReversed();
      found.push({ id: message.archiveId, text });
    }
    before = page[0]?.archiveId;
    if (page.length < PAGE || before === undefined) break;
  }
  return found.toReversed();
}

/** With the room's time on it, which what came live does not have. */
export function asHistory({ xml, room, at }: KeptMessage): string {
  return xml.includes(NS_DELAY) && new RegExp(`<delay[^>]*${NS_DELAY}`).test(xml) ? xml : withChild(xml, historyDelay(room, at));
}
