// Answers a room's XEP-0313 queries in its name if our archive has everything that the room's has, under the room's own ids.
import type { Account } from '../../../account/contract.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import { NS_MAM } from '../../../xmpp/xep/service/mam.ts';
import { mamFin, mamResult, readMamRequest, type MamRequest } from '../../../xmpp/xep/service/mam-server.ts';
import { NS_SID } from '../../../xmpp/xep/message/stanza-id.ts';
import { xml } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import { withoutAttribute } from '../session/stanza-text.ts';

/** A page of a room's archive. */
interface ArchivePage {
  /** In the order in which they are sent, with stanza-ids. */
  readonly messages: readonly KeptMessage[];
  /** Nothing is left in that direction. */
  readonly complete: boolean;
  /** The results are sent newest first, but the page's `first` and `last` keep their meaning (4.1.5). */
  readonly flipped: boolean;
}

type Found = Pick<ArchivePage, 'messages' | 'complete'>;

const USUAL = 50;
const MOST = 250;
/** The largest page that we answer: the room itself answers a query for more. */
const MOST_ASKED = 999_999;
const CHUNK = 200;
/** Chunks in which a page is looked for: one that is not found by then, as where the bounds contradict each other, the room itself is asked for. */
const MOST_CHUNKS = 10;
/** The most by which the room's clock and ours may differ. A message that near to an asked time may be on either side of it. */
const CLOCKS_DIFFER = 60_000;

/** A query that our archive can answer as the room's would. */
interface RoomQuery extends Pick<MamRequest, 'after' | 'before' | 'fromEnd' | 'flipped'> {
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly max: number | undefined;
}

const PLAIN: ReadonlySet<string> = new Set(['FORM_TYPE', 'start', 'end', 'before-id', 'after-id']);

/** `undefined` if only the room itself can answer the query (`with`, `ids`, an index), or if it cannot be read. */
function roomQuery(element: Element): RoomQuery | undefined {
  const { fields, start, end, max, byIndex, boundTwice, ...rest } = readMamRequest(element);
  if (byIndex || boundTwice || fields.some((name) => !PLAIN.has(name))) return undefined;
  if (start === 'unreadable' || end === 'unreadable' || max === 'unreadable' || (max ?? 0) > MOST_ASKED) return undefined;
  return { ...rest, start, end, max };
}

/** The page that answers a query, or `undefined` where the room has to be asked itself. */
export function archivePage(account: Account, { archive, room, element }: { archive: ReadArchive; room: string; element: Element }): ArchivePage | undefined {
  const query = roomQuery(element);
  const from = coveredFrom(account, archive, room);
  if (!query || from === undefined || query.max === 0) return undefined; // only the room itself knows the count
  const unsure = [query.start, query.end].some((at) => at !== undefined && isNear(account, { archive, room, at }));
  if (unsure) return undefined;
  const page = query.fromEnd ? last(query) : first(query);
  return page && { ...page, flipped: query.flipped, messages: query.flipped ? page.messages.toReversed() : page.messages };

  function id(stanzaId: string | undefined): number | undefined | 'unknown' {
    if (stanzaId === undefined) return undefined;
    const found = archive.byStanzaId(account.jid, room, stanzaId);
    const at = found === undefined ? undefined : archive.message(found)?.at;
    return found === undefined || at === undefined || from === undefined || at < from ? 'unknown' : found;
  }

  function fits({ stanzaId, at }: KeptMessage, { start = -Infinity, end = Infinity }: RoomQuery): boolean {
    return stanzaId !== undefined && at >= start && at <= end;
  }

  /** Forward, from an id or a time behind which nothing is missing. */
  function first(wish: RoomQuery): Found | undefined {
    const [after, before] = [id(wish.after), id(wish.before)];
    if (after === 'unknown' || before === 'unknown') return undefined;
    if (after === undefined && (wish.start === undefined || wish.start < (from ?? Infinity))) return undefined;
    const most = Math.min(wish.max ?? USUAL, MOST);
    const found: KeptMessage[] = [];
    let place: { after: number } | { from: number } = after === undefined ? { from: wish.start ?? 0 } : { after };
    for (let chunks = 0; chunks < MOST_CHUNKS; chunks += 1) {
      const chunk = archive.page({ account: account.jid, room, limit: CHUNK, only: 'groupchat', ...place, ...(before !== undefined && { before }) });
      for (const message of chunk) {
        if (message.at > (wish.end ?? Infinity) + CLOCKS_DIFFER) return { messages: found, complete: true };
        if (!fits(message, wish)) continue;
        if (found.length === most) return { messages: found, complete: false };
        found.push(message);
      }
      const end = chunk.at(-1);
      if (chunk.length < CHUNK || !end) return { messages: found, complete: true };
      place = { after: end.archiveId };
    }
    return undefined;
  }

  /** Backward, until the page is full or the asked time is reached; never into a part that may have gaps. */
  function last(wish: RoomQuery): Found | undefined {
    const [after, bound] = [id(wish.after), id(wish.before)];
    if (after === 'unknown' || bound === 'unknown') return undefined;
    const most = Math.min(wish.max ?? USUAL, MOST);
    const found: KeptMessage[] = [];
    let before = bound ?? (wish.end === undefined ? undefined : archive.page({ account: account.jid, room, limit: 1, from: wish.end })[0]?.archiveId);
    for (let chunks = 0; chunks < MOST_CHUNKS; chunks += 1) {
      const chunk = archive.page({ account: account.jid, room, limit: CHUNK, only: 'groupchat', ...(before !== undefined && { before }) });
      for (const message of chunk.toReversed()) {
        const over = message.archiveId === after || message.at < (wish.start ?? -Infinity);
        if (over) return { messages: found.toReversed(), complete: true };
        if (message.at < (from ?? Infinity)) return found.length === most ? { messages: found.toReversed(), complete: false } : undefined;
        if (!fits(message, wish)) continue;
        if (found.length === most) return { messages: found.toReversed(), complete: false };
        found.push(message);
      }
      before = chunk[0]?.archiveId;
      if (chunk.length < CHUNK || before === undefined) return undefined; // the query reaches further back than our archive
    }
    return undefined;
  }
}

/** From when on our archive of the room has all that the room's has; `undefined` where that cannot be said. */
function coveredFrom(account: Account, archive: ReadArchive, room: string): number | undefined {
  const view = account.rooms.occupancy.room(room);
  if (view?.state !== 'joined' || view.entering || view.lacksHistory) return undefined;
  const { features } = view;
  // Of a room that shows JIDs, its archive tells whose a message was (XEP-0313 5.1.1), which is needed to decrypt it.
  if (!features?.has(NS_MAM) || !features.has(NS_SID) || features.has('muc_nonanonymous')) return undefined;
  const from = account.rooms.occupancy.coveredFrom(room);
  if (from === undefined || archive.retention(account.jid, room).keep !== 'forever') return undefined;
  return Math.max(from, ...archive.gaps(account.jid, room).map(({ to }) => to));
}

function isNear(account: Account, { archive, room, at }: { archive: ReadArchive; room: string; at: number }): boolean {
  if (at > Date.now() + CLOCKS_DIFFER) return false;
  return archive.range({ account: account.jid, room, from: at - CLOCKS_DIFFER, to: at + CLOCKS_DIFFER, limit: 1 }).length > 0;
}

/** 4.2, one result. */
export function resultText({ xml: text, at, stanzaId = '', room }: KeptMessage, to: string, queryId: string | undefined): string {
  return mamResult({ id: stanzaId, at, text: withoutAttribute(text, 'to') }, { from: room, to, queryId });
}

/** 4.4, the end of the page. */
export function finText({ messages, ...page }: ArchivePage, about: { readonly id: string; readonly room: string; readonly to: string }): string {
  const fin = mamFin(messages.map(({ stanzaId = '' }) => stanzaId), page);
  return xml('iq', { xmlns: 'jabber:client', type: 'result', id: about.id, from: about.room, to: about.to }, fin).toString();
}
