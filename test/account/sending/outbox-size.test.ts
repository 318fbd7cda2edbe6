// What goes out fits the server, 64 KiB where it announces nothing, and the strictest reader. What does not is refused with the reason, and holds nothing up.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { ME, worlds } from '../../support/rooms/scripted.ts';

const open = worlds();
const ROOM = 'cave@rooms.scripted.test';
const isSaid = (stanza: Element): boolean => stanza.is('message') && stanza.attrs['type'] === 'groupchat';

test('a message of ours that does not fit is refused with the reason, in bytes, and is not kept', async () => {
  const world = await open();
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  expect(await world.account.sending.sendMessage(ROOM, 'é'.repeat(33_000))).toMatchObject({ ok: false, error: { code: 'too-large', message: expect.stringContaining('65536 bytes') } });
  expect(world.account.sending.outbox()).toEqual([]);
  expect(await world.account.sending.sendMessage(ROOM, 'a'.repeat(33_000))).toMatchObject({ ok: true });
  const said = await world.heard.next(isSaid, { what: 'what fits' });
  expect(said.getChildText('body')).toHaveLength(33_000);
});

test('what waited for a server that takes less now is refused, and what waited behind it is said', async () => {
  const waiting = (originId: string, body: string) => ({
    account: ME,
    room: ROOM,
    originId,
    xml: `<message xmlns='jabber:client' to='${ROOM}' type='groupchat' id='${originId}'><body>${body}</body></message>`,
    createdAt: 1_790_000_000_000,
    state: 'waiting' as const,
    stream: undefined,
    outbound: undefined,
  });
  const world = await open({
    before: (archive) => archive.transaction(() => {
      for (const entry of [waiting('large', 'x'.repeat(70_000)), waiting('small', 'behind it')]) archive.addToOutbox(entry);
    }),
  });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  const said = await world.heard.next(isSaid, { what: 'what fits' });
  expect(said.attrs['id']).toBe('small');
  expect(await world.events.next(({ type }) => type === 'refused')).toMatchObject({ originId: 'large', error: { condition: 'policy-violation', text: expect.stringContaining('65536 bytes') } });
  expect(world.account.sending.outbox().map(({ originId }) => originId)).toEqual(['small']);
});

test('what a device wants said is checked as expat reads it before it is kept', async () => {
  const world = await open();
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  const inner = (more: string): string => `<message xmlns='jabber:client' type='groupchat' to='${ROOM}' id='mine'><body>word</body>${more}</message>`;
  const forwarded = (id: string, more: string): string =>
    `<message from='${ME}/phone' to='${ME}/bound' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'>${inner(more)}</forwarded></message>`;
  world.send(forwarded('w1', "<\u2c00 xmlns='u'/>")); // a name of the fifth edition of XML 1.0, at which expat ends the stream
  const error = await world.heard.next(({ attrs }) => attrs['id'] === 'w1', { what: 'the refusal' });
  expect(error.getChild('error')?.getChild('bad-request')).toBeDefined();
  expect(world.archive.outbox(ME)).toEqual([]);
  world.send(forwarded('w2', "<\u00e9 xmlns='u'/>"));
  expect((await world.heard.next(isSaid, { what: 'what can be said' })).attrs['id']).toBe('mine');
});
