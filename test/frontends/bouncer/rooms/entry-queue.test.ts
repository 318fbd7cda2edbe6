import { expect, test } from 'vitest';
import { openEntryQueue } from '../../../../src/frontends/bouncer/rooms/entry-queue.ts';
import type { DeviceOccupant } from '../../../../src/frontends/bouncer/rooms/room-feed.ts';
import type { Stanza } from '../../../../src/xmpp/stanza.ts';

const ROOM = 'cave@rooms.example';

function occupant() {
  const sent: string[] = [];
  const untaken: [string | undefined, unknown][] = [];
  const deviceOccupant = {
    jid: 'a@b/c',
    send: (text: string) => void sent.push(text),
    untaken: ({ id }: Stanza, error: unknown) => void untaken.push([id, error]),
  } as unknown as DeviceOccupant;
  return { deviceOccupant, sent, untaken };
}

const word = (id: string, { raw = `<message id='${id}'/>`, type = 'groupchat' }: { raw?: string; type?: string } = {}): Stanza =>
  ({ kind: 'message', id, type, to: ROOM, from: '', raw }) as unknown as Stanza;

test('a stanza that cannot be taken is told to the device, and those behind it are handled', () => {
  const { deviceOccupant, untaken } = occupant();
  const full = new Error('The disk is full.');
  const handled: unknown[] = [];
  const queue = openEntryQueue({
    entering: () => false,
    handle(_device, { id }) {
      if (id === 'two') throw full;
      handled.push(id);
    },
  });
  for (const id of ['one', 'two', 'three']) queue.put(deviceOccupant, ROOM, word(id));
  queue.decided(deviceOccupant, ROOM);
  expect(handled).toEqual(['one', 'three']);
  expect(untaken).toEqual([['two', full]]);
  expect(queue.waits(deviceOccupant, ROOM)).toBe(false);
});

test('where one of them ends the session, nothing behind it is handled', () => {
  const { deviceOccupant } = occupant();
  const handled: unknown[] = [];
  const queue = openEntryQueue({
    entering: () => false,
    handle(device, { id }) {
      handled.push(id);
      queue.gone(device);
    },
  });
  for (const id of ['one', 'two']) queue.put(deviceOccupant, ROOM, word(id));
  queue.decided(deviceOccupant, ROOM);
  expect(handled).toEqual(['one']);
});

test('a megabyte waits for all rooms of a device together, and what is more is refused', () => {
  const { deviceOccupant, sent } = occupant();
  const other = occupant();
  const handled: unknown[] = [];
  const queue = openEntryQueue({ entering: () => false, handle: (_device, { id }) => void handled.push(id) });
  const raw = 'x'.repeat(400_000);
  for (let n = 0; n < 6; n += 1) queue.put(deviceOccupant, `room${n}@rooms.example`, word(`w${n}`, { raw }));
  queue.put(other.deviceOccupant, ROOM, word('other', { raw }));
  expect(sent).toHaveLength(4);
  for (const text of sent) expect(text).toContain('<resource-constraint');
  expect(other.sent).toEqual([]);
  for (let n = 0; n < 6; n += 1) queue.decided(deviceOccupant, `room${n}@rooms.example`);
  expect(handled).toEqual(['w0', 'w1']);
  queue.put(deviceOccupant, ROOM, word('again', { raw }));
  expect(sent).toHaveLength(4);
});

test('so many stanzas wait for all rooms of a device together; an answer that is one too many is dropped in silence', () => {
  const { deviceOccupant, sent } = occupant();
  const queue = openEntryQueue({ entering: () => false, handle: () => undefined });
  for (let n = 0; n < 1005; n += 1) queue.put(deviceOccupant, `room${n}@rooms.example`, word(`w${n}`));
  expect(sent).toHaveLength(5);
  queue.put(deviceOccupant, ROOM, word('answer', { type: 'error' }));
  expect(sent).toHaveLength(5);
  expect(queue.waits(deviceOccupant, ROOM)).toBe(false);
});
