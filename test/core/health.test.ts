import { expect, test } from 'vitest';
import { unwell, type HealthInput } from '../../src/core/health.ts';
import type { RoomState } from '../../src/core/room.ts';

const MINUTE = 60_000;
const now = 1_000 * MINUTE;
const well: HealthInput = {
  now,
  limits: { offlineMinutes: 5, unverifiedMinutes: 15 },
  archive: undefined,
  accounts: [{ account: 'alice@x.org', offlineSince: undefined }],
  rooms: [{ account: 'alice@x.org', room: 'cave@x.org', state: 'joined', provenAt: now - 15 * MINUTE }],
};
const codes = (change: Partial<HealthInput>): string[] => unwell({ ...well, ...change }).map(({ code }) => code);
const room = (state: RoomState, minutes: number): Partial<HealthInput> => ({ rooms: [{ account: 'alice@x.org', room: 'cave@x.org', state, provenAt: now - minutes * MINUTE }] });

test('what is within its limits is well, up to the last moment', () => {
  expect(codes({})).toEqual([]);
  expect(codes({ accounts: [{ account: 'alice@x.org', offlineSince: now - 5 * MINUTE }] })).toEqual([]);
});

test('a room that is unverified for longer than its limit is named, in any state that is under way', () => {
  for (const state of ['joined', 'joining', 'absent', 'service-down', 'nick-conflict'] as const) expect(codes(room(state, 15.1)), state).toEqual(['room-unverified']);
});

test('a room that waits for a person is no fault of the daemon', () => {
  for (const state of ['kicked', 'banned', 'members-only', 'password-needed', 'room-gone', 'leaving'] as const) expect(codes(room(state, 10_000)), state).toEqual([]);
});

test('an account that is offline for too long and an archive that cannot be written are reasons with words', () => {
  const found = unwell({ ...well, archive: 'the disk is full', accounts: [{ account: 'alice@x.org', offlineSince: now - 6 * MINUTE }] });
  expect(found.map(({ message }) => message)).toEqual(['The archive cannot be written: the disk is full.', 'alice@x.org has been offline for 6 minutes.']);
});
