import { createHash } from 'node:crypto';
import type { NewMessage } from '../src/archive/contract.ts';

export const ACCOUNT = 'juliet@capulet.example';
export const ROOMS = 20;
export const VOCABULARY = 50_000;
const START = Date.UTC(2024, 0, 1);
const SPACING = 60_000; // a message a minute over all rooms: a million are two years

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Ranks from 0 by Zipf's law with exponent 1. */
export function zipf(random: () => number, size: number): () => number {
  const sums = new Float64Array(size);
  let sum = 0;
  for (let rank = 0; rank < size; rank++) sums[rank] = sum += 1 / (rank + 1);
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = size - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const CONSONANTS = 'bcdfghklmnprstvw';
const VOWELS = 'aeiou';

/** The word of a rank: pronounceable, short for the common ones. */
export function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank + 3; rest > 0; rest = Math.floor(rest / 80)) {
    word += (CONSONANTS[rest % 16] ?? '') + (VOWELS[Math.floor(rest / 16) % 5] ?? '');
  }
  return word;
}

/** In one piece, as a socket gives its texts: one put together from parts is joined at its first use, while we measure. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

export function roomOf(n: number): string {
  return `room${n}@conference.capulet.example`;
}

function uuid(seed: string): string {
  const hex = createHash('md5').update(seed).digest('hex');
  return flat(`${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`);
}

/** Messages as Prosody sends them to a member of the room, without end; one in twelve in Japanese. */
export function* messages(seed = 1): Generator<NewMessage, never> {
  const random = seeded(seed);
  const rank = zipf(random, VOCABULARY);
  const roomRank = zipf(random, ROOMS);
  const nickRank = zipf(random, 200);
  for (let n = 0; ; n++) {
    const count = 3 + Math.floor(random() * 18);
    const body = flat(
      n % 12 === 5
        ? Array.from({ length: count * 2 }, () => String.fromCodePoint(0x4e00 + (rank() % 3000))).join('')
        : Array.from({ length: count }, () => wordOf(rank())).join(' '),
    );
    const room = flat(roomOf(roomRank()));
    const nick = flat(`nick${nickRank()}`);
    const [id, stanzaId, occupantId] = [uuid(`i${n}`), uuid(`s${n}`), uuid(nick + room)];
    const at = START + n * SPACING;
    const xml = flat(
      `<message xmlns="jabber:client" from="${room}/${nick}" to="${ACCOUNT}/minimix" id="${id}" type="groupchat" xml:lang="en">` +
      `<body>${body}</body><origin-id xmlns="urn:xmpp:sid:0" id="${id}"/>` +
      `<occupant-id xmlns="urn:xmpp:occupant-id:0" id="${occupantId}"/><markable xmlns="urn:xmpp:chat-markers:0"/>` +
      `<stanza-id xmlns="urn:xmpp:sid:0" by="${room}" id="${stanzaId}"/></message>`,
    );
    yield {
      account: ACCOUNT,
      message: {
        room, nick, kind: 'message', id, stanzaId, originId: id, occupantId, realJid: undefined, body,
        subject: undefined, at, delayed: false,
      },
      arrivedAt: at,
      xml,
      source: { kind: 'live' },
    };
  }
}
