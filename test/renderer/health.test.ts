import { expect, test } from 'vitest';
import { roomHealth } from '../../renderer/state/health.ts';
import { moves, needsNobody, type RoomState } from '../../src/core/room.ts';

test('a room that we are in, and of which something is in doubt, does not look like one that is well', () => {
  expect(roomHealth({ state: 'joined', reason: undefined })).toBe('well');
  expect(roomHealth({ state: 'joined', reason: 'The room does not answer. You may no longer be in it.' })).toBe('unsure');
});

test('no state of being out of a room looks like being in it', () => {
  const outside = (Object.keys(moves) as RoomState[]).filter((state) => state !== 'joined');
  for (const state of outside) expect(['well', 'unsure']).not.toContain(roomHealth({ state, reason: 'x' }));
});

test('the page says that a room needs attention for just those states that a person must end', () => {
  for (const state of Object.keys(moves) as RoomState[]) expect(`${state}: ${roomHealth({ state, reason: undefined }) !== 'trouble'}`).toBe(`${state}: ${needsNobody(state)}`);
});
