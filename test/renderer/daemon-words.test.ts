import { expect, test } from 'vitest';
import { says } from '../../renderer/strings/de/daemon.ts';
import { absent, moves, next } from '../../src/core/room.ts';
import type { RoomSignal, RoomSignalName, RoomState } from '../../src/core/room.ts';

const states = Object.keys(moves) as RoomState[];
const signals = [...new Set(states.flatMap((state) => Object.keys(moves[state])))] as RoomSignalName[];

/** Every reason that a membership can have, with all that a room may add to it. */
function reasons(more: Partial<RoomSignal>): string[] {
  return states.flatMap((state) =>
    signals.flatMap((name) => {
      const moved = next({ ...absent, state }, { name, at: 1, ...more });
      return moved.ok && moved.value.reason !== undefined ? [moved.value.reason] : [];
    }),
  );
}

test('each reason that a room’s state can have is there in German', () => {
  const all = [...new Set(reasons({}))];
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter((reason) => says(reason) === undefined)).toEqual([]);
});

test('what others said stays as they said it', () => {
  const [reason = ''] = reasons({ actor: 'tybalt', text: 'Peace? I hate the word.', venue: 'crypt@rooms.example' }).filter((one) => one.startsWith('You are banned'));
  expect(says(reason)).toBe('Du bist aus diesem Raum verbannt. Von tybalt. “Peace? I hate the word.” Der Raum schlägt stattdessen crypt@rooms.example vor.');
  expect(says('Peace? I hate the word.')).toBeUndefined();
});
