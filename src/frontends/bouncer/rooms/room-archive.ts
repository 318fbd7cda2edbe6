// XEP-0313 to a room, answered in its place where our archive has all that the room's has, under the room's own ids.
import type { Account } from '../../../account/contract.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import { delayText } from '../../../xmpp/xep/message/delay.ts';
import { NS_MAM, NS_RSM } from '../../../xmpp/xep/service/mam.ts';
import { readRoomQuery } from '../../../xmpp/xep/service/mam-query.ts';
import type { RoomQuery } from '../../../xmpp/xep/service/mam-query.ts';
import { NS_SID } from '../../../xmpp/xep/message/stanza-id.ts';
import { escapeXML, xml } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import { withoutAttribute } from '../session/stanza-text.ts';

/** A page of a room's archive. */
export interface ArchivePage {
  /** In the order in which they are sent, with stanza-ids. */
  readonly messages: readonly KeptMessage[];
  /** Nothing is left in that direction. */
  readonly complete: boolean;
  /** They are sent newest first; what is called first and last of the page is not (4.1.5). */
  readonly flipped: boolean;
}

type Found = Pick<ArchivePage, 'messages' | 'complete'>;

const USUAL = 50;
const MOST = 250;
const CHUNK = 200;
/** The room's clock and ours differ by less: a message nearer than this to an asked time may be on either side of it. */
const CLOCKS_DIFFER = 60_000;

/** The page that answers a query, or `undefined` where the room has to be asked itself. */
export function archivePage(account: Account, archive: ReadArchive, room: string, element: Element): ArchivePage | undefined {
  const query = readRoomQuery(element);
  const from = coveredFrom(account, archive, room);
  if (!query || from === undefined || query.max === 0) return undefined; // a count alone is the room's to give
  const unsure = [query.start, query.end].some((at) => at !== undefined && isNear(account, archive, room, at));
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

  /** Forward, from an id or a time that lies where nothing is missing. */
  function first(wish: RoomQuery): Found | undefined {
    const [after, before] = [id(wish.after), id(wish.before)];
    if (after === 'unknown' || before === 'unknown') return undefined;
    if (after === undefined && (wish.start === undefined || wish.start < (from ?? Infinity))) return undefined;
    const most = Math.min(wish.max ?? USUAL, MOST);
    const found: KeptMessage[] = [];
    let place: { after: number } | { from: number } = after === undefined ? { from: wish.start ?? 0 } : { after };
    for (;;) {
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
  }

  /** Backward, until there are enough of them, or the asked time is reached; never into what may have holes. */
  function last(wish: RoomQuery): Found | undefined {
    const [after, bound] = [id(wish.after), id(wish.before)];
    if (after === 'unknown' || bound === 'unknown') return undefined;
    const most = Math.min(wish.max ?? USUAL, MOST);
    const found: KeptMessage[] = [];
    let before = bound ?? (wish.end === undefined ? undefined : archive.page({ account: account.jid, room, limit: 1, from: wish.end })[0]?.archiveId);
    for (;;) {
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
      if (chunk.length < CHUNK || before === undefined) return undefined; // older than all that we know
    }
  }
}

/** From when on our archive of the room has all that the room's has; `undefined` where that cannot be said. */
function coveredFrom(account: Account, archive: ReadArchive, room: string): number | undefined {
  const view = account.rooms.occupancy.room(room);
  if (view?.state !== 'joined' || view.entering || view.catchingUp) return undefined;
  const { features } = view;
  // Of a room that shows JIDs, its archive tells whose a message was (XEP-0313 5.1.1), which is needed to decrypt it.
  if (!features?.has(NS_MAM) || !features.has(NS_SID) || features.has('muc_nonanonymous')) return undefined;
  const from = account.rooms.occupancy.coveredFrom(room);
  if (from === undefined || archive.retention(account.jid, room).keep !== 'forever') return undefined;
  return Math.max(from, ...archive.gaps(account.jid, room).map(({ to }) => to));
}

function isNear(account: Account, archive: ReadArchive, room: string, at: number): boolean {
  if (at > Date.now() + CLOCKS_DIFFER) return false;
  return archive.range({ account: account.jid, room, from: at - CLOCKS_DIFFER, to: at + CLOCKS_DIFFER, limit: 1 }).length > 0;
}

/** 4.2, one result. */
export function resultText({ xml: text, at, stanzaId = '', room }: KeptMessage, to: string, queryId: string | undefined): string {
  const asked = queryId === undefined ? '' : ` queryid='${escapeXML(queryId)}'`;
  const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'>${delayText(at)}${withoutAttribute(text, 'to')}</forwarded>`;
  const result = `<result xmlns='${NS_MAM}'${asked} id='${escapeXML(stanzaId)}'>${forwarded}</result>`;
  return `<message xmlns='jabber:client' from='${escapeXML(room)}' to='${escapeXML(to)}'>${result}</message>`;
}

/** 4.4, the end of the page. */
export function finText({ messages, complete, flipped }: ArchivePage, about: { readonly id: string; readonly room: string; readonly to: string }): string {
  const set = xml('set', { xmlns: NS_RSM });
  const [first, last] = flipped ? [messages.at(-1), messages[0]] : [messages[0], messages.at(-1)];
  if (first && last) set.append(xml('first', {}, first.stanzaId ?? ''), xml('last', {}, last.stanzaId ?? ''));
  const fin = xml('fin', { xmlns: NS_MAM, ...(complete && { complete: 'true' }) }, set);
  return xml('iq', { xmlns: 'jabber:client', type: 'result', id: about.id, from: about.room, to: about.to }, fin).toString();
}
