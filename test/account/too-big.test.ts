// A stanza that is too big, wherever it comes from, costs itself alone: it is on record, and what lies behind it is read.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { ME, entry, result, roomInfo, subject, worlds, type Answer, type World } from '../support/rooms/scripted.ts';
import { until } from '../support/until.ts';

const ROOM = 'garden@rooms.scripted.test';
const BIG = `<body>${'&quot;'.repeat(250_000)}</body>`;
const open = worlds();

const bodies = ({ archive }: World): (string | undefined)[] => archive.page({ account: ME, room: ROOM, limit: 9 }).map(({ body }) => body);

/** One page of an archive, as it answers `iq`: each message under its id. */
function page(by: string, iq: Element, messages: Readonly<Record<string, string>>, complete: boolean): string[] {
  const { queryid = '' }: Record<string, string | undefined> = iq.getChild('query')?.attrs ?? {};
  const results = Object.entries(messages).map(([id, message]) =>
    `<message from='${by}'><result xmlns='urn:xmpp:mam:2' queryid='${queryid}' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'>` +
    `<delay xmlns='urn:xmpp:delay' stamp='2026-11-27T10:00:00Z'/>${message}</forwarded></result></message>`);
  const last = Object.keys(messages).at(-1) ?? '';
  const fin = `<fin xmlns='urn:xmpp:mam:2' complete='${complete}'><set xmlns='http://jabber.org/protocol/rsm'><last>${last}</last></set></fin>`;
  return [...results, result(by, String(iq.attrs['id']), fin)];
}

const afterOf = (iq: Element): string | undefined => iq.getChild('query')?.getChild('set')?.getChildText('after') ?? undefined;
const said = (body: string): string => `<message xmlns='jabber:client' from='${ROOM}/juliet' type='groupchat'>${body}</message>`;

test('out of the history that a room tells: we are in, and the rest of it is kept', async () => {
  const world = await open();
  const past = (body: string): string =>
    `<message from='${ROOM}/juliet' type='groupchat'>${body}<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='2026-11-27T10:00:00Z'/></message>`;
  world.script(ROOM, { join: (_, nick) => [...entry(ROOM, nick).slice(0, -1), past('<body>before</body>'), past(BIG), past('<body>behind</body>'), subject(ROOM, '')] });
  expect(await world.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
  await world.settle();
  expect(bodies(world)).toEqual(['before', 'behind']);
  expect(world.archive.quarantined(ME)).toMatchObject([{ sender: `${ROOM}/juliet`, cause: 'a stanza is too big' }]);
});

test('out of a room’s archive: the rest of its page is kept, and a page of nothing else is gone past', async () => {
  const world = await open();
  const asked: (string | undefined)[] = [];
  world.script(ROOM, {
    info: ({ attrs }) => roomInfo(ROOM, String(attrs['id']), ['urn:xmpp:mam:2', 'urn:xmpp:sid:0']),
    iq: (iq): Answer => {
      asked.push(afterOf(iq));
      if (afterOf(iq) === undefined) return page(ROOM, iq, { 1: said('<body>before</body>'), 2: said(BIG), 3: said('<body>between</body>') }, false);
      if (afterOf(iq) === '3') return page(ROOM, iq, { 4: said(BIG), 5: said(BIG) }, false);
      return page(ROOM, iq, afterOf(iq) === '5' ? { 6: said('<body>behind</body>') } : {}, true);
    },
  });
  expect(await world.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
  await until(() => bodies(world).includes('behind'), { what: 'the last page' });
  await world.settle();
  expect(bodies(world)).toEqual(['before', 'between', 'behind']);
  expect(asked).toEqual([undefined, '3', '5']);
  expect(world.archive.quarantined(ME)).toHaveLength(3);
  expect(world.archive.gaps(ME, ROOM)).toEqual([]);
});

test('out of the account’s archive, which is read for invitations: those on its page and behind it are found', async () => {
  const world = await open({ times: { sweep: 50 } });
  const invitation = (room: string): string =>
    `<message xmlns='jabber:client' from='juliet@scripted.test' to='${ME}'><x xmlns='jabber:x:conference' jid='${room}@rooms.scripted.test'/></message>`;
  const stranger = `<message xmlns='jabber:client' from='mallory@else.test/x' to='${ME}'>${BIG}</message>`;
  const asked: (string | undefined)[] = [];
  world.script(ME, {
    iq: (iq): Answer => {
      if (!iq.getChild('query', 'urn:xmpp:mam:2')) return result(ME, String(iq.attrs['id']));
      asked.push(afterOf(iq));
      if (afterOf(iq) === undefined) return page(ME, iq, { 1: stranger, 2: invitation('orchard') }, false);
      if (afterOf(iq) === '2') return page(ME, iq, { 3: stranger, 4: stranger }, false);
      return page(ME, iq, afterOf(iq) === '4' ? { 5: invitation('garden') } : {}, true);
    },
  });
  await until(() => world.account.rooms.invitations().length === 2, { what: 'both invitations' });
  expect(world.account.rooms.invitations().map(({ room }) => room)).toEqual(['orchard@rooms.scripted.test', ROOM]);
  expect(asked.filter((after) => after === '2')).toHaveLength(1);
  expect(world.archive.quarantined(ME)).toMatchObject(Array.from({ length: 3 }, () => ({ cause: 'a stanza is too big' })));
});

test('the account’s archive is read once at a time: a look while the login asks for copies loses no invitation', async () => {
  const world = await open({ times: { sweep: 20 } });
  await world.settle();
  const questions: Element[] = [];
  let copies: string | undefined;
  world.script('', { iq: (iq): Answer => (iq.getChild('enable') ? void (copies = String(iq.attrs['id'])) : result('', String(iq.attrs['id']))) });
  world.script(ME, { iq: (iq): Answer => (!iq.getChild('query', 'urn:xmpp:mam:2') ? result(ME, String(iq.attrs['id'])) : copies === undefined ? undefined : void questions.push(iq)) });
  world.drop('forgotten');
  await until(() => questions.length > 0, { what: 'a look before the answer about copies' });
  world.send(result('', String(copies)));
  await world.settle();
  const invitation = `<message xmlns='jabber:client' from='juliet@scripted.test' to='${ME}'><x xmlns='jabber:x:conference' jid='orchard@rooms.scripted.test'/></message>`;
  world.send(...questions.splice(0).flatMap((iq) => page(ME, iq, { 1: invitation }, true)));
  await world.settle();
  expect(world.account.rooms.invitations().map(({ room }) => room)).toEqual(['orchard@rooms.scripted.test']);
});
