import { expect, test } from 'vitest';
import { openEvents, type AccountEvent } from '../../src/account/events.ts';
import { examineLists } from '../../src/account/server/examine.ts';

const forgotten = (room: string): AccountEvent => ({ type: 'room-forgotten', account: 'romeo@example.org', room });

test('a subscriber that throws loses that event, hears the next, and costs nobody else anything', () => {
  const lines: string[] = [];
  const events = openEvents((_level, message) => void lines.push(message), () => 1000);
  const life = new AbortController();
  const [fragile, other]: [string[], string[]] = [[], []];
  events.subscribe((event) => {
    if (event.type === 'room-forgotten' && event.room === 'bad') throw new Error('no such room');
    fragile.push(event.type === 'room-forgotten' ? event.room : '');
  }, life.signal, 'the fragile one');
  events.subscribe((event) => void other.push(event.type === 'room-forgotten' ? event.room : ''), life.signal);

  for (const room of ['first', 'bad', 'last']) events.emit(forgotten(room));

  expect(fragile).toEqual(['first', 'last']);
  expect(other).toEqual(['first', 'bad', 'last']);
  expect(events.failed()).toEqual([{ name: 'the fragile one', lost: 1, event: 'room-forgotten', why: 'no such room', at: 1000 }]);
  expect(lines.join()).toContain('the fragile one');
});

test('events go on after a failure that could not be told', () => {
  const events = openEvents(() => { throw new Error('the log is full'); }, () => 0);
  const life = new AbortController();
  const heard: string[] = [];
  events.subscribe((event) => {
    if (event.type !== 'room-forgotten') return;
    if (event.room === 'bad') throw new Error('no such room');
    heard.push(event.room);
  }, life.signal);
  expect(() => events.emit(forgotten('bad'))).toThrow('the log is full');
  events.emit(forgotten('next'));
  expect(heard).toEqual(['next']);
});

test('what a subscriber emits in turn comes to all behind the event that it heard', () => {
  const events = openEvents(() => undefined, () => 0);
  const life = new AbortController();
  const heard: string[] = [];
  events.subscribe((event) => {
    if (event.type === 'room-forgotten' && event.room === 'first') events.emit(forgotten('in turn'));
  }, life.signal);
  events.subscribe((event) => void heard.push(event.type === 'room-forgotten' ? event.room : ''), life.signal);
  events.emit(forgotten('first'));
  expect(heard).toEqual(['first', 'in turn']);
});

test('diagnostics name the subscriber that lost an event', () => {
  const failed = [{ name: 'the relay', lost: 2, event: 'message' as const, why: 'out of order', at: 0 }];
  const found = examineLists({ account: 'romeo@example.org', storages: [], held: 0, rooms: [], now: 0, failed, quarantined: [] });
  expect(found.find(({ check }) => check === 'events')).toMatchObject({ level: 'bad', message: expect.stringMatching(/the relay.*2 events.*out of order/) as string });
});

test('diagnostics tell of what is in quarantine, on one line', () => {
  const quarantined = [{ id: 1, account: 'romeo@example.org', at: 0, sender: 'x@evil.example\nall is well', kind: 'message' as const, size: 1_500_000, cause: 'too large', text: '' }];
  const found = examineLists({ account: 'romeo@example.org', storages: [], held: 0, rooms: [], now: 0, failed: [], quarantined });
  const note = found.find(({ check }) => check === 'quarantine');
  expect(note?.message).toMatch(/^One stanza .*x@evil\.example.*1500000 bytes.*too large$/);
});

test('after its signal a subscriber hears nothing', () => {
  const events = openEvents(() => undefined, () => 0);
  const life = new AbortController();
  let heard = 0;
  events.subscribe(() => void (heard += 1), life.signal);
  events.emit(forgotten('one'));
  life.abort();
  events.emit(forgotten('two'));
  expect(heard).toBe(1);
});
