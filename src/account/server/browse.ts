import pLimit from 'p-limit';
import { parseBareJid } from '../../core/jid.ts';
import { fail, ok, type Result } from '../../core/errors.ts';
import { channelSearch, readChannels } from '../../xmpp/xep/room/channel-search.ts';
import { discoInfoQuery, discoItemsQuery, readDiscoItems } from '../../xmpp/xep/service/disco.ts';
import { readRoomInfo } from '../../xmpp/xep/room/room-info.ts';
import type { IqAnswer } from '../../xmpp/contract.ts';
import type { Ask } from './server-parts.ts';

/** A room as it is found, before it is joined. */
interface FoundRoom {
  readonly room: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly occupants: number | null;
  readonly password: boolean;
  readonly membersOnly: boolean;
}

export interface FoundRooms {
  readonly rooms: readonly FoundRoom[];
  /** What to ask for the next page with; null where this is the last. */
  readonly next: string | null;
  /** How many there are in all, where that is known. */
  readonly all: number | null;
}

const PAGE = 20;
const PATIENCE = 8_000; // milliseconds for one answer
const AT_ONCE = 8;
const KEPT = 60_000; // milliseconds for which a list that came whole is good
const MOST_LISTS = 20;

/** Looks at services, a page at a time. */
interface Browsing {
  /** The rooms of a service (XEP-0045 6.3), each with what it tells of itself. */
  rooms(ask: Ask, service: string, after: string | undefined): Promise<Result<FoundRooms>>;
  /** XEP-0433, at a service that the person chose. */
  directory(ask: Ask, service: string, options: { words: string; after: string | undefined }): Promise<Result<FoundRooms>>;
}

export function openBrowsing(now: () => number): Browsing {
  /** Lists of servers that know no XEP-0059; by service. */
  const lists = new Map<string, { readonly at: number; readonly rooms: readonly Named[] }>();

  function keep(service: string, rooms: readonly Named[]): void {
    lists.delete(service);
    lists.set(service, { at: now(), rooms });
    for (const eldest of lists.keys()) if (lists.size > MOST_LISTS) lists.delete(eldest);
  }

  async function page(ask: Ask, service: string, after: string | undefined): Promise<Result<{ rooms: readonly Named[]; next: string | null; all: number | null }>> {
    const known = lists.get(service);
    const from = after?.startsWith('#') ? Number(after.slice(1)) : 0;
    if (after?.startsWith('#') && known && now() - known.at < KEPT) return ok(slice(known.rooms, from));
    const rsm = after === undefined || after.startsWith('#') ? { max: PAGE } : { max: PAGE, after };
    const answer = await ask(discoItemsQuery(service, rsm), PATIENCE);
    if (!answer.ok) return refusal(service, answer);
    const items = readDiscoItems(answer.element);
    if (!items) return fail('no-rooms', `${service} does not list its rooms.`);
    const rooms = items.items.flatMap(({ jid, name }) => {
      const room = parseBareJid(jid);
      return room === undefined ? [] : [{ room, name: name ?? null }];
    });
    if (items.last !== undefined && rooms.length <= PAGE) {
      return ok({ rooms, next: rooms.length === PAGE ? items.last : null, all: items.count ?? null });
    }
    const sorted = rooms.toSorted((a, b) => (a.name ?? a.room).localeCompare(b.name ?? b.room));
    keep(service, sorted);
    return ok(slice(sorted, from));
  }

  return {
    async rooms(ask, service, after) {
      const found = await page(ask, service, after);
      if (!found.ok) return found;
      const limit = pLimit(AT_ONCE);
      const rooms = await Promise.all(found.value.rooms.map((room) => limit(() => described(ask, room))));
      return ok({ ...found.value, rooms });
    },
    async directory(ask, service, { words, after }) {
      const answer = await ask(channelSearch(service, words, { max: PAGE, after }), PATIENCE * 2);
      if (!answer.ok) return refusal(service, answer);
      const found = readChannels(answer.element);
      if (!found) return fail('no-directory', `${service} is not a directory of rooms.`);
      const rooms = found.channels.map(({ room, name, description, occupants, open }) => ({
        room, name: name ?? null, description: description ?? null, occupants: occupants ?? null, password: false, membersOnly: !open,
      }));
      return ok({ rooms, next: rooms.length > 0 ? (found.last ?? null) : null, all: null });
    },
  };
}

interface Named {
  readonly room: string;
  readonly name: string | null;
}

function slice(rooms: readonly Named[], from: number): { rooms: readonly Named[]; next: string | null; all: number } {
  const next = from + PAGE < rooms.length ? `#${from + PAGE}` : null;
  return { rooms: rooms.slice(from, from + PAGE), next, all: rooms.length };
}

async function described(ask: Ask, { room, name }: Named): Promise<FoundRoom> {
  const answer = await ask(discoInfoQuery(room), PATIENCE);
  const info = answer.ok ? readRoomInfo(answer.element) : undefined;
  return {
    room,
    name: info?.name ?? name,
    description: info?.description ?? null,
    occupants: info?.occupants ?? null,
    password: info?.password ?? false,
    membersOnly: info?.membersOnly ?? false,
  };
}

function refusal(service: string, answer: Extract<IqAnswer, { ok: false }>): ReturnType<typeof fail> {
  const { condition, text } = answer.error;
  const why = condition === 'timeout' ? 'it does not answer' : (text ?? condition);
  return fail('not-browsed', `${service} cannot be browsed: ${why}.`);
}
