import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBacklog } from '../../src/delivery/backlog.ts';
import { append, JULIET, ORCHARD, ownArchive, T0 } from '../archive/support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const DAY = 86_400_000;
const owed = async (): Promise<(string | undefined)[]> => {
  const query = { account: JULIET, room: ORCHARD, after: 0, limit: { messages: 100, hours: 24 * 365 }, now: T0 + DAY };
  return (await readBacklog(own.archive, query)).ids.map((id) => own.archive.message(id)?.body);
};

test('what a device missed while our clock was fast comes in the room’s order', async () => {
  append(own.archive, { body: '1', arrivedAt: T0 });
  append(own.archive, { body: '2', arrivedAt: T0 + 3 * DAY });
  append(own.archive, { body: '3', arrivedAt: T0 + 1000 });
  expect(await owed()).toEqual(['1', '2', '3']);
});

test('what was read in the room’s archive beside the live stream comes before it', async () => {
  append(own.archive, { body: '1', stanzaId: 's1', arrivedAt: T0 });
  append(own.archive, { body: '3', stanzaId: 's3', arrivedAt: T0 + 3000 });
  append(own.archive, { body: '2', stanzaId: 's2', at: T0 + 2000, arrivedAt: T0 + 4000 }, { kind: 'mam', follows: 1 });
  expect(await owed()).toEqual(['1', '2', '3']);
});
