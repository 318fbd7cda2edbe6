import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absent, exits, moves, next, retryDelay, retryIn } from '../../src/core/room.ts';
import type { Membership, RoomSignal, RoomSignalName, RoomState } from '../../src/core/room.ts';

const states = Object.keys(moves) as RoomState[];
const names = [...new Set(states.flatMap((state) => Object.keys(moves[state])))] as RoomSignalName[];
const signals = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    at: fc.nat(),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
    rejoinAfterKick: fc.boolean(),
  }),
  { maxLength: 60 },
);

function walk(steps: readonly RoomSignal[], see: (before: Membership, step: RoomSignal, after: Membership) => void): void {
  let membership = absent;
  for (const step of steps) {
    const moved = next(membership, step);
    const after = moved.ok ? moved.value : membership;
    see(membership, step, after);
    membership = after;
  }
}

describe('the membership table', () => {
  test('every state can be left for good by the person', () => {
    for (const state of states) expect(['absent', 'leaving']).toContain(moves[state].leave);
  });

  test('every state lets the person join, but for those where there is nothing to do, and while the room is being left', () => {
    for (const state of states) expect(state === 'leaving' ? [undefined] : ['joining', 'joined']).toContain(moves[state].join);
  });

  test('a move that is not listed is refused with both names', () => {
    const kicked = next(enter(), { name: 'kicked', at: 3 });
    expect(kicked.ok && next(kicked.value, { name: 'self', at: 4 })).toMatchObject({
      ok: false,
      error: { message: 'room: kicked cannot self' },
    });
  });

  test('a state that only the clock or a person can end says why it is so', () => {
    fc.assert(
      fc.property(signals, (steps) => {
        walk(steps, (_before, _step, after) => {
          expect(exits[after.state] === 'none' || /\S/.test(after.reason ?? '')).toBe(true);
        });
      }),
    );
  });

  test('a state that the clock ends has a time for it, unless it is under way', () => {
    fc.assert(
      fc.property(signals, (steps) => {
        walk(steps, (_before, step, after) => {
          if (exits[after.state] !== 'clock' || after.state === 'joining' || after.state === 'leaving') return;
          expect(after.retryAt).toBeGreaterThanOrEqual(Math.min(step.at, after.since));
        });
      }),
    );
  });

  test('a banned room is never joined again without a person’s word', () => {
    fc.assert(
      fc.property(signals, (steps) => {
        let banned = false;
        walk(steps, (before, step, after) => {
          if (step.name === 'join' && before.state === 'banned') banned = false;
          if (after.state === 'banned') banned = true;
          if (step.name === 'leave' && before.state === 'banned') banned = false;
          expect(!banned || after.state === 'banned').toBe(true);
        });
      }),
    );
  });

  test('no join storm: tries in a row are further and further apart, to a ceiling of fifteen minutes', () => {
    let membership = enter();
    let at = 10;
    const waits: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      membership = must(next(membership, { name: i === 0 ? 'shutdown' : 'unreachable', at, random: 1 }));
      waits.push((membership.retryAt ?? at) - at);
      at = membership.retryAt ?? at;
      membership = must(next(membership, { name: 'retry', at }));
    }
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.at(-1)).toBe(15 * 60_000);
    expect(waits[0]).toBe(5_000);
  });

  test('a clock that was hours fast or slow when a room was lost, and is set right, puts no try off', () => {
    for (const hours of [9.5, -7]) {
      const lost = must(next(enter(), { name: 'shutdown', at: 1e12 + hours * 3_600_000, random: 1 }));
      expect(retryIn(lost, 1e12)).toBe(hours > 0 ? 5_000 : 0);
      expect(retryIn(lost, 1e12 + hours * 3_600_000 + 2_000)).toBe(3_000);
    }
    expect(retryIn(enter(), 0)).toBeUndefined();
  });

  test('the delay of a try is never under half of its whole', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
        const whole = retryDelay(attempts, 1);
        expect(retryDelay(attempts, random)).toBeGreaterThanOrEqual(whole / 2);
        expect(retryDelay(attempts, random)).toBeLessThanOrEqual(whole);
      }),
    );
  });

  test('a kick stops, and comes back by the clock only where the person set it so', () => {
    const kicked = must(next(enter(), { name: 'kicked', at: 5, actor: 'mallory', text: 'enough' }));
    expect(kicked).toMatchObject({ state: 'kicked', retryAt: undefined });
    expect(kicked.reason).toContain('mallory');
    expect(kicked.reason).toContain('enough');
    expect(must(next(enter(), { name: 'kicked', at: 5, rejoinAfterKick: true })).retryAt).toBeGreaterThan(5);
  });

  test('a destroyed room names the venue that it left behind', () => {
    const gone = must(next(enter(), { name: 'destroyed', at: 5, venue: 'new@rooms.example' }));
    expect(gone).toMatchObject({ state: 'room-gone', venue: 'new@rooms.example', retryAt: undefined });
    expect(gone.reason).toContain('new@rooms.example');
  });
});

function enter(): Membership {
  const joining = must(next(absent, { name: 'join', at: 1, nick: 'alice' }));
  return must(next(joining, { name: 'self', at: 2, nick: 'alice' }));
}

function must<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
