// One real daemon in so many rooms, or in a room of so many occupants.
import { setTimeout as pause } from 'node:timers/promises';
import { createElement as xml } from 'ltx';
import { apiOf, makeHome, type Home } from '../test/support/daemon.ts';
import { connectPerson, type Person } from '../test/support/clients/person.ts';
import { until } from '../test/support/until.ts';
import { openingOf } from './costs-page.ts';
import { cpuOf, rssOf, type Stand, type Traffic } from './costs-stand.ts';

const patience = { deadline: 120_000, every: 20 };
/** Milliseconds after which what a login brings is done with. */
const REST = 1_500;
/** … after which nothing of a start is left: its compiling and a last collection of its garbage are seconds behind it. */
const SETTLING = 12_000;
const WORDS = 'and what people say in a room, which is seldom much longer than this line of text';

export async function startDaemon({ server }: Stand, user: string): Promise<Home> {
  const jid = await server.register(user, 'secret');
  const home = makeHome();
  await home.addAccount(server, { user, password: 'secret', jid });
  await home.start();
  await untilOnline(home);
  await apiOf(home).bookmarks.set.mutate({ keepJoins: false }); // what bookmarks cost is not what is measured
  await pause(REST);
  return home;
}

export async function untilOnline(home: Home): Promise<void> {
  await until(async () => (await apiOf(home).status.query()).accounts[0]?.connection.state === 'online', { ...patience, what: 'to be online' });
}

/** … and each of them proven since then, milliseconds since the epoch. */
export async function allJoined(home: Home, count: number, since = 0): Promise<void> {
  const there = async (): Promise<boolean> => {
    const rooms = await apiOf(home).rooms.query({});
    return rooms.filter(({ state, verifiedAt }) => state === 'joined' && Date.parse(verifiedAt ?? '') >= since).length === count;
  };
  await until(there, { ...patience, what: `to be in ${count} rooms` });
}

/** Says so many messages in the rooms by turns; what the process spent on each, in microseconds of CPU, its idle share taken off. */
export async function cpuOfTalk(pids: readonly number[], { bob, rooms, total, rate, heard }: { bob: Person; rooms: readonly string[]; total: number; rate: number; heard: () => Promise<unknown> }): Promise<{ idle: number[]; each: number[] }> {
  const at = (): number[] => pids.map(cpuOf);
  const since = (before: readonly number[]): number[] => at().map((now, n) => now - (before[n] ?? 0));
  await pause(SETTLING);
  const [resting, began] = [at(), performance.now()];
  await pause(Math.max(REST, (total / rate) * 500)); // of the rest as long a look as at the talk, or nearly: what is seldom is in both
  const idle = since(resting).map((spent) => spent / (performance.now() - began));
  const [before, start] = [at(), performance.now()];
  for (let n = 0; n < total; n += 1) {
    const early = start + (n * 1_000) / rate - performance.now();
    if (early > 0) await pause(early);
    bob.send(xml('message', { to: rooms[n % rooms.length] ?? '', type: 'groupchat', id: `t${n}` }, xml('body', {}, `word ${n} ${WORDS}`)));
  }
  await heard();
  const took = performance.now() - start;
  return { idle, each: since(before).map((spent, n) => ((spent - (idle[n] ?? 0) * took) / total) * 1_000) };
}

export async function keptBy(home: Home, body: string, room: string): Promise<void> {
  await until(async () => (await apiOf(home).history.query({ room, limit: 1 })).some((message) => message.body?.startsWith(body)), { ...patience, what: `${body} to be kept`, every: 1_000 });
}

const wire = (traffic: Traffic): string => `${traffic.all.stanzas} (${(traffic.all.bytes / 1_000).toFixed(0)} kB)`;
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

interface Life {
  readonly first: Traffic;
  readonly firstTook: number;
  readonly resumed: Traffic;
  readonly anew: Traffic;
  readonly anewTook: number;
}

/** Joins all, is killed and resumes, is killed with its session gone and joins again. */
async function live(stand: Stand, { home, user, rooms }: { home: Home; user: string; rooms: readonly string[] }): Promise<Life> {
  await stand.traffic(user);
  const join = performance.now();
  await Promise.allSettled(rooms.map((room) => apiOf(home).join.mutate({ room, nick: user }))); // some are told that it goes on
  await allJoined(home, rooms.length);
  const firstTook = performance.now() - join;
  await pause(REST);
  const first = await stand.traffic(user);
  await home.kill();
  await home.start();
  await allJoined(home, rooms.length);
  await pause(REST);
  const resumed = await stand.traffic(user);
  await home.kill();
  await stand.server.kickSessions(user);
  const [again, since] = [performance.now(), Date.now()];
  await home.start();
  await allJoined(home, rooms.length, since);
  const anewTook = performance.now() - again;
  await pause(REST);
  return { first, firstTook, resumed, anew: await stand.traffic(user), anewTook };
}

const HEAD = ['RSS', 'CPU at rest', 'CPU a message', 'the server’s', 'on the wire: first joins', '… a restart that resumes', '… a restart with the session gone', 'page: rooms listed'];

async function column(stand: Stand, { user, rooms, bob, total, rate }: { user: string; rooms: readonly string[]; bob: Person; total: number; rate: number }): Promise<string[]> {
  const home = await startDaemon(stand, user);
  try {
    const { first, firstTook, resumed, anew, anewTook } = await live(stand, { home, user, rooms });
    const talk = await cpuOfTalk([home.pid(), stand.server.pid], { bob, rooms, total, rate, heard: () => keptBy(home, `word ${total - 1} `, rooms[(total - 1) % rooms.length] ?? '') });
    const rss = rssOf(home.pid());
    const { listed, opened } = await openingOf(await pageOf(home), rooms[0] ?? '');
    return [
      `${rss.toFixed(0)} MiB`, `${((talk.idle[0] ?? 0) * 1_000).toFixed(1)} ms a second`, `${talk.each[0]?.toFixed(0)} us`, `${talk.each[1]?.toFixed(0)} us`,
      `${wire(first)}, ${seconds(firstTook)}`, wire(resumed), `${wire(anew)}, ${seconds(anewTook)}`, `${listed.toFixed(0)} ms`, `${opened.toFixed(0)} ms`,
    ];
  } finally {
    await home.remove();
  }
}

export async function pageOf(home: Home): Promise<string> {
  return (await apiOf(home).page.mutate()).url;
}

/** A crowd takes longer than a test's person would wait. */
async function enter(bob: Person, rooms: readonly string[]): Promise<void> {
  for (const room of rooms) {
    bob.send(xml('presence', { to: `${room}/bob` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
    await bob.next((stanza) => stanza.name === 'message' && stanza.attrs['from'] === room, { ...patience, what: `the subject of ${room}` });
  }
}

function turned(head: readonly string[], names: readonly string[], columns: readonly (readonly string[])[]): string[][] {
  return [[...head], ...names.map((name, n) => [name, ...columns.map((cells) => cells[n] ?? '')])];
}

export async function byRooms(stand: Stand, sizes: readonly number[]): Promise<string[][]> {
  const { server } = stand;
  await server.register('bob', 'secret');
  const columns: string[][] = [];
  for (const size of sizes) {
    const rooms = await stand.rooms(`one-of-${size}-`, size, 25);
    const bob = await connectPerson(server, 'bob', 'secret', { resource: `in${size}` });
    await enter(bob, rooms);
    columns.push(await column(stand, { user: `of${size}`, rooms, bob, total: 400, rate: 100 }));
    await bob.close();
  }
  return turned(['rooms, 25 occupants each', ...sizes.map(String)], [...HEAD, 'page: a room opened'], columns);
}

export async function byOccupants(stand: Stand, sizes: readonly number[]): Promise<string[][]> {
  const { server } = stand;
  await server.register('bob', 'secret');
  const columns: string[][] = [];
  const rate = Math.min(50, 20_000 / Math.max(...sizes)); // one for all: what is called seldom is cold, and costs more a call
  for (const size of sizes) {
    const rooms = await stand.rooms(`crowd${size}of`, 1, size);
    const bob = await connectPerson(server, 'bob', 'secret', { resource: `in${size}` });
    await enter(bob, rooms);
    columns.push(await column(stand, { user: `among${size}`, rooms, bob, total: rate * 15, rate }));
    await bob.close();
  }
  return turned(['occupants, in one room', ...sizes.map(String)], [...HEAD, 'page: the room opened'], columns);
}
