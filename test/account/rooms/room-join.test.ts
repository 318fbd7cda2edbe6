// What is asked before a room lets us in, and what is not waited for.
import type { Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { result, worlds, type World } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const rooms = Array.from({ length: 30 }, (_, n) => `room-${n}@rooms.scripted.test`);
const world = worlds();

const question = (stanza: Element): Element | undefined => stanza.getChild('query', INFO);
const toRoom = ({ attrs }: Element): boolean => String(attrs['to'] ?? '').startsWith('room-');
const knock = (stanza: Element): boolean => stanza.name === 'presence' && toRoom(stanza) && stanza.attrs['type'] === undefined;
const nicksAsked = ({ heard }: World): string[] => heard.all.filter(knock).map(({ attrs }) => String(attrs['to']).split('/')[1] ?? '');

/** A room's answer to what it is, or to which nick it keeps for us. */
function answer(iq: Element, kept?: string): string {
  const identity = question(iq)?.attrs['node'] === undefined ? 'A room' : kept;
  const inside = identity === undefined ? '' : `<identity category='conference' type='text' name='${identity}'/>`;
  return result(iq.attrs['to'] ?? '', iq.attrs['id'] ?? '', `<query xmlns='${INFO}'>${inside}</query>`);
}

describe('what a room is asked before it lets us in (scripted)', () => {
  test('a first entry into many rooms is two steps: all questions to all rooms at once, then the joins', async () => {
    const one = await world();
    const asked: Element[] = [];
    for (const room of rooms) one.script(room, { info: (iq) => void asked.push(iq) });
    const joins = rooms.map((room) => one.account.rooms.join(room));
    await until(() => asked.length === 2 * rooms.length, { what: 'two questions to each room, before any answer' });
    await one.settle();
    expect(nicksAsked(one)).toEqual([]);
    one.send(...asked.map((iq) => answer(iq, 'kept for romeo')));
    expect((await Promise.all(joins)).every(({ ok }) => ok)).toBe(true);
    expect(new Set(nicksAsked(one))).toEqual(new Set(['kept for romeo']));
    expect(asked).toHaveLength(2 * rooms.length);
  });

  test('a room is not asked for the nick that it keeps for us where the person named one', async () => {
    const one = await world();
    const [room = ''] = rooms;
    one.script(room, { info: (iq) => answer(iq, 'kept for romeo') });
    expect(await one.account.rooms.join(room, { nick: 'Romeo' })).toMatchObject({ ok: true, value: { nick: 'Romeo' } });
    expect(one.heard.all.filter((stanza) => question(stanza)?.attrs['node'] === 'x-roomuser-item')).toEqual([]);
  });

  test('a room that keeps silent about the nick holds nothing up for longer than its patience', async () => {
    const one = await world();
    const [room = ''] = rooms;
    one.script(room, { info: (iq) => (question(iq)?.attrs['node'] === undefined ? answer(iq) : undefined) });
    expect(await one.account.rooms.join(room)).toMatchObject({ ok: true, value: { nick: 'romeo' } });
  });

  test('after a lost stream nothing is asked first; what has changed meanwhile is learned afterwards, and the nick with it', async () => {
    const one = await world();
    const [room = ''] = rooms;
    one.script(room, { info: (iq) => answer(iq, 'old nick') });
    expect(await one.account.rooms.join(room)).toMatchObject({ ok: true, value: { nick: 'old nick' } });
    await one.settle();
    const before = one.heard.all.length;
    one.script(room, { info: (iq) => answer(iq, 'new nick') });
    one.drop();
    await one.heard.next((stanza) => knock(stanza) && stanza.attrs['to'] === `${room}/new nick`, { what: 'the nick that is kept for us now' });
    const again = one.heard.all.slice(before).filter(toRoom).map((stanza) => (question(stanza) ? 'question' : String(stanza.attrs['to'])));
    expect(again).toEqual([`${room}/old nick`, 'question', 'question', `${room}/new nick`]);
  });
});
