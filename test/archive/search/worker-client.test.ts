import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openWorkerClient, type WorkerClient } from '../../../src/archive/search/worker-client.ts';
import { exported } from '../../../src/archive/transfer/export.ts';
import { append, appendInside, BALL, JULIET, ownArchive, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
let aside: WorkerClient;
beforeEach(() => {
  own = ownArchive();
  aside = openWorkerClient(own.path);
});
afterEach(async () => {
  await aside.close();
  own.close();
});

test('a search beside the daemon sees what was committed before it was asked', async () => {
  for (const body of ['rose one', 'rose two']) {
    append(own.archive, { body, nick: body });
    expect(await aside.find({ text: 'rose', limit: 9 })).toEqual(own.archive.find({ text: 'rose', limit: 9 }));
  }
  expect(await aside.find({ text: '"', limit: 9 })).toMatchObject({ ok: false, start: 0 });
});

test('days are counted beside the daemon as in it', async () => {
  for (const at of [T0, T0 + 86_400_000]) append(own.archive, { body: 'x', arrivedAt: at });
  expect(await aside.perDay({ account: JULIET })).toEqual(own.archive.perDay({ account: JULIET }));
  expect(await aside.perDay({ account: JULIET })).toHaveLength(2);
});

test('an export beside the daemon is the same, in parts, and searches are answered between them', async () => {
  own.archive.transaction(() => {
    for (let n = 0; n < 900; n++) appendInside(own.archive, { body: `rose ${n} ${'x'.repeat(200)}`, arrivedAt: T0 + n });
  });
  let text = '';
  let parts = 0;
  for await (const part of aside.exported({ account: JULIET }, 'jsonl')) {
    text += part;
    parts += 1;
    expect(await aside.find({ text: 'rose', limit: 1 })).toMatchObject({ ok: true, more: true });
  }
  expect(parts).toBeGreaterThan(3);
  expect(text).toBe([...exported(own.archive, { account: JULIET }, 'jsonl')].join(''));
});

test('an export that its reader leaves ends, and so does one that fails', async () => {
  append(own.archive, { body: 'a' });
  for await (const part of aside.exported({ account: JULIET }, 'text')) {
    expect(part).toContain('#');
    break;
  }
  expect(await aside.find({ text: 'a', limit: 1 })).toMatchObject({ ok: true });
  const broken = openWorkerClient(`${own.path}.none`);
  await expect(broken.find({ text: 'a', limit: 1 })).rejects.toThrow(/stopped/);
  await broken.close();
  await expect(broken.find({ text: 'a', limit: 1 })).rejects.toThrow('closed');
});

/** The worker that is started next. */
async function nextWorker(): Promise<Worker> {
  const [worker] = await once(process, 'worker');
  return worker as Worker; // Node's own event, typed by nobody
}

test('a worker that nobody asks ends, and the next question starts another', async () => {
  append(own.archive, { body: 'rose' });
  const quick = openWorkerClient(own.path, { idle: 1 });
  for (const _ of ['once', 'again']) {
    const worker = nextWorker();
    expect(await quick.find({ text: 'rose', limit: 9 })).toMatchObject({ ok: true });
    await once(await worker, 'exit');
  }
  await quick.close();
});

test('nobody has to hurry with an export', async () => {
  own.archive.transaction(() => {
    for (let n = 0; n < 900; n++) appendInside(own.archive, { body: `rose ${n} ${'x'.repeat(200)}`, arrivedAt: T0 + n });
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let text = '';
    for await (const part of aside.exported({ account: JULIET }, 'jsonl')) {
      text += part;
      await vi.advanceTimersByTimeAsync(3_600_000);
    }
    expect(text).toBe([...exported(own.archive, { account: JULIET }, 'jsonl')].join(''));
  } finally {
    vi.useRealTimers();
  }
});

test('a question that takes too much memory fails, as does an export that was under way; the next question does not', async () => {
  own.archive.transaction(() => {
    for (let n = 0; n < 900; n++) appendInside(own.archive, { room: BALL, body: `rose ${n} ${'x'.repeat(200)}`, arrivedAt: T0 + n });
    for (let n = 0; n < 400; n++) appendInside(own.archive, { body: `thorn ${n} ${'x'.repeat(60_000)}`, arrivedAt: T0 + n });
  });
  const narrow = openWorkerClient(own.path, { limits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 2 } });
  const leaving = narrow.exported({ account: JULIET, room: BALL }, 'jsonl');
  expect(await leaving.next()).toMatchObject({ done: false });
  await expect(narrow.find({ text: 'thorn', limit: 400 })).rejects.toThrow('too much memory');
  expect(await narrow.find({ text: 'rose', limit: 1 })).toMatchObject({ ok: true });
  await expect(leaving.next()).rejects.toThrow('The export stopped');
  await narrow.close();
});
