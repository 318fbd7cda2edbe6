// What is on its way: files one after another, notes of typing, and what a room did not take.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Api } from '../../renderer/api/client.ts';
import { createTimelines } from '../../renderer/state/timelines.ts';
import { createSwitch } from '../../renderer/state/kept-switch.ts';
import { createTyping, createTypingNotes } from '../../renderer/state/talk/typing.ts';
import { createUploads, type UploadDoors } from '../../renderer/state/talk/uploads.ts';

const name = { account: 'romeo@example.org', room: 'hall@rooms.example.org' };
const KEY = 'romeo@example.org hall@rooms.example.org';
const file = (title: string, size = 10): File => new File([new Uint8Array(size)], title, { type: 'image/png' });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('files', () => {
  interface Brought {
    readonly file: File;
    readonly told: (part: number) => void;
    readonly signal: AbortSignal;
    readonly end: PromiseWithResolvers<string>;
  }

  function scene(most: number | null = 100) {
    const brought: Brought[] = [];
    const said: string[] = [];
    const doors: UploadDoors = {
      place: async () => ({ most }),
      bring(_account, given, { told, signal }) {
        const end = Promise.withResolvers<string>();
        signal.addEventListener('abort', () => end.reject(new Error('Cancelled.')));
        brought.push({ file: given, told, signal, end });
        return end.promise;
      },
      say: async (_name, url) => void said.push(url),
    };
    const uploads = createUploads(doors);
    const all = () => uploads.store.get().get(KEY)?.map(({ file: one, state, part, problem }) => [one.name, state, part, problem]) ?? [];
    return { uploads, brought, said, all };
  }

  test('go one after another, in their order, and each leaves the list when the room has its link', async () => {
    const { uploads, brought, said, all } = scene();
    uploads.add(name, [file('one.png'), file('two.png')]);
    await turn();
    const sent = uploads.send(name);
    expect(brought).toHaveLength(1);
    brought[0]?.told(0.5);
    expect(all()).toEqual([['one.png', 'sending', 0.5, undefined], ['two.png', 'ready', 0, undefined]]);
    brought[0]?.end.resolve('https://example.org/one.png');
    await turn();
    expect(all()).toEqual([['two.png', 'sending', 0, undefined]]);
    brought[1]?.end.resolve('https://example.org/two.png');
    await sent;
    expect([all(), said]).toEqual([[], ['https://example.org/one.png', 'https://example.org/two.png']]);
  });

  test('one that is too large, and one that is empty, say so and are not sent', async () => {
    const { uploads, brought, all } = scene();
    uploads.add(name, [file('large.png', 101), file('empty.png', 0)]);
    await turn();
    await uploads.send(name);
    expect(brought).toEqual([]);
    expect(all().map(([, state]) => state)).toEqual(['refused', 'refused']);
  });

  test('what was cancelled, or failed, stays with the reason, and is sent by the next try', async () => {
    const { uploads, brought, said, all } = scene();
    uploads.add(name, [file('one.png')]);
    await turn();
    const first = uploads.send(name);
    const [waiting] = uploads.store.get().get(KEY) ?? [];
    uploads.drop(name, waiting?.id ?? 0);
    await first;
    expect(all()).toEqual([['one.png', 'ready', 0, 'Cancelled.']]);
    const second = uploads.send(name);
    brought[1]?.end.resolve('https://example.org/one.png');
    await second;
    expect([all(), said]).toEqual([[], ['https://example.org/one.png']]);
  });

  test('one that is taken out is not sent, and no more than twenty wait', async () => {
    const { uploads, brought, all } = scene();
    uploads.add(name, Array.from({ length: 30 }, (_, n) => file(`${n}.png`)));
    await turn();
    expect(all()).toHaveLength(20);
    const sent = uploads.send(name);
    for (const { id } of uploads.store.get().get(KEY)?.slice(1) ?? []) uploads.drop(name, id);
    brought[0]?.end.resolve('https://example.org/0.png');
    await sent;
    expect([all(), brought.length]).toEqual([[], 1]);
  });
});

describe('typing', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('who types is known until they stop, or fall silent', () => {
    const typing = createTyping();
    typing.heard(KEY, 'bob', true);
    typing.heard(KEY, 'rosa', true);
    typing.heard(KEY, 'bob', true);
    expect(typing.store.get().get(KEY)).toEqual(['bob', 'rosa']);
    typing.heard(KEY, 'rosa', false);
    expect(typing.store.get().get(KEY)).toEqual(['bob']);
    vi.advanceTimersByTime(31_000);
    expect(typing.store.get().has(KEY)).toBe(false);
  });

  test('the room is told once while one types, again after a while, and when one stops', () => {
    const told: boolean[] = [];
    const notes = createTypingNotes((on) => void told.push(on));
    for (const text of ['h', 'he', 'hel']) notes.typed(text);
    expect(told).toEqual([true]);
    vi.advanceTimersByTime(6_000);
    expect(told).toEqual([true, false]);
    notes.typed('hello');
    notes.sent();
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([true, false, true]); // the message says that one stopped
    notes.typed('a');
    notes.typed('');
    expect(told).toEqual([true, false, true, true, false]);
  });

  test('a command is told nobody, and /me is', () => {
    const told: boolean[] = [];
    const notes = createTypingNotes((on) => void told.push(on));
    notes.typed('/join some');
    expect(told).toEqual([]);
    notes.typed('/me waves');
    expect(told).toEqual([true]);
  });

  test('the browser keeps the switch', () => {
    let stored: string | null = null;
    const storage = { getItem: () => stored, setItem: (_key: string, value: string) => void (stored = value) };
    expect(createSwitch(storage, 'typing').store.get()).toBe(true);
    createSwitch(storage, 'typing').choose(false);
    expect(createSwitch(storage, 'typing').store.get()).toBe(false);
  });
});

test('what a room did not take stays, says why, and can be said again or forgotten', async () => {
  const asked: unknown[] = [];
  const fake = { say: { mutate: async (input: unknown) => ({ originId: `o${asked.push(input)}` }) } };
  const timelines = createTimelines(fake as unknown as Api);
  await timelines.say(name, 'hello', { spoiler: 'greeting' });
  const store = timelines.of(name);
  timelines.refused('o1', 'You are not allowed to speak.');
  const [pending] = store.get().pending;
  expect(pending).toMatchObject({ body: 'hello', about: { spoiler: 'greeting' }, failed: 'You are not allowed to speak.' });
  timelines.discard(name, pending?.key ?? 0);
  expect(store.get().pending).toEqual([]);
});
