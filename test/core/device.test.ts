import { expect, test } from 'vitest';
import { isQuiet, newDevice, policyOf, recognise, seenAs, type RelayDevice, type Seen } from '../../src/core/device.ts';

const gajim = { capsNode: 'https://gajim.org', identity: 'client/pc/Gajim' };
const device = (id: string, resource: string, about: Partial<RelayDevice> = {}): RelayDevice => ({ ...newDevice({ id, resource, at: 0, from: 0 }), ...about });
const seen = (resource: string, about: Partial<Seen> = {}): Seen => ({ resource, capsNode: undefined, identity: undefined, ...about });

test('a device is known by its resource', () => {
  const [phone, laptop] = [device('1', 'phone'), device('2', 'laptop')];
  expect(recognise([phone, laptop], seen('laptop'))).toBe(laptop);
  expect(recognise([phone, laptop], seen('tablet'))).toBeUndefined();
});

test('the same resource with other software is another device', () => {
  expect(recognise([device('1', 'home', gajim)], seen('home', { capsNode: 'http://dino.im' }))).toBeUndefined();
});

test('software that draws a new resource is known by itself, where one device alone fits', () => {
  const one = device('1', 'gajim.X7K2P9', gajim);
  expect(recognise([one, device('2', 'phone', gajim)], seen('gajim.LQ83ZT', gajim))).toBe(one);
  expect(recognise([one, device('3', 'gajim.55AB1', gajim)], seen('gajim.LQ83ZT', gajim))).toBeUndefined();
});

test.each([
  ['hex', '4f3c2a1b-9d8e-4c7b-a6f5-0123456789ab', '00112233-4455-6677-8899-aabbccddeeff'],
  ['numbers', '129381293812938', '55512398123123'],
  ['letters of all sorts', 'kT9s_Qe2LmZ4', 'aB3xY-z8PqRs'],
])('software that takes what the server draws, in %s, is known by itself', (_what, before, after) => {
  const one = device('1', before, gajim);
  expect(recognise([one], seen(after, gajim))).toBe(one);
});

// To find what is drawn of one took a third of a second, as the cube of the length.
test('a resource of a thousand digits is read at once', () => {
  const known = [device('a', 'gajim.X7K2', { identity: 'client/pc/Gajim' })];
  for (let n = 0; n < 500; n += 1) expect(recognise(known, seen(`${'1'.repeat(1_000)}!${n}`, { identity: 'client/pc/Gajim' }))).toBeUndefined();
});

test('a resource that a person chose is no other of theirs', () => {
  expect(recognise([device('1', 'desk', gajim)], seen('laptop', gajim))).toBeUndefined();
});

test('a device comes back under a resource that it had before', () => {
  const moved = seenAs(device('1', 'phone'), { seen: seen('phone.2'), software: undefined, at: 5 });
  expect(moved).toMatchObject({ resources: ['phone.2', 'phone'], lastSeen: 5 });
  expect(recognise([moved], seen('phone'))).toBe(moved);
});

test('a room’s own policy goes before the common one', () => {
  const one = device('1', 'phone', { policy: 'mentions', policies: { 'cave@muc': 'nothing' } });
  expect([policyOf(one, 'cave@muc'), policyOf(one, 'hall@muc')]).toEqual(['nothing', 'mentions']);
});

test('quiet hours may pass midnight', () => {
  const night = { quiet: { from: 22 * 60, to: 7 * 60 } };
  expect([23 * 60, 60, 7 * 60, 12 * 60].map((minute) => isQuiet(night, minute))).toEqual([true, true, false, false]);
  expect(isQuiet({ quiet: undefined }, 60)).toBe(false);
});
