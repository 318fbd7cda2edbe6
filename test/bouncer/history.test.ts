import { describe, expect, test } from 'vitest';
import type { PageQuery, ReadArchive } from '../../src/archive/contract.ts';
import { historyOf, readHistoryWish } from '../../src/bouncer/room-history.ts';
import type { KeptMessage } from '../../src/core/groupchat.ts';
import { parseElement } from '../../src/xmpp/xml.ts';

const ROOM = 'cave@rooms.example';
const NOW = Date.parse('2026-11-23T12:00:00Z');
const COUNT = 450;

/** One message a minute, the last of them a minute ago; every tenth is private. */
const kept = Array.from({ length: COUNT }, (_, n) => ({
  archiveId: n + 1,
  room: ROOM,
  kind: n % 10 === 9 ? 'private' : 'message',
  at: NOW - (COUNT - n) * 60_000,
  xml: `<message from='${ROOM}/bob' to='x' type='groupchat'><body>word ${n}</body></message>`,
})) as unknown as KeptMessage[];

const archive = {
  page: ({ limit, before = Infinity }: PageQuery) => kept.filter(({ archiveId }) => archiveId < before).slice(-limit),
} as unknown as ReadArchive;

function shown(history: string): (string | null)[] {
  const x = `<x xmlns='http://jabber.org/protocol/muc'>${history}</x>`;
  const wish = readHistoryWish(parseElement(`<presence to='${ROOM}/me'>${x}</presence>`), NOW);
  return historyOf(archive, { account: 'a@b', room: ROOM, to: 'a@b/c' }, wish).map((text) => parseElement(text).getChildText('body'));
}

describe('a device is shown of a room’s past', () => {
  test.each([
    ['twenty messages where it asks for nothing', '', 20],
    ['nothing where it asks for none', `<history maxstanzas='0'/>`, 0],
    ['as many as it asks for', `<history maxstanzas='7'/>`, 7],
    ['as many as fit', `<history maxchars='600'/>`, 3],
    ['what is younger than so many seconds', `<history seconds='605'/>`, 9],
    ['what came since a time', `<history since='2026-11-23T11:30:00Z'/>`, 27],
    ['the least of all bounds', `<history maxstanzas='5' seconds='3600' since='2026-11-23T11:00:00Z'/>`, 5],
    ['all, where it was away for long', `<history since='1970-01-01T00:00:00Z'/>`, 405],
    ['twenty where what it asks is no number', `<history maxstanzas='-1'/>`, 20],
  ])('%s', (_what, history, count) => {
    const bodies = shown(history);
    expect(bodies).toHaveLength(count);
    const last = kept.filter(({ kind }) => kind === 'message').slice(count === 0 ? COUNT : -count).map(({ xml }) => parseElement(xml).getChildText('body'));
    expect(bodies).toEqual(last);
  });

  test('with the room’s time on each', () => {
    const [text = ''] = historyOf(archive, { account: 'a@b', room: ROOM, to: 'a@b/c' }, { maxstanzas: 1, maxchars: undefined, since: undefined });
    const delay = parseElement(text).getChild('delay', 'urn:xmpp:delay');
    expect(delay?.attrs).toMatchObject({ from: ROOM, stamp: '2026-11-23T11:58:00.000Z' });
  });
});
