import { expect, test } from 'vitest';
import { openJoinQueue } from '../../../src/account/rooms/join-queue.ts';
import { until } from '../../support/until.ts';

const room = (n: number, service = 'rooms.example'): string => `room${n}@${service}`;

/** How many joins are under way at once, once all that may begin has begun. */
async function width(queue: ReturnType<typeof openJoinQueue>, service?: string): Promise<number> {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let begun = 0;
  const all = Array.from({ length: 200 }, (_, n) => queue.run(room(n, service), () => ((begun += 1), over)));
  let before = -1;
  await until(() => {
    const still = begun > 0 && begun === before;
    before = begun;
    return still;
  }, { what: 'the queue to stand still' });
  end();
  await Promise.all(all);
  return before;
}

test('a service that refuses joins as too many gets half of them at once, another service as many as before', async () => {
  const life = new AbortController();
  const queue = openJoinQueue(life.signal, 50);
  expect(await width(queue)).toBe(100);
  for (let n = 0; n < 50; n += 1) queue.tooMuch(room(n)); // all of one burst count once
  expect(await width(queue)).toBe(50);
  expect(await width(queue, 'other.example')).toBe(100);
  for (let n = 0; n < 10; n += 1) queue.letIn(room(n));
  expect(await width(queue)).toBe(60);
  life.abort();
});

test('while a service rests, nothing is asked of it', async () => {
  const life = new AbortController();
  const queue = openJoinQueue(life.signal, 60_000);
  queue.tooMuch(room(1));
  let begun = false;
  void queue.run(room(1), async () => void (begun = true));
  expect(await width(queue, 'other.example')).toBe(100);
  expect(begun).toBe(false);
  life.abort();
});
