// XEP-0045 7.2.13: the history that a device asks for when it joins.
import type { ReadArchive } from '../../../archive/contract.ts';
import type { KeptMessage, MessageKind } from '../../../core/groupchat.ts';
import { NS_DELAY, readDelay, readStamp } from '../../../xmpp/xep/message/delay.ts';
import { hasStanzaId, NS_SID, stanzaId } from '../../../xmpp/xep/message/stanza-id.ts';
import { NS_MUC } from '../../../xmpp/xep/room/muc.ts';
import { attrsOf } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import { historyDelay, open } from './room-stanzas.ts';
import { addressable, withChild } from '../session/stanza-text.ts';

export interface HistoryWish {
  readonly maxstanzas: number | undefined;
  readonly maxchars: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  /** The device asked for `since` a time: it continues after what it has. */
  readonly goesOn: boolean;
}

/** One message of the history, ready to be sent. */
interface Past {
  readonly id: number;
  readonly text: string;
}

/** What servers send if a client asks for nothing in particular. */
const USUAL = 20;
/** A device that was away for months is better served by the room's archive (XEP-0313). */
const MOST = 5000;
const PAGE = 200;
/** Pages in which that is looked for, where the device is shown little of what is said. */
const MOST_PAGES = 100;
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
  /** Whether the device has a message; `undefined` if nothing is known of the device in this room. */
  readonly has: ((archiveId: number) => boolean) | undefined;
  /** The first message, in the room's order, that comes by the device's feed instead; `undefined` for none. */
  readonly before: number | undefined;
}

/**
 * The messages asked for, oldest first. The smallest of all bounds counts. Whoever goes on from what it has gets what
 * it lacks, and nothing twice: what it has, the archive's ids tell, and neither its clock nor ours.
 */
export function historyOf(archive: ReadArchive, { account, room, to, shows, has, before: end }: HistoryQuery, { maxstanzas, maxchars, since, goesOn }: HistoryWish): Past[] {
  const bounded = maxstanzas !== undefined || maxchars !== undefined || since !== undefined;
  const most = Math.min(maxstanzas ?? (bounded ? MOST : USUAL), MOST);
  const known = goesOn ? has : undefined;
  /** A device that asks for nothing in particular gets the usual number, and everything that it was never shown. */
  const news = (id: number): boolean => !bounded && found.length < MOST && has?.(id) === false;
  if (most === 0) return [];
  const found: Past[] = [];
  let characters = 0;
  for (let [before, pages] = [end, 0]; pages < MOST_PAGES; pages += 1) {
    const page = archive.page({ account, room, limit: PAGE, ...(before !== undefined && { before }) });
    for (const message of page.toReversed()) {
      if (!known && since !== undefined && message.at < since) return found.toReversed();
      if (!TOLD.has(message.kind) || known?.(message.archiveId) || !shows(message)) continue;
      const text = addressable(asHistory(message)).to(to);
      characters += text.length;
      if ((found.length >= most && !news(message.archiveId)) || (maxchars !== undefined && characters > maxchars)) return found.toReversed();
      found.push({ id: message.archiveId, text });
    }
    before = page[0]?.archiveId;
    const hasAll = known !== undefined && page.every(({ archiveId }) => known(archiveId));
    if (page.length < PAGE || before === undefined || hasAll) break;
  }
  return found.toReversed();
}

/**
 * Adds what a room's history has and the message's text does not: the room's time, where it has none, or one that somebody in the room
 * made up, and the id that the room's archive gave it (XEP-0359), which what comes out of an archive has beside the message.
 */
export function asHistory({ xml, room, at, stanzaId: id }: KeptMessage): string {
  const timed = xml.includes(NS_DELAY) && readDelay(open(xml), room) === at ? xml : withChild(xml, historyDelay(room, at));
  return id === undefined || (xml.includes(NS_SID) && hasStanzaId(open(xml), room)) ? timed : withChild(timed, stanzaId(room, id).toString());
}
