import { describe, expect, test } from 'vitest';
import type { ReadArchive } from '../../../../src/archive/contract.ts';
import type { PageQuery } from '../../../../src/archive/query-contract.ts';
import { asHistory, historyOf, readHistoryWish, type HistoryQuery } from '../../../../src/frontends/bouncer/rooms/room-history.ts';
import { readDelay } from '../../../../src/xmpp/xep/message/delay.ts';
import type { KeptMessage } from '../../../../src/core/groupchat.ts';
import { parseElement } from '../../../../src/xmpp/xml.ts';

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

const query: HistoryQuery = { account: 'a@b', room: ROOM, to: 'a@b/c', shows: () => true, has: undefined, before: undefined };

function shown(history: string, about: Partial<HistoryQuery> = {}): (string | null)[] {
  const x = `<x xmlns='http://jabber.org/protocol/muc'>${history}</x>`;
  const wish = readHistoryWish(parseElement(`<presence to='${ROOM}/me'>${x}</presence>`), NOW);
  return historyOf(archive, { ...query, ...about }, wish).map(({ text }) => parseElement(text).getChildText('body'));
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
    const [last] = historyOf(archive, query, { maxstanzas: 1, maxchars: undefined, since: undefined, goesOn: false });
    const delay = parseElement(last?.text ?? '').getChild('delay', 'urn:xmpp:delay');
    expect(delay?.attrs).toMatchObject({ from: ROOM, stamp: '2026-11-23T11:58:00.000Z' });
  });

  test.each([
    ['beside it', ''],
    ['where the message has one of somebody else', `<stanza-id xmlns='urn:xmpp:sid:0' by='a@b' id='theirs'/>`],
    ['once, where it came live', `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='s1'/>`],
  ])('with the id that the room’s archive gave it: %s', (_where, child) => {
    const message = { room: ROOM, at: NOW, stanzaId: 's1', xml: `<message from='${ROOM}/bob'><body>word</body>${child}</message>` } as KeptMessage;
    const ids = parseElement(asHistory(message)).getChildren('stanza-id', 'urn:xmpp:sid:0').filter(({ attrs }) => attrs['by'] === ROOM);
    expect(ids.map(({ attrs }) => attrs['id'])).toEqual(['s1']);
  });

  const has = (id: number): boolean => id <= 440;
  const lacking = kept.filter(({ archiveId, kind }) => archiveId > 440 && kind === 'message').map(({ xml }) => parseElement(xml).getChildText('body'));

  test.each([
    ['from where it is', '2026-11-23T11:50:00Z'],
    ['from long before, and gets nothing twice', '1970-01-01T00:00:00Z'],
    ['by a clock that is half an hour fast, and misses nothing', '2026-11-23T12:25:00Z'],
  ])('what it lacks where it goes on %s', (_what, since) => {
    expect(shown(`<history since='${since}'/>`, { has })).toEqual(lacking);
  });

  test('all that it lacks where it asks for nothing in particular, as after its own end in the middle, and never less than twenty', () => {
    const words = kept.filter(({ kind }) => kind === 'message');
    expect(shown('', { has: (id) => id <= 200 })).toHaveLength(words.filter(({ archiveId }) => archiveId > 200).length);
    expect(shown('', { has })).toHaveLength(20);
    expect(shown(`<history maxstanzas='7'/>`, { has: (id) => id <= 200 })).toHaveLength(7);
  });

  test('what it lacks where the time that it names is yet to come, for our clock was fast as it got that', () => {
    expect(shown(`<history since='2026-11-25T12:00:00Z'/>`, { has })).toEqual(lacking);
  });

  test('what came while our clock was slow, in its place', () => {
    const slow = (message: KeptMessage): KeptMessage => (message.archiveId > 443 && message.archiveId < 447 ? { ...message, at: message.at - 3 * 86_400_000 } : message);
    const jumped = { page: (about: PageQuery) => archive.page(about).map(slow) } as unknown as ReadArchive;
    const wish = { maxstanzas: undefined, maxchars: undefined, since: NOW - 60 * 60_000, goesOn: true };
    const texts = historyOf(jumped, { ...query, has }, wish).map(({ text }) => parseElement(text).getChildText('body'));
    expect(texts).toEqual(lacking);
  });

  test.each(['2026-11-23T11:59:30Z', '2026-11-23T12:55:00Z', '2026-11-23T08:00:00Z'])('all that it lacks, once, where it goes on from %s by a clock that may be hours wrong', (since) => {
    expect(shown(`<history since='${since}'/>`, { has })).toEqual(lacking);
  });

  test('all that it lacks where our own clock was three hours slow while all of that came', () => {
    const slow = (message: KeptMessage): KeptMessage => (message.archiveId > 430 ? { ...message, at: message.at - 3 * 3_600_000 } : message);
    const jumped = { page: (about: PageQuery) => archive.page(about).map(slow) } as unknown as ReadArchive;
    const wish = { maxstanzas: undefined, maxchars: undefined, since: NOW - 10 * 60_000, goesOn: true };
    expect(historyOf(jumped, { ...query, has }, wish).map(({ text }) => parseElement(text).getChildText('body'))).toEqual(lacking);
  });

  test('nothing that its feed brings behind it', () => {
    expect(shown(`<history since='1970-01-01T00:00:00Z'/>`, { has, before: 446 })).toEqual(lacking.slice(0, 5));
  });

  test('as much as it asks for where it does not go on, whatever it has', () => {
    expect(shown(`<history maxstanzas='20'/>`, { has })).toHaveLength(20);
  });

  test('only what it is to be shown', () => {
    const shows = ({ archiveId }: { archiveId: number }): boolean => archiveId % 2 === 0;
    expect(shown(`<history seconds='605'/>`, { shows }).every((body) => Number(body?.slice(5)) % 2 === 1)).toBe(true);
  });

  test('nothing more once it has been looked for long enough, where it is shown nothing', () => {
    let pages = 0;
    const page = ({ limit }: PageQuery): KeptMessage[] => {
      if ((pages += 1) > 1000) throw new Error('the whole room is read');
      return kept.slice(-limit);
    };
    const endless = { page } as unknown as ReadArchive;
    const wish = { maxstanzas: undefined, maxchars: undefined, since: 0, goesOn: true };
    expect(historyOf(endless, { ...query, shows: () => false }, wish)).toEqual([]);
  });

  test.each([
    ['the room’s time of long ago', `<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2001-01-01T00:00:00Z'/>`],
    ['a time of nobody in particular', "<delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'/>"],
    ['the time of what it forwards', "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2001-01-01T00:00:00Z'/></forwarded>"],
    ['the name of it', '<body>urn:xmpp:delay</body>'],
  ])('the room’s time, and not %s that an occupant has put there', (_what, forged) => {
    const said = { ...kept[0], xml: `<message xmlns='jabber:client' from='${ROOM}/mallory'>${forged}</message>`, room: ROOM, at: NOW } as KeptMessage;
    const told = asHistory(said);
    expect(readDelay(parseElement(told), ROOM)).toBe(NOW);
    expect(asHistory({ ...said, xml: told })).toBe(told);
  });

  test('a text that begins as a delay forty thousand times in the time of any text of its length', () => {
    const text = '<delay'.repeat(40_000);
    const said = { ...kept[0], xml: `<message><body><![CDATA[${text}]]></body><x xmlns='urn:xmpp:delay'/></message>` } as KeptMessage;
    const before = performance.now();
    expect(parseElement(asHistory(said)).getChild('delay')).toBeDefined();
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
