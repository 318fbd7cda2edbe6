// XEP-0045 7.2.13: what a device asks to be shown of a room's past.
import type { ReadArchive } from '../../../archive/contract.ts';
import type { KeptMessage, MessageKind } from '../../../core/groupchat.ts';
import { NS_DELAY, readStamp } from '../../../xmpp/xep/message/delay.ts';
import { NS_MUC } from '../../../xmpp/xep/room/muc.ts';
import { attrsOf } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import { historyDelay } from './room-stanzas.ts';
import { addressable, withChild } from '../session/stanza-text.ts';

export interface HistoryWish {
  readonly maxstanzas: number | undefined;
  readonly maxchars: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  /** It asked `since` a time: it goes on from what it has. */
  readonly goesOn: boolean;
  /** That time is yet to come, as where our own clock was fast when it got what it has: it tells nothing. */
  readonly ahead: boolean;
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
  const { maxstanzas, maxchars, seconds, since } = attrsOf(history);
  const ago = count(seconds);
  const from = readStamp(since);
  const bounds = [ago === undefined ? undefined : now - ago * 1000, from].filter((at) => at !== undefined);
  return {
    maxstanzas: count(maxstanzas),
    maxchars: count(maxchars),
    since: bounds.length > 0 ? Math.max(...bounds) : undefined,
    goesOn: from !== undefined,
    ahead: from !== undefined && from > now + CLOCKS_DIFFER,
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
export function historyOf(archive: ReadArchive, { account, room, to, shows, has }: HistoryQuery, { maxstanzas, maxchars, since, goesOn, ahead }: HistoryWish): Past[] {
  const bounded = maxstanzas !== undefined || maxchars !== undefined || since !== undefined;
  const most = Math.min(maxstanzas ?? (bounded ? MOST : USUAL), MOST);
  const known = goesOn ? has : undefined;
  /** Who asks for nothing in particular is shown the usual, and by all means what was never shown to that device. */
  const news = (id: number): boolean => !bounded && found.length < MOST && has?.(id) === false;
  const oldest = since === undefined || (known && ahead) ? -Infinity : since - (known ? CLOCKS_DIFFER : 0);
  if (most === 0) return [];
  const found: (Past & { readonly at: number })[] = [];
  let characters = 0;
  let before: number | undefined;
  for (;;) {
    const page = archive.page({ account, room, limit: PAGE, ...(before !== undefined && { before }) });
    for (const message of page.toReversed()) {
      if (message.at < oldest && known?.(message.archiveId) !== false) return askedFor(found, oldest);
      if (!TOLD.has(message.kind) || known?.(message.archiveId) || !shows(message)) continue;
      const text = addressable(asHistory(message)).to(to);
      characters += text.length;
      if ((found.length >= most && !news(message.archiveId)) || (maxchars !== undefined && characters > maxchars)) return askedFor(found, oldest);
      found.push({ id: message.archiveId, text, at: message.at });
    }
    before = page[0]?.archiveId;
    if (page.length < PAGE || before === undefined) break;
  }
  return askedFor(found, oldest);
}

/**
 * Of what was found, newest first: from the first in the room's order that is young enough. What came while our clock
 * was slow stands behind it with a time that is not.
 */
function askedFor(found: readonly (Past & { readonly at: number })[], oldest: number): Past[] {
  const end = found.findLastIndex(({ at }) => at >= oldest);
  return found.slice(0, end + 1).toReversed();
}

/** With the room's time on it, which what came live does not have. */
export function asHistory({ xml, room, at }: KeptMessage): string {
  return xml.includes(NS_DELAY) && new RegExp(`<delay[^>]*${NS_DELAY}`).test(xml) ? xml : withChild(xml, historyDelay(room, at));
}
