// What a server may do around a resumption (ejabberd's mod_stream_mgmt routes anew what reached the old session).
import { expect, test } from 'vitest';
import { entry, result, roomInfo, worlds, type RoomScript } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';
import { storedValues } from '../../../src/archive/stored-values.ts';

const ROOM = 'orchard@rooms.scripted.test';
const open = worlds();

const said = (id: string, body: string): string =>
  `<message from='${ROOM}/juliet' type='groupchat' id='m${id}'><body>${body}</body>` +
  `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='${id}'/></message>`;

/** A room that knows its own order; `asked` holds the ids behind which it was read. */
function archived(order: readonly [id: string, body: string][], asked: string[]): RoomScript {
  return {
    info: ({ attrs }) => roomInfo(ROOM, String(attrs['id']), ['urn:xmpp:mam:2', 'urn:xmpp:sid:0']),
    join: (_presence, nick) => entry(ROOM, nick),
    iq: (iq) => {
      const query = iq.getChild('query', 'urn:xmpp:mam:2');
      const after = query?.getChild('set')?.getChildText('after') ?? '';
      if (query) asked.push(after);
      const from = order.findIndex(([id]) => id === after) + 1;
      const pages = order.slice(from).map(
        ([id, body]) =>
          `<message from='${ROOM}'><result xmlns='urn:xmpp:mam:2' queryid='${query?.attrs['queryid']}' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'>
          <delay xmlns='urn:xmpp:delay' stamp='2026-11-27T10:00:0${id}Z'/><message xmlns='jabber:client' from='${ROOM}/juliet' type='groupchat' id='m${id}'><body>${body}</body></message></forwarded></result></message>`,
      );
      const fin = `<fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'/></fin>`;
      return [...pages, result(ROOM, String(iq.attrs['id']), fin)];
    },
  };
}

test('what came in another order around a resumption stands in the room’s, by the room’s archive', async () => {
  const order: [string, string][] = [];
  const asked: string[] = [];
  const { account, archive, jid, bodies, drop, script, send, settle, state } = await open({ sm: true, times: { calm: 1_500 } });
  script(ROOM, archived(order, asked));
  await account.rooms.join(ROOM, { nick: 'romeo' });
  await state(ROOM, 'joined');
  await settle();
  order.push(['1', 'before']);
  send(said('1', 'before'));
  await settle();
  asked.length = 0;

  drop();
  await until(() => account.status().connection.state !== 'online', { what: 'the end of the stream' });
  await until(() => account.status().connection.state === 'online', { what: 'the resumption' });
  order.push(['2', 'first'], ['3', 'second'], ['4', 'third']);
  send(said('3', 'second'), said('2', 'first'), said('4', 'third'));
  await until(() => bodies(ROOM).join() === 'before,first,second,third', { what: 'the room’s order' });
  expect(asked).toEqual(['1']);
  await until(() => archive.value(jid, storedValues.orderUnproven) === undefined, { what: 'the proof' });
  expect(archive.gaps(jid, ROOM)).toEqual([]);
});

test('a room in which nothing came is not asked', async () => {
  const asked: string[] = [];
  const { account, archive, jid, drop, script, send, settle, state } = await open({ sm: true, times: { calm: 20 } });
  script(ROOM, archived([['1', 'before']], asked));
  await account.rooms.join(ROOM, { nick: 'romeo' });
  await state(ROOM, 'joined');
  send(said('1', 'before'));
  await settle();
  asked.length = 0;
  drop();
  await until(() => account.status().connection.state !== 'online', { what: 'the end of the stream' });
  await until(() => account.status().connection.state === 'online', { what: 'the resumption' }); // by now its place is noted
  await until(() => archive.value(jid, storedValues.orderUnproven) === undefined, { what: 'the look' });
  await settle();
  expect(asked).toEqual([]);
});

test('a look that the end of the stream cuts off is a catch-up from then on: what was missed goes before what comes live', async () => {
  const order: [string, string][] = [['1', 'before']];
  const asked: string[] = [];
  let [silent, late] = [false, ''];
  const { account, archive, jid, bodies, drop, script, send, settle, state } = await open({ sm: true, times: { calm: 1_000 } });
  const room = archived(order, asked);
  script(ROOM, {
    ...room,
    iq(iq) {
      const answer = room.iq?.(iq);
      if (silent && iq.getChild('query', 'urn:xmpp:mam:2')) late = [answer].flat().join('');
      return late === '' ? answer : undefined;
    },
  });
  await account.rooms.join(ROOM, { nick: 'romeo' });
  await state(ROOM, 'joined');
  send(said('1', 'before'));
  await settle();
  asked.length = 0;

  silent = true;
  drop();
  await until(() => account.status().connection.state !== 'online', { what: 'the end of the stream' });
  await until(() => account.status().connection.state === 'online', { what: 'the resumption' });
  order.push(['2', 'first'], ['3', 'second']);
  send(said('2', 'first'), said('3', 'second'));
  await until(() => asked.length === 1, { what: 'the look' });
  expect(account.history.readUpTo(ROOM)).toBe('end'); // all of it is there
  drop('forgotten');
  await until(() => account.status().connection.state !== 'online', { what: 'the end of the stream' });
  order.push(['4', 'while we were out']);
  await until(() => asked.length === 2, { what: 'the catch-up', deadline: 30_000 }); // two streams that ended soon put the next one off
  expect(account.history.readUpTo(ROOM)).not.toBe('end');

  send(said('5', 'live'), late);
  order.push(['5', 'live']);
  await until(() => bodies(ROOM).join() === 'before,first,second,while we were out,live', { what: 'what was missed' });
  await until(() => account.history.readUpTo(ROOM) === 'end', { what: 'the end of the catch-up' });
  expect(archive.gaps(jid, ROOM)).toEqual([]);
});
