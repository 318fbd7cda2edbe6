// Ways out that no real server shows when asked; and each answer to a self-ping.
import { describe, expect, test } from 'vitest';
import { MinimixError } from '../../../src/core/errors.ts';
import { noted, story } from '../../support/rooms/seen.ts';
import { refuseWrites } from '../../support/rooms/refused-writes.ts';
import { entry, left as hasLeft, presence, presenceError, refusal, result, subject, worlds, type RoomScript, type World } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'garden@rooms.scripted.test';
const world = worlds();

async function joined(options: Parameters<typeof world>[0] = {}, script: RoomScript = {}): Promise<World> {
  const one = await world(options);
  one.script(ROOM, script);
  expect(await one.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
  return one;
}

describe('put out of a room (scripted)', () => {
  test.each([
    { codes: [110, 307], state: 'kicked', event: 'kicked', again: false },
    { codes: [110, 301], state: 'banned', event: 'banned', again: false },
    { codes: [110, 301, 307], state: 'banned', event: 'banned', again: false },
    { codes: [110, 321], state: 'members-only', event: 'affiliation-lost', again: false },
    { codes: [110, 322], state: 'members-only', event: 'became-members-only', again: false },
    { codes: [110, 332], state: 'service-down', event: 'shutdown', again: true },
    { codes: [110, 307, 332], state: 'service-down', event: 'shutdown', again: true },
    { codes: [110, 307, 333], state: 'service-down', event: 'removed-by-error', again: true },
    { codes: [110, 333], state: 'service-down', event: 'removed-by-error', again: true },
    { codes: [307], state: 'kicked', event: 'kicked', again: false },
    { codes: [110], state: 'absent', event: 'left', again: false },
  ])('status $codes: $state', async ({ codes, state, event, again }) => {
    const { account, archive, send, state: reached, jid } = await joined();
    send(presence(ROOM, 'romeo', { type: 'unavailable', codes }));
    await reached(ROOM, state);
    expect((await noted(account, ROOM, event))?.event).toBe(event);
    const { membership } = JSON.parse(archive.rooms(jid)[0]?.membership ?? '{}');
    expect(membership.retryAt !== undefined).toBe(again);
    expect(account.rooms.occupants(ROOM)).toEqual([]);
  });

  test('a kick without 110 of somebody else’s nick is not ours', async () => {
    const { account, send, settle } = await joined({}, { join: (_, nick) => entry(ROOM, nick, ['juliet']) });
    send(presence(ROOM, 'juliet', { type: 'unavailable', codes: [307] }));
    await settle();
    expect(account.rooms.list()[0]).toMatchObject({ state: 'joined', occupants: 1 });
    expect(story(account, ROOM).at(-1)).toBe('occupant-kicked juliet');
  });

  test('a leave that the room never confirms is final all the same, and what the room says later is not ours', async () => {
    const { account, archive, send, settle, jid, bodies } = await joined({ times: { leave: 200 } }, { leave: () => undefined });
    expect(await account.rooms.leave(ROOM)).toMatchObject({ ok: true });
    expect(account.rooms.list()).toEqual([]);
    send(presence(ROOM, 'romeo', { codes: [110] }), `<message type='groupchat' from='${ROOM}/x'><body>echo</body></message>`);
    await settle();
    expect(account.rooms.list()).toEqual([]);
    expect(archive.rooms(jid)).toEqual([]);
    expect(bodies(ROOM)).not.toContain('echo');
  });

  test('a room whose word of a leave comes late, behind the wish to be in again, lets us in all the same', async () => {
    const { account, archive, heard, send, script, settle, jid } = await joined({ times: { leave: 50 } }, { leave: () => undefined });
    expect(await account.rooms.leave(ROOM)).toMatchObject({ ok: true }); // given up: the room has said nothing
    script(ROOM, { join: () => undefined });
    const asked = heard.all.length;
    const again = account.rooms.join(ROOM, { nick: 'romeo' });
    await until(() => heard.all.slice(asked).some(({ name, attrs }) => name === 'presence' && attrs['to'] === `${ROOM}/romeo` && attrs['type'] === undefined), { what: 'the room to be asked again' });
    send(presence(ROOM, 'juliet'), hasLeft(ROOM, 'romeo'));
    await settle();
    expect(JSON.parse(archive.rooms(jid)[0]?.membership ?? '{}')).toMatchObject({ membership: { state: 'joining' } });
    send(...entry(ROOM, 'romeo', ['juliet']));
    expect(await again).toMatchObject({ ok: true, value: { state: 'joined', occupants: 2 } });
    send(hasLeft(ROOM, 'romeo')); // and what it says of a leave from now on is true
    await noted(account, ROOM, 'left');
    expect(account.rooms.list()[0]).toMatchObject({ state: 'absent' });
  });

  test('somebody who wants the room again while it is left gets it back, though the disk refuses that at first', async () => {
    let refused = 0;
    let watching = (): boolean => false;
    const one = await joined({
      times: { leave: 200 },
      before(archive) {
        refuseWrites(archive, () => {
          if (refused > 0 || !watching()) return undefined;
          refused += 1;
          return new MinimixError('archive-full', 'The disk with the archive is full.');
        });
      },
    }, { leave: () => undefined });
    const { account, state } = one;
    const left = account.rooms.leave(ROOM);
    const again = account.rooms.join(ROOM, { nick: 'romeo' });
    watching = () => account.rooms.list()[0]?.state === 'absent';
    await state(ROOM, 'joined');
    expect(refused).toBe(1);
    await Promise.all([left, again]);
  });

  test('a farewell is said with the leave that it was meant for, and with no later one', async () => {
    const { account, heard, script } = await joined({ times: { join: 3_000 } }); // long enough for a busy machine to join within it
    const goodbyes = (): string[] => heard.all.filter(({ attrs }) => attrs['to'] === `${ROOM}/romeo` && attrs['type'] === 'unavailable').map((stanza) => stanza.getChildText('status') ?? '');
    script(ROOM, { join: (_, nick) => presenceError(`${ROOM}/${nick}`, 'forbidden', 'auth') });
    expect(await account.rooms.leave(ROOM, 'off to bed')).toMatchObject({ ok: true });
    expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: false, error: { code: 'banned' } });
    expect(await account.rooms.leave(ROOM, 'never again')).toMatchObject({ ok: true });
    script(ROOM, { join: () => undefined });
    expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: false });
    await until(() => goodbyes().length > 1, { what: 'the goodbye after the silence' });
    expect(goodbyes().slice(0, 2)).toEqual(['off to bed', '']);
  });

  test('a lost stream that cannot be resumed: in again, with the loss on record', async () => {
    const { account, drop } = await joined();
    drop();
    await until(() => story(account, ROOM).length >= 5, { what: 'the return' });
    expect(story(account, ROOM)).toEqual(['join romeo', 'self romeo', 'disconnected', 'join romeo', 'self romeo']);
  });
});

const impatient = { silence: 60, every: 20, answer: 150 };
const answering = (condition: string): RoomScript => ({ ping: (iq) => refusal(iq.attrs['to'] ?? '', iq.attrs['id'] ?? '', condition) });

describe('the proof (scripted)', () => {
  test.each([
    { answer: 'a result', script: { ping: (iq) => result(iq.attrs['to'] ?? '', iq.attrs['id'] ?? '') } },
    { answer: 'service-unavailable', script: answering('service-unavailable') },
    { answer: 'feature-not-implemented', script: answering('feature-not-implemented') },
    { answer: 'item-not-found', script: answering('item-not-found') },
  ] satisfies { answer: string; script: RoomScript }[])('$answer: we are in, and the time of the proof moves on', async ({ script }) => {
    const { account } = await joined({ times: impatient }, script);
    const first = account.rooms.list()[0]?.verifiedAt ?? '';
    await until(() => (account.rooms.list()[0]?.verifiedAt ?? '') > first, { what: 'a later proof' });
    expect(account.rooms.list()[0]).toMatchObject({ state: 'joined', reason: undefined });
    expect(story(account, ROOM)).toEqual(['join romeo', 'self romeo']);
  });

  test.each(['not-acceptable', 'not-allowed', 'bad-request', 'forbidden', 'made-up', 'constructor', 'timeout'])('%s: not in; entered again, what was missed is fetched, the cause is on record', async (condition) => {
    let dropped = false;
    const missed = `<message type='groupchat' from='${ROOM}/juliet' id='m1'><body>while you were out</body><delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='${new Date().toISOString()}'/></message>`;
    const { account, bodies, script } = await joined({ times: impatient });
    script(ROOM, {
      ping: (iq) => ((dropped = true), refusal(iq.attrs['to'] ?? '', iq.attrs['id'] ?? '', condition)),
      join(_, nick) {
        script(ROOM, {});
        const [self = '', topic = ''] = entry(ROOM, nick);
        return [self, missed, topic];
      },
    });
    await until(() => story(account, ROOM).length >= 5, { what: 'the return' });
    expect(dropped).toBe(true);
    expect(story(account, ROOM).slice(0, 5)).toEqual(['join romeo', 'self romeo', 'unverified', 'retry romeo', 'self romeo']);
    expect(account.rooms.ledger(ROOM, 10).find(({ event }) => event === 'unverified')?.text).toContain('silently dropped you');
    expect(bodies(ROOM)).toContain('while you were out');
  });

  test.each(['remote-server-not-found', 'remote-server-timeout'])('%s: nobody knows; we stay, and say that we doubt', async (condition) => {
    const { account } = await joined({ times: impatient }, answering(condition));
    await until(() => account.rooms.list()[0]?.reason !== undefined, { what: 'the doubt' });
    expect(account.rooms.list()[0]).toMatchObject({ state: 'joined', reason: expect.stringContaining('no longer be in it') });
  });

  test('no answer: nobody knows; the doubt ends with the next answer', async () => {
    const { account, script } = await joined({ times: impatient }, { ping: () => undefined });
    await until(() => account.rooms.list()[0]?.reason !== undefined, { what: 'the doubt' });
    expect(account.rooms.list()[0]).toMatchObject({ state: 'joined' });
    script(ROOM, {});
    await until(() => account.rooms.list()[0]?.reason === undefined, { what: 'the doubt to end' });
  });

  test.each(['item-not-found', 'service-unavailable'])('an answer like a living client’s (%s) from a room that is no more: not in', async (condition) => {
    const { account, script } = await joined({ times: impatient });
    script(ROOM, { ...answering(condition), info: (iq) => refusal(ROOM, iq.attrs['id'] ?? '', condition), join: () => undefined });
    await noted(account, ROOM, 'unverified');
  });

  test('by the daemon’s own times a silent drop is found within fifteen minutes of silence', async () => {
    let clock = Date.now();
    const { account } = await joined({ now: () => clock, times: { every: 20, wake: 3_600_000 } }, answering('not-acceptable'));
    clock += 15 * 60_000 - 30_000 - 60_000; // the next look, and a late answer
    await noted(account, ROOM, 'unverified');
  });

  test('after a wake from sleep each room is asked at once, however lately it was proven', async () => {
    let clock = Date.now();
    const { heard } = await joined({ now: () => clock, times: { silence: 600_000, every: 600_000, wake: 20, answer: 1_000 } });
    const pings = (): number => heard.all.filter((stanza) => stanza.attrs['to'] === `${ROOM}/romeo` && stanza.getChild('ping')).length;
    expect(pings()).toBe(0);
    clock += 3_600_000;
    await until(() => pings() === 1, { what: 'a self-ping' });
  });

  test('what a room says is proof enough: no ping while it talks', async () => {
    let clock = Date.now();
    const { account, heard, send, settle } = await joined({ now: () => clock, times: { silence: 50_000, every: 20, answer: 1_000 } });
    const at = account.rooms.list()[0]?.verifiedAt ?? '';
    clock += 40_000;
    send(`<message type='groupchat' from='${ROOM}/romeo' id='x'><body>hi</body></message>`, subject(ROOM, 'new'));
    await settle();
    clock += 40_000;
    await settle();
    expect((account.rooms.list()[0]?.verifiedAt ?? '') > at).toBe(true);
    expect(heard.all.filter((stanza) => stanza.getChild('ping') && String(stanza.attrs['to']).startsWith(ROOM))).toEqual([]);
  });
});
