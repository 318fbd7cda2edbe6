// A device gets what was missed, in the room's order, then what comes live, without a hole where a device goes in between.
import { expect, test } from 'vitest';
import { defaultLimit } from '../../src/core/device.ts';
import { openCursors } from '../../src/delivery/cursors.ts';
import { openDeviceDelivery, type DeviceDelivery } from '../../src/delivery/device-delivery.ts';
import type { FeedStart } from '../../src/delivery/device-feed.ts';
import { historyOf } from '../../src/frontends/bouncer/rooms/room-history.ts';
import { append, idOf, JULIET, ORCHARD, ownArchive, T0 } from '../archive/support.ts';
import { dice } from '../support/dice.ts';
import { undoing } from '../support/undo.ts';

const undo = undoing();
const HOUR = 3_600_000;

interface TestDevice {
  /** What it has, for it has said so. */
  readonly has: string[];
  /** What is under way to it. */
  readonly wire: { readonly body: string; readonly delivered: () => void }[];
  readonly delivery: DeviceDelivery;
  /** It takes so many of what is under way, and says so. */
  take(count?: number): void;
  /** It goes; what is under way is lost. */
  go(): void;
}

/** A room that is read in its archive at times, and what each device gets of it. */
function scene(skew: () => number = () => 0) {
  const own = ownArchive();
  let cursors = openCursors(JULIET, own.archive, () => undefined);
  undo.push(() => {
    cursors.close();
    own.close();
  });
  let readUpTo: 'end' | number = 'end';
  let said = 0;
  const account = { jid: JULIET, history: { readUpTo: () => readUpTo } };
  const here = new Set<TestDevice>();
  const had = new Map<string, string[]>();

  function keep(body: string, how: 'live' | 'missed'): void {
    const at = T0 + (said += 1) * 1000 + skew();
    const kept = append(own.archive, { body, stanzaId: `id of ${body}`, at, arrivedAt: at, delayed: how === 'missed' }, how === 'live' ? { kind: 'live' } : { kind: 'mam', follows: readUpTo === 'end' ? undefined : readUpTo });
    if (how === 'missed') readUpTo = idOf(kept);
    if (kept.kept) for (const { delivery } of here) delivery.offer(kept.message);
  }

  function device(name: string, { window = Infinity } = {}): TestDevice {
    const has = had.get(name) ?? [];
    had.set(name, has);
    const wire: TestDevice['wire'] = [];
    const delivery = openDeviceDelivery({
      account, archive: own.archive, cursors, device: name,
      log: (what) => expect.fail(what),
      send({ body = '' }, _how, delivered) {
        if (wire.length >= window) return 'full';
        wire.push({ body, delivered });
        return 'sent';
      },
    });
    const one: TestDevice = {
      has, wire, delivery,
      take(count = wire.length) {
        for (const { body, delivered } of wire.splice(0, count)) {
          has.push(body);
          delivered();
        }
        delivery.resume();
      },
      go() {
        delivery.stop();
        here.delete(one);
        wire.length = 0;
      },
    };
    here.add(one);
    return one;
  }

  return {
    keep,
    /** As the relay serves it, from its cursor. */
    relayed(name: string, from = 0): TestDevice {
      const one = device(name, { window: 7 });
      one.delivery.follow(ORCHARD, { from, limit: { ...defaultLimit, messages: 10_000 }, now: () => T0, first: () => undefined });
      return one;
    },
    /** As the bouncer serves it: it comes in, is shown what it lacks, and goes on. */
    entering(name: string): TestDevice & { readonly start: FeedStart } {
      const one = device(name);
      const start = one.delivery.enter(ORCHARD);
      const cursor = cursors.of(name, ORCHARD);
      const has = cursor.upTo() === undefined ? undefined : cursor.has;
      const wish = { maxstanzas: has ? undefined : 0, maxchars: undefined, since: T0, goesOn: true };
      for (const { id } of historyOf(own.archive, { account: JULIET, room: ORCHARD, to: JULIET, shows: () => true, has, before: start.before }, wish)) {
        one.wire.push({ body: own.archive.message(id)?.body ?? '', delivered: () => cursor.add(id) });
      }
      one.wire.push({ body: 'subject', delivered: start.delivered });
      return { ...one, start };
    },
    /** The room's archive is being read, behind what there is. */
    catchUp() {
      readUpTo = own.archive.last(JULIET, ORCHARD)?.archiveId ?? 0;
    },
    /** It is read to its end, or was given up. */
    caughtUp() {
      readUpTo = 'end';
      for (const { delivery } of here) delivery.moved(ORCHARD);
    },
    /** The daemon ends, and begins anew. */
    restart(how: 'killed' | 'stopped') {
      for (const one of here) one.go();
      if (how === 'stopped') cursors.flush();
      cursors.close();
      cursors = openCursors(JULIET, own.reopen(), () => undefined);
    },
    flush: () => cursors.flush(),
    cursorOf: (name: string) => own.archive.cursor(JULIET, `device:${name}`, ORCHARD),
    order(): string[] {
      const ids = own.archive.since(JULIET, ORCHARD, { archiveId: 0, limit: 10_000 }).map(({ archiveId }) => archiveId);
      return own.archive.inOrder(JULIET, ORCHARD, ids).flatMap((id) => own.archive.message(id)?.body ?? []);
    },
  };
}

const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
const words = (device: TestDevice): string[] => device.has.filter((body) => body !== 'subject');

test.each(['relayed', 'entering'] as const)('what comes live while the room’s archive is read is given behind what was missed: a device that is %s', async (how) => {
  const { keep, catchUp, caughtUp, ...rest } = scene();
  keep('1', 'live');
  const phone = rest[how]('phone');
  await settle();
  phone.take();
  catchUp();
  keep('4', 'live');
  keep('2', 'missed');
  keep('5', 'live');
  keep('3', 'missed');
  await settle();
  phone.take();
  expect(words(phone).filter((word) => word !== '1')).toEqual(['2', '3']);
  caughtUp();
  keep('6', 'live');
  await settle();
  phone.take();
  expect(words(phone).filter((word) => word !== '1')).toEqual(['2', '3', '4', '5', '6']);
});

test('more than anybody would hold back in memory alone waits, however long it takes: 700 missed, 520 live meanwhile', async () => {
  const { keep, catchUp, caughtUp, entering, relayed } = scene();
  keep('0', 'live');
  const devices = [entering('phone'), relayed('tablet')];
  await settle();
  catchUp();
  for (let n = 1; n <= 700; n += 1) {
    keep(`missed ${n}`, 'missed');
    if (n % 3 === 0 || n > 180) keep(`live ${n}`, 'live');
    if (n % 100 === 0) await settle();
    for (const device of devices) device.take(1);
  }
  const live = Array.from({ length: 700 }, (_, at) => at + 1).filter((n) => n % 3 === 0 || n > 180).map((n) => `live ${n}`);
  expect(live.length).toBeGreaterThan(500);
  caughtUp();
  for (let n = 0; n < 400; n += 1) for (const device of devices) device.take();
  const missed = Array.from({ length: 700 }, (_, at) => `missed ${at + 1}`);
  for (const device of devices) expect(words(device).filter((word) => word !== '0')).toEqual([...missed, ...live]);
});

test('a device that comes in while the room is caught up is shown what is read, and the rest behind it, before what is live', async () => {
  const { keep, catchUp, caughtUp, entering } = scene();
  keep('1', 'live');
  const before = entering('phone');
  before.take();
  before.go();
  catchUp();
  keep('2', 'missed');
  keep('4', 'live');
  const phone = entering('phone');
  phone.take();
  expect(phone.has.slice(1)).toEqual(['2', 'subject']);
  keep('3', 'missed');
  await settle();
  phone.take();
  caughtUp();
  phone.take();
  expect(words(phone)).toEqual(['2', '3', '4']);
});

test('a device that goes before it has got what was held is not taken to have it, nor to lack what it has, also after a kill', async () => {
  const { keep, catchUp, caughtUp, entering, relayed, flush, restart } = scene();
  keep('0', 'live');
  for (const device of [entering('phone'), relayed('tablet')]) {
    await settle();
    device.take();
    device.go();
  }
  catchUp();
  keep('live', 'live');
  const devices = [entering('phone'), relayed('tablet')];
  for (const n of [1, 2, 3]) keep(`missed ${n}`, 'missed');
  await settle();
  for (const device of devices) device.take(device.wire[0]?.body === 'subject' ? 3 : 2);
  flush();
  restart('killed');
  const again = [entering('phone'), relayed('tablet')];
  caughtUp();
  for (let n = 0; n < 3; n += 1) {
    await settle();
    for (const device of again) device.take();
  }
  for (const device of again) expect(words(device).filter((word) => word !== '0')).toEqual(['missed 1', 'missed 2', 'missed 3', 'live']);
});

test('the cursor of a device stands before the first that it has not got', async () => {
  const { keep, catchUp, entering, cursorOf, flush } = scene();
  keep('1', 'live');
  const phone = entering('phone');
  phone.take();
  flush();
  const first = cursorOf('phone') ?? 0;
  catchUp();
  keep('3', 'live');
  keep('2', 'missed');
  await settle();
  phone.take();
  flush();
  expect(cursorOf('phone')).toBe(first);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('devices that come and go, clocks that are set, outages and restarts: each has all, once, in the room’s order (%i)', async (seed) => {
  const random = dice(seed);
  const { keep, catchUp, caughtUp, entering, relayed, restart, flush, order } = scene(() => Math.floor((random() - 0.5) * 6 * HOUR));
  const make = { phone: () => entering('phone'), laptop: () => entering('laptop'), tablet: () => relayed('tablet') };
  const names = ['phone', 'laptop', 'tablet'] as const;
  const on = new Map<(typeof names)[number], TestDevice>();
  keep('first', 'live');
  for (const name of names) on.set(name, make[name]());
  await settle();
  for (const device of on.values()) device.take();
  flush();
  let said = 0;
  async function trouble(): Promise<void> {
    if (random() < 0.3) await settle();
    for (const [name, device] of on) {
      if (random() < 0.5) device.take(Math.floor(random() * 9));
      if (random() > 0.03) continue;
      device.go();
      on.delete(name);
    }
    for (const name of names) if (!on.has(name) && random() < 0.1) on.set(name, make[name]());
    if (random() > 0.01) return;
    flush();
    restart('killed');
    on.clear();
  }
  for (let round = 0; round < 6; round += 1) {
    for (let n = 0; n < 20; n += 1, await trouble()) keep(`live ${(said += 1)}`, 'live');
    catchUp();
    for (let n = 0; n < 60; n += 1, await trouble()) keep(`${random() < 0.2 ? 'live' : 'missed'} ${(said += 1)}`, random() < 0.2 ? 'live' : 'missed');
    caughtUp();
  }
  for (const name of names) if (!on.has(name)) on.set(name, make[name]());
  for (let n = 0; n < 200; n += 1) {
    await settle();
    for (const device of on.values()) device.take();
  }
  const got = [...on].map(([name, device]) => [name, words(device).filter((word) => word !== 'first')]);
  expect(got).toHaveLength(names.length);
  for (const [name, all] of got) expect([name, all]).toEqual([name, order().slice(1)]);
});
