// XEP-0313 in rooms: what no real server does when asked, such as an archive that has dropped the id we stand at.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { entry, presenceError, refusal, result, roomInfo, worlds, type Answer } from '../../support/rooms/scripted.ts';
import type { MinimixOptions } from '../../support/minimix.ts';
import { until } from '../../support/until.ts';

const ROOM = 'orchard@rooms.scripted.test';
const NO_MESSAGE = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
const open = worlds();

interface Asked {
  readonly after: string | undefined;
  readonly start: string | undefined;
}

const stanza = (n: number, inside = ''): string =>
  `<message xmlns='jabber:client' from='${ROOM}/juliet' type='groupchat' id='m${n}'>${n === 0 ? NO_MESSAGE : `<body>${n}</body>`}${inside}</message>`;
const live = (n: number): string => stanza(n, `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='${n}'/>`);
const archived = (queryId: string, n: number): string =>
  `<message from='${ROOM}'><result xmlns='urn:xmpp:mam:2' queryid='${queryId}' id='${n}'><forwarded xmlns='urn:xmpp:forward:0'>` +
  `<delay xmlns='urn:xmpp:delay' stamp='2026-11-27T10:00:0${n}Z'/>${stanza(n)}</forwarded></result></message>`;

/** Enters the room, hears message 1 (or `heard`), and loses the stream; from then on `answer` is the room's archive. */
async function away(answer: (asked: Asked, page: (numbers: readonly number[], complete?: boolean) => Answer, iq: Element) => Answer, heard = [1], times: MinimixOptions['times'] = {}) {
  const asked: Asked[] = [];
  let present = false;
  const world = await open({ times });
  world.script(ROOM, {
    info: ({ attrs }) => roomInfo(ROOM, String(attrs['id']), ['urn:xmpp:mam:2', 'urn:xmpp:sid:0']),
    join: (_presence, nick) => entry(ROOM, nick),
    iq: (iq) => {
      const query = iq.getChild('query', 'urn:xmpp:mam:2');
      const page = (numbers: readonly number[], complete = true): Answer => {
        const fin = `<fin xmlns='urn:xmpp:mam:2' complete='${complete}'><set xmlns='http://jabber.org/protocol/rsm'/></fin>`;
        return [...numbers.map((n) => archived(String(query?.attrs['queryid']), n)), result(ROOM, String(iq.attrs['id']), fin)];
      };
      if (!query || !present) return page([]);
      const fields = query.getChild('x', 'jabber:x:data')?.getChildren('field') ?? [];
      const start = fields.find(({ attrs }) => attrs['var'] === 'start')?.getChildText('value') ?? undefined;
      const now = { after: query.getChild('set')?.getChildText('after') ?? undefined, start };
      asked.push(now);
      return answer(now, page, iq);
    },
  });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  await world.state(ROOM, 'joined');
  await world.settle();
  world.send(...heard.map(live));
  await world.settle();
  present = true;
  world.drop();
  return { ...world, asked };
}

test('how far it is read is told, page by page, and no more once it is over', async () => {
  const told: (string | undefined)[] = [];
  const { account, bodies, log } = await away(({ after }, page) => {
    const room = account.rooms.list()[0];
    told.push(room?.catchUp?.upTo);
    return after === '1' ? page([2], false) : after === '2' ? page([3], false) : page([4]);
  });
  await until(() => bodies(ROOM).join() === '1,2,3,4', { what: 'the whole' });
  await until(() => account.rooms.list()[0]?.catchUp === undefined, { what: 'the end of it' });
  expect(told.slice(1), log.join()).toEqual(['2026-11-27T10:00:02.000Z', '2026-11-27T10:00:03.000Z']);
});

test('as much is asked for as the archive gives at once', async () => {
  const most: string[] = [];
  const { bodies } = await away((_, page, iq) => {
    most.push(iq.getChild('query', 'urn:xmpp:mam:2')?.getChild('set')?.getChildText('max') ?? '');
    return page([2]);
  });
  await until(() => bodies(ROOM).join() === '1,2', { what: 'the whole' });
  expect(most).toEqual(['500']); // Prosody gives 50 of them, ejabberd 250
});

test('an id that the room’s archive has dropped: from the time of what we have, and once', async () => {
  const { asked, archive, jid, bodies } = await away(({ after }, page, iq) =>
    after === '1' ? refusal(ROOM, String(iq.attrs['id']), 'item-not-found') : page([2, 3]),
  );
  await until(() => bodies(ROOM).join() === '1,2,3', { what: 'the whole' });
  const [first, second] = asked;
  expect([first, second?.after]).toEqual([{ after: '1', start: undefined }, undefined]);
  expect(Date.parse(second?.start ?? '')).toBe(archive.page({ account: jid, room: ROOM, limit: 1, after: 0 })[0]?.at);
  expect(archive.gaps(jid, ROOM)).toEqual([]);
});

test.each([
  ['begins after what we have: it is from there to its first', [2], 1],
  ['was emptied: it is from there to now', [], 1],
  ['begins with what is no message: it is to the first that is one', [0, 2], 1],
  ['still has what we have, under another id: there is none', [1, 2], 0],
])('a hole, where the room’s archive lost our place and %s', async (_how, numbers, holes) => {
  const later = (n: number): string => new Date(Date.now() + n * 60_000).toISOString();
  const { archive, jid, account, asked, settle, bodies } = await away(({ after }, page, iq) => {
    if (after === '1') return refusal(ROOM, String(iq.attrs['id']), 'item-not-found');
    return [page(numbers)].flat().map((xml) => String(xml).replace(/2026-11-27T10:00:0(\d)Z/, (_stamp, n) => later(Number(n))));
  });
  await until(() => asked.length >= 2 && account.history.readUpTo(ROOM) === 'end', { what: 'the end of the catch-up' });
  await settle();
  const last = archive.page({ account: jid, room: ROOM, limit: 1, after: 0 })[0]?.at ?? NaN;
  const hole = { from: last, cause: expect.stringContaining('no longer has') };
  expect(archive.gaps(jid, ROOM)).toMatchObject(Array.from({ length: holes }, () => hole));
  expect(bodies(ROOM)).toEqual(['1', ...numbers.filter((n) => n > 1).map(String)]);
});

test('a stream that ends in the middle of the pages: the next one goes on where they stopped', async () => {
  let broken = false;
  const { asked, bodies, drop } = await away(({ after }, page) => {
    if (after === '1') return page([2, 3], false);
    if (after === '3' && broken) return page([4]);
    return undefined; // silence, in which the stream ends
  });
  await until(() => asked.at(-1)?.after === '3', { what: 'the second page to be asked for' });
  broken = true;
  drop();
  await until(() => bodies(ROOM).join() === '1,2,3,4', { what: 'the whole' });
  expect(asked.map(({ after }) => after)).toEqual(['1', '3', '3']);
});

test('what was said first of all in a room while we were out of it is news, not the past of a first join', async () => {
  const { events } = await away((_asked, page) => page([1, 2]), []);
  const news = await Promise.all(['1', '2'].map((body) => events.next((event) => event.type === 'message' && event.message.body === body)));
  expect(news).toMatchObject([{ fresh: true }, { fresh: true }]);
});

test('what is still to be read goes before what is live while the room is entered again, and no longer once nobody lets us in', async () => {
  const { account, asked, drop, events, script, send, state } = await away(() => undefined);
  await until(() => asked.length === 1, { what: 'the catch-up' });
  script(ROOM, { join: () => undefined });
  drop();
  await state(ROOM, 'joining');
  expect(account.history.readUpTo(ROOM)).not.toBe('end');

  const told = events.next((event) => event.type === 'catch-up-stopped' && account.history.readUpTo(ROOM) === 'end');
  send(presenceError(`${ROOM}/romeo`, 'forbidden', 'auth'));
  await state(ROOM, 'banned');
  expect(account.history.readUpTo(ROOM)).toBe('end');
  expect(await told).toMatchObject({ room: ROOM });
});

test('an archive that gives nothing for too long is a hole on record: what is live goes on, and what is found later is no news', async () => {
  let silent = true;
  const { account, archive, asked, drop, events, jid, send, settle } = await away((_asked, page) => (silent ? undefined : page([2, 3])), [1], { archiveSilence: 300 });
  await until(() => asked.length > 0, { what: 'the catch-up' });
  send(live(4));
  await settle();
  expect(account.history.readUpTo(ROOM)).toBe(archive.page({ account: jid, room: ROOM, limit: 1, after: 0 })[0]?.archiveId);
  await until(() => account.history.readUpTo(ROOM) === 'end', { what: 'the end of the wait' });
  expect(archive.gaps(jid, ROOM)).toMatchObject([{ cause: expect.stringContaining('could not be read') }]);

  silent = false;
  drop();
  const late = await Promise.all(['2', '3'].map((body) => events.next((event) => event.type === 'message' && event.message.body === body)));
  expect(late).toMatchObject([{ fresh: false }, { fresh: false }]);
  await until(() => archive.gaps(jid, ROOM).length === 0, { what: 'the hole to be healed' });
});

test('a catch-up goes on for as long as its pages come, however slowly', async () => {
  const pages: { readonly page: (numbers: readonly number[], complete?: boolean) => Answer; readonly after: string | undefined }[] = [];
  const { account, archive, asked, jid, send, settle } = await away(({ after }, page) => void pages.push({ page, after }), [1], { archiveSilence: 1_500 });
  const begun = performance.now();
  for (let n = 2; n <= 5; n += 1) {
    const at = String(n - 1);
    const asking = await until(() => pages.find(({ after }) => after === at), { what: `page ${n}` });
    await until(() => performance.now() - begun > (n - 1) * 600, { what: 'a slow archive' });
    send(...[asking?.page([n], n === 5)].flat().map(String));
    await settle();
  }
  await until(() => account.history.readUpTo(ROOM) === 'end', { what: 'the end of the catch-up' });
  expect(performance.now() - begun).toBeGreaterThan(1_500);
  expect([archive.gaps(jid, ROOM), asked.length]).toEqual([[], 4]);
});

test.each([
  ['whose pages go in a circle', (after: string | undefined) => (after === '3' ? { page: [4, 5] } : { page: [2, 3] })],
  ['that has never heard of the place that it gave last', (after: string | undefined) => (after === undefined ? { page: [2] } : 'lost' as const)],
  ['that answers one page for ever', (after: string | undefined) => (after === '1' ? { page: [2, 3], fin: false } : { page: [3, 2], fin: false })],
])('an archive %s is read no further, and leaves a hole on record: live goes on, and nothing is told twice', async (_how, answers) => {
  let endless: ((again: number) => void) | undefined;
  const { account, archive, asked, bodies, events, jid, log, send, settle } = await away(({ after }, page, iq) => {
    const answer = answers(after);
    if (answer === 'lost') return refusal(ROOM, String(iq.attrs['id']), 'item-not-found');
    if (!('fin' in answer)) return page(answer.page, false);
    const results = [page(answer.page)].flat().map(String).slice(0, -1);
    endless = (again) => send(...Array.from({ length: again }, () => results).flat());
    return undefined;
  });
  await until(() => asked.length > 0, { what: 'the catch-up' });
  endless?.(600);
  await until(() => account.history.readUpTo(ROOM) === 'end', { what: 'the catch-up to be given up' });
  send(live(9));
  await settle();
  expect(archive.gaps(jid, ROOM), log.slice(-5).join('\n')).toHaveLength(1);
  expect(asked.length).toBeLessThan(30);
  const kept = bodies(ROOM).map(Number);
  expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
  expect(kept.at(-1)).toBe(9);
  const told = events.all.flatMap((event) => (event.type === 'message' ? [event.message.body] : []));
  expect(told).toEqual([...new Set(told)]);
});

test('an archive that gives new messages without end is read up to a bound, and what it gave is kept', async () => {
  let n = 1;
  const { account, archive, asked, bodies, jid } = await away((_asked, page) => page([(n += 1)], false), [1], { archivePages: 6 });
  await until(() => asked.length > 0 && account.history.readUpTo(ROOM) === 'end', { what: 'the catch-up to be given up' });
  expect(archive.gaps(jid, ROOM)).toHaveLength(1);
  expect(asked.length).toBe(6);
  expect(bodies(ROOM).join()).toBe('1,2,3,4,5,6,7');
});

test('a page on which the stream ends is asked for in ever smaller ones, by itself, and then no more: the account stays, with the hole on record', async () => {
  const sizes: number[] = [];
  const other = 'meadow@rooms.scripted.test';
  const { account, archive, bodies, jid, script, send, settle, state } = await away(({ after }, page, iq) => {
    const max = Number(iq.getChild('query')?.getChild('set')?.getChildText('max'));
    sizes.push(max);
    if (after === '1' && max > 1) return [...[page([2])].flat().map(String).slice(0, 1), '<message><a></b></message>'];
    if (after === '1') return page([2], false);
    return '<message><a></b></message>'; // what is behind 2 ends each stream
  });
  script(other, { info: ({ attrs }) => roomInfo(other, String(attrs['id'])), join: (_presence, nick) => entry(other, nick) });
  await until(() => archive.gaps(jid, ROOM).length === 1, { what: 'the hole', deadline: 60_000 });
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  expect([Math.max(...sizes), Math.min(...sizes), sizes.length < 10]).toEqual([500, 1, true]);
  await until(() => account.status().connection.state === 'online', { what: 'the login' });
  await state(ROOM, 'joined');
  await account.rooms.join(other, { nick: 'romeo' });
  send(live(9));
  await settle();
  expect(bodies(ROOM)).toEqual(['1', '2', '9']);
});

test('what carries the stanza-id of another message is kept beside it, from the room and from its archive', async () => {
  const forged = (xml: string, body: string): string => xml.replace(/<body>\d<\/body>/, `<body>${body}</body>`);
  const { account, bodies, send, settle } = await away((_asked, page) => {
    const [two, ...rest] = [page([2])].flat().map(String);
    return [String(two), forged(String(two), 'another'), ...rest];
  });
  await until(() => bodies(ROOM).includes('2') && account.history.readUpTo(ROOM) === 'end', { what: 'the page' });
  send(forged(live(2), 'a third'), live(3));
  await settle();
  expect(bodies(ROOM)).toEqual(['1', '2', 'another', 'a third', '3']);
});

test('a result under an id that nothing can be asked behind is quarantined, and the rest of the page is kept', async () => {
  const { archive, bodies, jid } = await away((_asked, page) => {
    const [two, ...rest] = [page([2, 3])].flat().map(String);
    return [String(two).replace(" id='2'>", ` id='${'2'.repeat(5_000)}'>`), ...rest];
  });
  await until(() => bodies(ROOM).includes('3'), { what: 'the rest of the page' });
  expect(archive.quarantined(jid)).toMatchObject([{ kind: 'message', sender: ROOM }]);
});
