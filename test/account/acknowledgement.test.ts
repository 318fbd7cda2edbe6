import { expect, test } from 'vitest';
import { openAcknowledgement } from '../../src/account/acknowledgement.ts';
import type { StreamState } from '../../src/xmpp/contract.ts';

const state = (inbound: number, id = 'one'): StreamState => ({ id, jid: 'a@b/c', inbound, outbound: 0, location: undefined, max: undefined });

/** A barrier whose syncs end when the test says so; what asks before one has begun shares it. */
function disk() {
  const syncs: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void }[] = [];
  let open: (typeof syncs)[number] | undefined;
  const events: string[] = [];
  return {
    events,
    barrier(soon?: 'soon'): Promise<void> {
      if (soon) events.push(soon);
      if (!open) syncs.push((open = Promise.withResolvers<void>()));
      return open.promise;
    },
    /** The sync that was asked for begins; what is asked for from now on is another one's. */
    begin(): { resolve: () => void; reject: (error: Error) => void } {
      const begun = open;
      open = undefined;
      if (!begun) throw new Error('no sync was asked for');
      return begun;
    },
  };
}

function opened(from?: StreamState) {
  const { barrier, begin, events } = disk();
  const acknowledgement = openAcknowledgement({ barrier, from, log: (_level, message) => void events.push(message) });
  acknowledgement.subscribe({ moved: () => void events.push('moved'), failed: () => void events.push('dropped') });
  return { acknowledgement, begin, events };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('nothing is acknowledged before its sync has ended, and a later commit is not taken for an earlier one', async () => {
  const { acknowledgement, begin, events } = opened();
  acknowledgement.committed(state(1));
  acknowledgement.committed(state(2));
  expect(acknowledgement.handled()).toBe(0);
  const first = begin();
  acknowledgement.committed(state(3)); // while the first sync runs: it may not have this
  first.resolve();
  await settle();
  expect(acknowledgement.handled()).toBe(2);
  begin().resolve();
  await settle();
  expect(acknowledgement.handled()).toBe(3);
  expect(events).toEqual(['moved', 'moved']);
});

test('a flood is not gathered: with a hundred that wait, the disk is asked soon', async () => {
  const { acknowledgement, begin, events } = opened();
  acknowledgement.committed(state(99));
  expect(events).toEqual([]);
  acknowledgement.committed(state(100));
  expect(events).toEqual(['soon']);
  begin().resolve();
  await settle();
  acknowledgement.committed(state(150));
  expect(events).toEqual(['soon', 'moved']);
});

test('a new stream begins with nothing on disk, and what is said of the old one is not taken for it', async () => {
  const { acknowledgement, begin } = opened(state(70));
  expect(acknowledgement.handled()).toBe(70); // as the disk had it
  acknowledgement.committed(state(71));
  const old = begin();
  acknowledgement.committed(state(1, 'two'));
  old.resolve();
  await settle();
  expect(acknowledgement.handled()).toBe(0);
  begin().resolve();
  await settle();
  expect(acknowledgement.handled()).toBe(1);
});

test('a stream that cannot be resumed has nothing to wait for', () => {
  const { acknowledgement } = opened();
  acknowledgement.committed(undefined);
  expect(acknowledgement.handled()).toBeUndefined();
});

test('a sync that fails drops the stream, and its stanzas stay unacknowledged', async () => {
  const { acknowledgement, begin, events } = opened();
  acknowledgement.committed(state(5));
  begin().reject(new Error('input/output error'));
  await settle();
  expect(acknowledgement.handled()).toBe(0);
  expect(events).toEqual(['what came is not known to be on disk, and is not acknowledged: input/output error', 'dropped']);
});
