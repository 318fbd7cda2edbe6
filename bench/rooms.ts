// How long it takes to be in 200 rooms, and what they cost in memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccount } from '../src/account/account.ts';
import type { Account } from '../src/account/contract.ts';
import type { AccountSettings } from '../src/account/settings.ts';
import { openArchive } from '../src/archive/archive.ts';
import { keepHeapSmall } from '../src/daemon/heap.ts';
import { connectPerson } from '../test/support/clients/person.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import { ME, entry, presence, startRooms, subject } from '../test/support/rooms/server.ts';
import type { XmppServer } from '../test/support/servers/server.ts';
import { until } from '../test/support/until.ts';
import { figure } from './figure.ts';
import { portOf } from '../test/support/servers/server.ts';

const ROOMS = 200;
const OCCUPANTS = 50;
const CROWD = 10_000;
/** What bin/minimix gives to Node; the rest is the daemon's own to tell. */
const AS_THE_DAEMON = ['--max-semi-space-size=8', '--max-old-space-size=768'];
/** Milliseconds there and back. */
const ROUND_TRIP = 50;
const FAR = 1_000;

const roomName = (n: number): string => `room${n}@rooms.scripted.test`;
const patient = { deadline: 120_000, every: 2 };

interface Open {
  readonly account: Account;
  online(): boolean;
  allJoined(): boolean;
  close(): Promise<void>;
}

/** What is waited for is told by events: looking at everything every other millisecond would be measured with it. */
function open(settings: AccountSettings, password: string, file: string): Open {
  const archive = openArchive(file);
  const account = openAccount({ settings, password: () => Promise.resolve(password), archive, log: () => undefined });
  const joined = new Set<string>();
  const life = new AbortController();
  let state = 'offline';
  account.events.subscribe((event) => {
    if (event.type === 'status') state = event.status.connection.state;
    if (event.type !== 'room') return;
    if (event.room.state === 'joined') joined.add(event.room.room);
    else joined.delete(event.room.room);
  }, life.signal);
  account.start();
  return {
    account,
    online: () => state === 'online',
    allJoined: () => joined.size === ROOMS,
    async close() {
      life.abort();
      await account.stop();
      archive.close();
    },
  };
}

/** Milliseconds, on the wall and of this process on a CPU. */
interface Spent {
  readonly wall: number;
  readonly cpu: number;
}

async function timed(begin: () => unknown, done: () => boolean): Promise<Spent> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  begin();
  await until(done, patient);
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - started, cpu: (user + system) / 1_000 };
}

/** Passes all on in both directions, each chunk half a round trip (milliseconds) later. */
async function slowLink(target: number, roundTrip = ROUND_TRIP): Promise<{ port: number; close(): void }> {
  const pass = (from: Socket, to: Socket): void => {
    from.setNoDelay(true).on('error', () => undefined);
    from.on('data', (chunk) => void setTimeout(() => to.write(chunk), roundTrip / 2));
    from.on('close', () => void setTimeout(() => to.end(), roundTrip / 2));
  };
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return { port, close: () => void server.close() };
}

async function makeRooms(server: XmppServer): Promise<string[]> {
  const domain = server.archivedRooms;
  await server.run(
    `> local muc = prosody.hosts["${domain}"].modules.muc; for n = 1, ${ROOMS} do `
      + `local room = muc.create_room("bench" .. n .. "@${domain}"); room:set_persistent(true); room:save(true) end; return "done"`,
  );
  return Array.from({ length: ROOMS }, (_, n) => `bench${n + 1}@${domain}`);
}

const trips = (ms: number): string => `${ms.toFixed(0)} ms = ${(ms / ROUND_TRIP).toFixed(1)} round trips`;

async function stopwatch(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

interface Times {
  /** Rooms that we know nothing of but their addresses. */
  readonly unknown: Spent;
  readonly again: Spent;
}

/** Enters all rooms for the first time, and again once the stream is lost. Bookmarks are left alone: they are not what is measured. */
async function enterTwice(settings: AccountSettings, { password, file, rooms, drop }: { password: string; file: string; rooms: readonly string[]; drop: () => unknown }): Promise<Times> {
  const { account, online, allJoined, close } = open(settings, password, file);
  await until(online, patient);
  account.bookmarks.set({ keepJoins: false });
  await new Promise((resolve) => setTimeout(resolve, 1_000)); // what a login asks for has been answered
  const unknown = await timed(() => rooms.map((room) => account.rooms.join(room)), allJoined);
  await drop();
  await until(() => !online(), patient);
  await until(online, { ...patient, every: 1 });
  const again = await timed(() => undefined, allJoined);
  await close();
  return { unknown, again };
}

/** In a process of its own, as a server is: rooms that answer at once, behind a slow link. */
async function idleServer(roundTrip: number): Promise<void> {
  const server = await startRooms();
  const link = await slowLink(server.port, roundTrip);
  process.on('message', (word) => {
    if (word === 'drop') server.drop();
    else process.exit(0);
  });
  process.send?.(link.port);
}

/** The same where the server's own work costs next to nothing: what is left is round trips, pacing and our own work. */
async function onIdleServer(roundTrip: number): Promise<Times> {
  const server = spawn(process.execPath, [import.meta.filename, 'server', String(roundTrip)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = (await once(server, 'message')) as [number];
  const dir = mkdtempSync(join(tmpdir(), 'bench-rooms-'));
  const settings = { jid: ME, resource: 'bench', server: { host: '127.0.0.1', port }, allowPlaintext: true };
  const rooms = Array.from({ length: ROOMS }, (_, n) => roomName(n));
  const times = await enterTwice(settings, { password: 'pencil', file: join(dir, 'archive.db'), rooms, drop: () => server.send('drop') });
  server.send('stop');
  await once(server, 'exit');
  rmSync(dir, { recursive: true, force: true });
  return times;
}

async function joiningNobody(): Promise<void> {
  const near = await onIdleServer(ROUND_TRIP);
  const far = await onIdleServer(FAR);
  const line = (name: string, of: (times: Times) => Spent): void => {
    const [a, b] = [of(near), of(far)];
    const inARow = (b.wall - a.wall) / (FAR - ROUND_TRIP);
    console.log(`  ${name}: ${trips(a.wall)} (goal: 4 and the pacing); ${b.wall.toFixed(0)} ms where a trip takes ${FAR}:`);
    console.log(`    ${inARow.toFixed(1)} trips that wait for each other, and ${(a.wall - inARow * ROUND_TRIP).toFixed(0)} ms; our process worked for ${a.cpu.toFixed(0)} ms of CPU`);
  };
  console.log(`ours, on a server that has nothing else to do:`);
  line('rooms not known before', ({ unknown }) => unknown);
  line('after a reconnect', ({ again }) => again);
  const inARow = (of: (times: Times) => Spent): string => ((of(far).wall - of(near).wall) / (FAR - ROUND_TRIP)).toFixed(1);
  figure({ what: `trips to the server that wait for each other, for ${ROOMS} rooms`, minimix: `${inARow(({ unknown }) => unknown)}, after a reconnect ${inARow(({ again }) => again)}` });
}

async function joining(): Promise<void> {
  const server = await startProsody({ logLevel: 'warn' });
  const link = await slowLink(server.port);
  const dir = mkdtempSync(join(tmpdir(), 'bench-rooms-'));
  try {
    const rooms = await makeRooms(server);
    await server.register('naive', 'secret');
    await server.register('eager', 'secret');
    const jid = await server.register('alice', 'secret');
    const naive = await connectPerson(server, 'naive', 'secret', { port: link.port });
    const oneByOne = await stopwatch(async () => {
      for (const room of rooms) await naive.join(room, 'naive');
    });
    await naive.close();
    const eager = await connectPerson(server, 'eager', 'secret', { port: link.port });
    const atOnce = await stopwatch(() => Promise.all(rooms.map((room) => eager.join(room, 'eager'))));
    await eager.close();
    const settings = { jid, resource: 'bench', server: { host: '127.0.0.1', port: link.port }, ca: server.ca };
    const ours = await enterTwice(settings, { password: 'secret', file: join(dir, 'archive.db'), rooms, drop: () => server.kickSessions('alice') });
    console.log(`in ${ROOMS} rooms on Prosody, ${ROUND_TRIP} ms there and back:`);
    console.log(`  a minimal client: one by one ${trips(oneByOne)}; all at once, with no question and no archive ${trips(atOnce)}`);
    console.log(`  ours: rooms not known before ${trips(ours.unknown.wall)}; after a reconnect ${trips(ours.again.wall)}`);
    const seconds = (time: number): string => `${(time / 1_000).toFixed(1)} s`;
    const beside = { beside: `a client, one by one ${seconds(oneByOne)}` };
    figure({ what: `into ${ROOMS} rooms of Prosody, ${ROUND_TRIP} ms away`, minimix: seconds(ours.unknown.wall), ...beside, ratio: ours.unknown.wall / oneByOne });
    figure({ what: 'the same after a reconnect', minimix: seconds(ours.again.wall), ...beside, ratio: ours.again.wall / oneByOne });
  } finally {
    link.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** As rooms send it: an occupant-id, an avatar's hash, caps; no two occupants share anything but their roles. */
function occupant(room: string, nick: string): string {
  const id = Buffer.from(`${room}/${nick}`.padEnd(33, '.')).toString('base64');
  const children = `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://gajim.org' ver='2l5fUVmYyk6Ik0Lw3mVbXgUYUZM='/>`
    + `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${id.slice(0, 44)}'/>`;
  return presence(room, nick, { children });
}

async function memory(): Promise<void> {
  const server = await startRooms();
  for (let n = 0; n < ROOMS; n += 1) {
    const room = roomName(n);
    server.script(room, {
      join: (_, nick) => [...Array.from({ length: OCCUPANTS - 1 }, (__, m) => occupant(room, `somebody ${n}-${m}`)), ...entry(room, nick)],
    });
  }
  const child = spawn(process.execPath, ['--expose-gc', ...AS_THE_DAEMON, import.meta.filename, 'joiner', String(server.port)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (word) => {
    const crowd = Array.from({ length: CROWD }, (_, n) => occupant(roomName(0), `one of the crowd ${n}`));
    if (word === 'crowd') server.send(...crowd, subject(roomName(0), 'all are there'));
  });
  await once(child, 'exit');
  await server.stop();
}

/** In a process of its own: joins all rooms, and looks at its memory before and after. */
async function joiner(port: number): Promise<void> {
  keepHeapSmall();
  const dir = mkdtempSync(join(tmpdir(), 'bench-rooms-'));
  const settings = { jid: ME, resource: 'bench', server: { host: '127.0.0.1', port }, allowPlaintext: true };
  const { account, online, allJoined, close } = open(settings, 'pencil', join(dir, 'archive.db'));
  await until(online, patient);
  const [rss, heap] = await atRest();
  for (let n = 0; n < ROOMS; n += 1) void account.rooms.join(roomName(n), { nick: 'romeo' });
  await until(() => allJoined() && account.rooms.list().every(({ occupants }) => occupants === OCCUPANTS), patient);
  const [rssIn, heapIn] = await atRest();
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  console.log(`memory at ${ROOMS} rooms of ${OCCUPANTS}: RSS ${mib(rss)} MiB unjoined, ${mib(rssIn)} MiB joined: ${mib(rssIn - rss)} MiB more (goal 60);`);
  figure({ what: `memory for ${ROOMS} rooms of ${OCCUPANTS}`, minimix: `${mib(rssIn - rss)} MiB more` });
  console.log(`  heap ${mib(heapIn - heap)} MiB more, ${((heapIn - heap) / (ROOMS * OCCUPANTS)).toFixed(0)} B an occupant, rooms included`);
  process.send?.('crowd');
  await until(() => account.rooms.occupants(roomName(0)).length === OCCUPANTS + CROWD, patient);
  const [, heapCrowd] = await atRest();
  console.log(`  ${CROWD} more in one room: ${((heapCrowd - heapIn) / CROWD).toFixed(0)} B of heap an occupant (goal 300)`);
  figure({ what: 'an occupant more', minimix: `${((heapCrowd - heapIn) / CROWD).toFixed(0)} B of heap` });
  await close();
  rmSync(dir, { recursive: true, force: true });
  process.disconnect();
}

/** RSS and heap in bytes, once what is no longer needed is gone and nothing more is under way. */
async function atRest(): Promise<[rss: number, heap: number]> {
  for (let before = Number.POSITIVE_INFINITY, n = 0; n < 50; n += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { heapUsed } = process.memoryUsage();
    if (n > 5 && Math.abs(before - heapUsed) < 20_000) break;
    before = heapUsed;
  }
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return [rss, heapUsed];
}

if (process.argv[2] === 'joiner') await joiner(Number(process.argv[3]));
else if (process.argv[2] === 'server') await idleServer(Number(process.argv[3]));
else if (process.argv[2] === 'idle') await joiningNobody();
else {
  await joining();
  await joiningNobody();
  await memory();
}
