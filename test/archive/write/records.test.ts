import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OutboxEntry, RoomRecord } from '../../../src/archive/contract.ts';
import type { Occupant } from '../../../src/core/occupant.ts';
import { append, BALL, JULIET, ORCHARD, ownArchive } from '../support.ts';
import { storedValues } from '../../../src/archive/stored-values.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const orchard: RoomRecord = {
  account: JULIET,
  room: ORCHARD,
  membership: '{"state":"joined"}',
  wanted: true,
  nick: 'Juliet',
  password: undefined,
  subject: 'Night',
};

const romeo: Occupant = {
  nick: 'Romeo',
  role: 'participant',
  affiliation: 'none',
  show: 'online',
  status: undefined,
  jid: undefined,
  occupantId: 'o1',
  avatar: undefined,
  hats: ['lover'],
};

test('a room is remembered as it was last saved, until you removed it from the list', () => {
  own.archive.saveRoom(orchard);
  own.archive.saveRoom({ ...orchard, wanted: false, nick: undefined, password: 'wherefore' });
  expect(own.reopen().rooms(JULIET)).toEqual([{ ...orchard, wanted: false, nick: undefined, password: 'wherefore' }]);
  own.archive.forgetRoom(JULIET, ORCHARD);
  expect(own.archive.rooms(JULIET)).toEqual([]);
});

test('occupants are remembered with their presence, one by one', () => {
  const record = { room: ORCHARD, occupant: romeo, xml: '<presence/>' };
  own.archive.saveOccupant(JULIET, record);
  own.archive.saveOccupant(JULIET, { ...record, xml: '<presence id="2"/>' });
  own.archive.saveOccupant(JULIET, { ...record, occupant: { ...romeo, nick: 'Mercutio' } });
  own.archive.saveOccupant(JULIET, { ...record, room: BALL });
  expect(own.reopen().occupants(JULIET)).toHaveLength(3);
  expect(own.archive.occupants(JULIET).find((one) => one.room === ORCHARD && one.occupant.nick === 'Romeo')).toStrictEqual({
    ...record,
    xml: '<presence id="2"/>',
  });
  own.archive.removeOccupant(JULIET, ORCHARD, 'Mercutio');
  expect(own.archive.occupantXml(JULIET, ORCHARD, 'Mercutio')).toBeUndefined();
  expect(own.archive.occupantXml(JULIET, ORCHARD, 'Romeo')).toBe('<presence id="2"/>');
  own.archive.clearOccupants(JULIET, ORCHARD);
  expect(own.archive.occupants(JULIET).map((one) => one.room)).toEqual([BALL]);
});

test('the state of a stream is replaced and removed', () => {
  own.archive.saveStream(JULIET, '{"h":1}');
  own.archive.saveStream(JULIET, '{"h":2}');
  expect(own.reopen().stream(JULIET)).toBe('{"h":2}');
  own.archive.saveStream(JULIET, undefined);
  expect(own.archive.stream(JULIET)).toBeUndefined();
});

test('the outbox keeps its order, and what is known of each stanza', () => {
  const entry: Omit<OutboxEntry, 'id' | 'ends' | 'cause'> = {
    account: JULIET,
    room: ORCHARD,
    originId: 'o1',
    xml: '<message/>',
    createdAt: 1,
    stream: undefined,
    outbound: undefined,
    state: 'waiting',
  };
  const first = own.archive.addToOutbox(entry);
  const second = own.archive.addToOutbox({ ...entry, originId: 'o2' });
  own.archive.updateOutbox(first, { stream: 'abc', outbound: 7, state: 'sent' });
  own.archive.updateOutbox(second, { state: 'ask', ends: 2, cause: 'why' });
  expect(own.reopen().outbox(JULIET)).toEqual([
    { ...entry, id: first, stream: 'abc', outbound: 7, state: 'sent', ends: 0, cause: undefined },
    { ...entry, id: second, originId: 'o2', state: 'ask', ends: 2, cause: 'why' },
  ]);
  own.archive.updateOutbox(first, { stream: undefined });
  expect(own.archive.outbox(JULIET)[0]).toMatchObject({ stream: undefined, outbound: 7 });
  own.archive.removeFromOutbox(second);
  expect(own.archive.addToOutbox(entry)).toBeGreaterThan(second);
});

test('cursors, values and gaps are kept by name', () => {
  own.archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: 5 });
  own.archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: 6 });
  own.archive.setValue(JULIET, storedValues.roomsWanted, {});
  own.archive.setValue(JULIET, storedValues.roomsWanted, { [BALL]: ['person'] });
  const gap = { account: JULIET, room: ORCHARD, from: 1, to: 2, cause: 'the room has no archive' };
  const id = own.archive.addGap(gap);
  const archive = own.reopen();
  expect(archive.cursor(JULIET, 'phone', ORCHARD)).toBe(6);
  expect(archive.cursor(JULIET, 'phone', BALL)).toBeUndefined();
  expect(archive.value(JULIET, storedValues.roomsWanted)).toEqual({ [BALL]: ['person'] });
  expect(archive.gaps(JULIET, ORCHARD)).toEqual([{ id, ...gap }]);
  archive.setValue(JULIET, storedValues.roomsWanted, undefined);
  archive.removeGap(id);
  expect(archive.value(JULIET, storedValues.roomsWanted)).toBeUndefined();
  expect(archive.gaps(JULIET, ORCHARD)).toEqual([]);
});

test('a removed account leaves nothing, and others alone', () => {
  const nurse = 'nurse@capulet.lit';
  for (const account of [JULIET, nurse]) {
    append(own.archive, { body: 'rose', account });
    own.archive.saveRoom({ ...orchard, account });
    own.archive.saveOccupant(account, { room: ORCHARD, occupant: romeo, xml: '<presence/>' });
    own.archive.saveStream(account, '{}');
    own.archive.setCursor(account, { owner: 'phone', room: ORCHARD, archiveId: 1 });
    own.archive.setValue(account, storedValues.health, 1);
    own.archive.addGap({ account, room: ORCHARD, from: 0, to: 1, cause: 'x' });
  }
  own.archive.removeAccount(JULIET);
  const state = (account: string): unknown[] => [
    own.archive.count(account),
    own.archive.search({ text: 'rose', account, limit: 9 }).length,
    own.archive.rooms(account).length,
    own.archive.occupants(account).length,
    own.archive.stream(account),
    own.archive.cursor(account, 'phone', ORCHARD),
    own.archive.value(account, storedValues.health),
    own.archive.gaps(account, ORCHARD).length,
  ];
  expect(state(JULIET)).toEqual([0, 0, 0, 0, undefined, undefined, undefined, 0]);
  expect(state(nurse)).toEqual([1, 1, 1, 1, '{}', 1, 1, 1]);
});

test('an owner’s cursors are forgotten all at once, and the others’ stay', () => {
  const { archive } = own;
  archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: 5 });
  archive.setCursor(JULIET, { owner: 'phone', room: BALL, archiveId: 6 });
  archive.setCursor(JULIET, { owner: 'tablet', room: BALL, archiveId: 7 });
  archive.removeCursors(JULIET, 'phone');
  expect([archive.cursor(JULIET, 'phone', ORCHARD), archive.cursor(JULIET, 'phone', BALL)]).toEqual([undefined, undefined]);
  expect(archive.cursor(JULIET, 'tablet', BALL)).toBe(7);
});

test('the last archive id is the newest message’s', () => {
  expect(own.archive.lastId()).toBe(0);
  append(own.archive, { body: 'one' });
  const newest = append(own.archive, { body: 'two' });
  expect(newest.kept && newest.message.archiveId).toBe(own.archive.lastId());
});
