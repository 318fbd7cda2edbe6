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
}

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
  };
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The messages asked for, oldest first, ready for the wire but for `to`. The smallest of all bounds counts. */
export function historyOf(
  archive: ReadArchive,
  { account, room, to }: { account: string; room: string; to: string },
  { maxstanzas, maxchars, since }: HistoryWish,
): string[] {
  const bounded = maxstanzas !== undefined || maxchars !== undefined || since !== undefined;
  const most = Math.min(maxstanzas ?? (bounded ? MOST : USUAL), MOST);
  const texts: string[] = [];
  let characters = 0;
  let before: number | undefined;
  while (texts.length < most) {
    const page = archive.page({ account, room, limit: PAGE, ...(before !== undefined && { before }) });
    for (const message of page.toReversed()) {
      if (since !== undefined && message.at < since) return texts.toReversed();
      if (!TOLD.has(message.kind)) continue;
      const text = addressable(asHistory(message)).to(to);
      characters += text.length;
      if (texts.length >= most || (maxchars !== undefined && characters > maxchars)) return texts.toReversed();
      texts.push(text);
    }
    before = page[0]?.archiveId;
    if (page.length < PAGE || before === undefined) break;
  }
  return texts.toReversed();
}

/** With the room's time on it, which what came live does not have. */
export function asHistory({ xml, room, at }: KeptMessage): string {
  return xml.includes(NS_DELAY) && new RegExp(`<delay[^>]*${NS_DELAY}`).test(xml) ? xml : withChild(xml, historyDelay(room, at));
}
