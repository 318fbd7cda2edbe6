import { expect, test } from 'vitest';
import type { Account } from '../../../../src/account/contract.ts';
import { MinimixError } from '../../../../src/core/errors.ts';
import { deviceJoinTimes, openDeviceJoin } from '../../../../src/frontends/bouncer/rooms/device-join.ts';
import { openRoomFeeds, type DeviceOccupant } from '../../../../src/frontends/bouncer/rooms/room-feed.ts';
import type { Stanza } from '../../../../src/xmpp/stanza.ts';
import { parseElement } from '../../../../src/xmpp/xml.ts';
import { until } from '../../../support/until.ts';

const ROOM = 'cave@rooms.example';
const MUC = 'http://jabber.org/protocol/muc';

/** An account whose every write fails so. */
function scene(fault: Error, join = (_room: string): Promise<never> => Promise.reject(fault)) {
  const sent: string[] = [];
  const log: string[] = [];
  const feeds = openRoomFeeds();
  const fails = () => Promise.reject(fault);
  const occupancy = { room: () => undefined, join, present: () => undefined, unwish: () => undefined };
  const unused = {} as never;
  const deviceJoin = openDeviceJoin({
    account: { jid: 'a@b', rooms: { occupancy, changeNick: fails } } as unknown as Account,
    archive: unused, stateCache: unused, absentMembers: unused, cursors: unused, deliveries: unused,
    feeds,
    times: deviceJoinTimes,
    log: (_level, message) => void log.push(message),
    now: () => 0,
  });
  const deviceOccupant = { jid: 'a@b/c', device: 'phone', send: (text: string) => void sent.push(text) } as unknown as DeviceOccupant;
  return { deviceJoin, deviceOccupant, feeds, sent, log };
}

function presence(nick: string, x = '', room = ROOM): Stanza {
  const raw = `<presence id='p1' to='${room}/${nick}'>${x}</presence>`;
  return { kind: 'presence', id: 'p1', type: undefined, to: `${room}/${nick}`, from: '', raw, element: parseElement(raw) } as unknown as Stanza;
}

test.each([
  ['a full disk', new MinimixError('archive-full', 'The disk with the archive is full.'), 'resource-constraint', 'The disk with the archive is full.'],
  ['a fault of ours', new Error('a secret of the code'), 'internal-server-error', 'Minimix failed; its log says why.'],
])('a device whose join fails by %s is told so before what waits behind it is handled, and the log says why', async (_what, fault, condition, text) => {
  const { deviceJoin, deviceOccupant, sent, log } = scene(fault);
  let toldBefore: number | undefined;
  deviceJoin.onDecided(() => (toldBefore = sent.length));
  deviceJoin.enter(deviceOccupant, ROOM, presence('Ali', `<x xmlns='${MUC}'/>`));
  await until(() => log.length > 0, { what: 'the log' });
  expect(toldBefore).toBe(1);
  const error = parseElement(sent[0] ?? '');
  expect(error.attrs).toMatchObject({ type: 'error', id: 'p1', from: `${ROOM}/Ali`, to: 'a@b/c' });
  expect(error.getChild('error')?.attrs['type']).toBe('wait');
  expect(error.getChild('error')?.getChild(condition)).toBeDefined();
  expect(error.getChild('error')?.getChildText('text')).toBe(text);
  expect(log).toEqual([`a device’s join failed: ${fault.message}`]);
});

test('a device whose change of nick fails is told so, and the log says why', async () => {
  const { deviceJoin, deviceOccupant, feeds, sent, log } = scene(new MinimixError('archive-full', 'The disk with the archive is full.'));
  feeds.enter(deviceOccupant, ROOM, 'Ali');
  deviceJoin.rename(deviceOccupant, ROOM, presence('Alicia'));
  await until(() => log.length > 0, { what: 'the log' });
  expect(sent).toHaveLength(1);
  expect(parseElement(sent[0] ?? '').getChild('error')?.getChild('resource-constraint')).toBeDefined();
  expect(log).toEqual(['a device’s change of nick failed: The disk with the archive is full.']);
});

test('what devices are shown of rooms comes a few rooms at a time: others are served in between, and who left meanwhile is shown nothing', async () => {
  const sent: string[] = [];
  let reads = 0;
  const view = { state: 'joined', wanted: true, nick: 'Ali' };
  const occupancy = { room: () => view, present: () => undefined, wish: () => undefined, unwish: () => undefined, jid: () => 'a@b/minimix' };
  const deviceJoin = openDeviceJoin({
    account: { jid: 'a@b', rooms: { occupancy, occupants: () => [] } } as unknown as Account,
    archive: {
      page() {
        reads += 1;
        const end = performance.now() + 60;
        while (performance.now() < end); // a long history
        return [];
      },
    } as never,
    stateCache: { presence: () => undefined, codes: () => [], lastSubject: () => undefined } as never,
    absentMembers: { of: () => [] } as never,
    cursors: { of: () => ({ upTo: () => undefined, has: () => false }) } as never,
    deliveries: { enter: () => ({ before: undefined, delivered: () => undefined, shown: () => undefined }) } as never,
    feeds: openRoomFeeds(), times: deviceJoinTimes, log: () => undefined, now: () => 0,
  });
  const deviceOccupant = { jid: 'a@b/c', device: 'phone', send: (text: string) => void sent.push(text), shows: () => true } as unknown as DeviceOccupant;
  const rooms = Array.from({ length: 12 }, (_, n) => `r${n}@rooms.example`);
  for (const room of rooms) deviceJoin.enter(deviceOccupant, room, presence('Ali', `<x xmlns='${MUC}'/>`, room));
  expect(reads).toBe(1);
  deviceJoin.leave(deviceOccupant, 'r5@rooms.example', presence('Ali', '', 'r5@rooms.example'));
  const perTurn: number[] = [];
  await until(() => {
    perTurn.push(reads);
    return reads === 11;
  }, { what: 'all rooms to be shown', every: 1 });
  expect(Math.max(...perTurn.slice(1).map((many, n) => many - (perTurn[n] ?? 0)))).toBeLessThanOrEqual(2);
  expect(sent.filter((text) => text.includes('<subject'))).toHaveLength(11);
  expect(sent.join('')).not.toContain('r5@rooms.example');
});

test('of ten thousand rooms that a device names in one breath, a few are entered at a time, those it leaves are not, and too many are refused', async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const { deviceJoin, deviceOccupant, sent } = scene(new Error('unused'), (room) => {
    asked.push(room);
    return new Promise((_resolve, reject) => void answers.push(() => reject(new Error('the end'))));
  });
  const rooms = Array.from({ length: 10_000 }, (_, n) => `r${n}@rooms.example`);
  for (const room of rooms) deviceJoin.enter(deviceOccupant, room, presence('Ali', `<x xmlns='${MUC}'/>`, room));
  expect(sent).toHaveLength(9000);
  expect(parseElement(sent[0] ?? '').getChild('error')?.getChild('resource-constraint')).toBeDefined();
  await until(() => asked.length > 0, { what: 'the first to be asked' });
  expect(asked.length).toBeLessThan(100);
  const [left = ''] = rooms.slice(500);
  deviceJoin.leave(deviceOccupant, left, presence('Ali', '', left));
  await until(() => {
    for (const answer of answers.splice(0)) answer();
    return asked.length === 999;
  }, { what: 'the others to be asked' });
  expect(asked).not.toContain(left);
});
