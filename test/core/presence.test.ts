import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awayWhenOffline, bestDevice, presenceFor, presencePace, tellAt, type DevicePresence } from '../../src/core/presence.ts';

function device(name: string, about: Partial<DevicePresence> = {}): DevicePresence {
  return { jid: `alice@a.example/${name}`, show: 'online', status: undefined, idleSince: undefined, avatar: undefined, at: 0, ...about };
}

const follow = { kind: 'follow' } as const;

describe('which device speaks for the person', () => {
  test.each([
    ['the one that is there, over the one that is away', [device('a', { show: 'away' }), device('b')], 'b'],
    ['the one with a do-not-disturb, over the one that is away', [device('a', { show: 'away' }), device('b', { show: 'dnd' })], 'b'],
    ['away over extended away', [device('a', { show: 'xa' }), device('b', { show: 'away' })], 'b'],
    ['the one in use, over the one that is idle', [device('a', { idleSince: 5 }), device('b')], 'b'],
    ['the one idle for the shorter time', [device('a', { show: 'away', idleSince: 1 }), device('b', { show: 'away', idleSince: 9 })], 'b'],
    ['the one heard last, where all else is the same', [device('a', { at: 1 }), device('b', { at: 2 })], 'b'],
  ])('%s', (_what, devices, best) => {
    expect(bestDevice(devices)?.jid).toBe(`alice@a.example/${best}`);
    expect(bestDevice(devices.toReversed())?.jid).toBe(`alice@a.example/${best}`);
  });
});

test('a room sees show, status, idle time and avatar of the best device', () => {
  const best = device('b', { show: 'away', status: 'tea', idleSince: 7, avatar: 'ab' });
  expect(presenceFor([device('a', { show: 'xa' }), best], follow, awayWhenOffline)).toEqual({ show: 'away', status: 'tea', idleSince: 7, avatar: 'ab' });
});

test('the avatar is the account’s, whichever device has told of it', () => {
  expect(presenceFor([device('a'), device('b', { show: 'xa', avatar: 'ab' })], follow, awayWhenOffline).avatar).toBe('ab');
});

test('with no device online a room sees what the person chose', () => {
  expect(presenceFor([], follow, awayWhenOffline)).toMatchObject({ show: 'away', status: undefined });
  expect(presenceFor([], follow, { show: 'xa', status: 'asleep' })).toMatchObject({ show: 'xa', status: 'asleep' });
});

test('a room with a presence of its own sees that, and a hidden one sees nothing of the devices', () => {
  const devices = [device('a', { show: 'dnd', status: 'busy', idleSince: 3 })];
  expect(presenceFor(devices, { kind: 'fixed', show: 'away', status: 'here' }, awayWhenOffline)).toMatchObject({ show: 'away', status: 'here', idleSince: undefined });
  expect(presenceFor(devices, { kind: 'hidden' }, awayWhenOffline)).toEqual({ show: 'online', status: undefined, idleSince: undefined, avatar: undefined });
});

test('a change is told once it has stood, and one that never stands still in the end', () => {
  fc.assert(fc.property(fc.nat(100_000), fc.nat(200_000), (since, later) => {
    const at = tellAt(since, since + later, presencePace);
    expect(at).toBeLessThanOrEqual(since + presencePace.longest);
    expect(at === since + later + presencePace.settle || at === since + presencePace.longest).toBe(true);
  }));
});
