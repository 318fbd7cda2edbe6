import { expect, test } from 'vitest';
import type { Account } from '../../../../src/account/contract.ts';
import type { ReadArchive } from '../../../../src/archive/contract.ts';
import type { PageQuery } from '../../../../src/archive/query-contract.ts';
import { archivePage } from '../../../../src/frontends/bouncer/rooms/room-archive.ts';
import type { KeptMessage } from '../../../../src/core/groupchat.ts';
import { parseElement } from '../../../../src/xmpp/xml.ts';

const ROOM = 'cave@rooms.example';
const NOW = Date.parse('2026-11-23T12:00:00Z');

/** A room with a million messages, one a second; an id is a place, and the room's own id of it. */
const END = 1_000_000;
const at = (id: number): number => NOW - (END - id) * 1000;
const message = (id: number) => ({ archiveId: id, stanzaId: `s${id}`, at: at(id), kind: 'message' }) as unknown as KeptMessage;

function scene() {
  let read = 0;
  const archive = {
    page({ limit, after, from, before = END }: PageQuery) {
      read += limit;
      const first = after !== undefined ? after + 1 : from === undefined ? before - limit : Math.max(1, END - Math.floor((NOW - from) / 1000));
      return Array.from({ length: Math.max(0, Math.min(limit, before - first)) }, (_, n) => message(first + n));
    },
    range: () => [],
    gaps: () => [],
    retention: () => ({ keep: 'forever' }),
    byStanzaId: (_account: string, _room: string, id: string) => Number(id.slice(1)),
    message,
  } as unknown as ReadArchive;
  const room = { state: 'joined', entering: false, lacksHistory: false, features: new Set(['urn:xmpp:mam:2', 'urn:xmpp:sid:0']) };
  const account = { jid: 'a@b', rooms: { occupancy: { room: () => room, coveredFrom: () => at(1) } } } as unknown as Account;
  const ask = (form: string, set: string) => {
    const fields = form === '' ? '' : `<x xmlns='jabber:x:data' type='submit'>${form}</x>`;
    return archivePage(account, { archive, room: ROOM, element: parseElement(`<query xmlns='urn:xmpp:mam:2'>${fields}<set xmlns='http://jabber.org/protocol/rsm'>${set}</set></query>`) });
  };
  return { ask, read: () => read };
}

const field = (name: string, value: string): string => `<field var='${name}'><value>${value}</value></field>`;

test.each([
  ['the last before an id, and no later than a time long before it', field('end', '2026-11-13T00:00:00Z'), `<before>s${END - 1}</before>`],
  ['the first behind an id, and no earlier than a time long after it', field('start', '2026-11-20T00:00:00Z'), '<after>s1</after>'],
])('what contradicts itself is not looked for in all that there is, but asked of the room: %s', (_what, form, set) => {
  const { ask, read } = scene();
  expect(ask(form, set)).toBeUndefined();
  expect(read()).toBeLessThan(10_000);
});

test('a page before an id, and one behind a time, are found', () => {
  const { ask } = scene();
  expect(ask('', `<max>3</max><before>s${END - 1}</before>`)?.messages.map(({ archiveId }) => archiveId)).toEqual([END - 4, END - 3, END - 2]);
  expect(ask(field('start', '2026-11-23T11:00:00Z'), '<max>2</max>')?.messages).toHaveLength(2);
});
