// Issue 4: people talk in two rooms, one with an archive and one without, while all kinds of harm come to alice's
// daemon. In the end its archive is held against what a witness has heard who was never away.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Element } from 'ltx';
import { connectTo, type DaemonClient } from '../../src/web/client.ts';
import { makeHome, type Home } from './daemon.ts';
import { startLink, type Link } from './link.ts';
import { connectPerson, type Person } from './person.ts';
import { uniqueName, type SharedServer } from './server.ts';
import { makeSmallDisk } from './small-disk.ts';
import { until } from './until.ts';

export interface ChaosPlan {
  /** The same seed makes the same moments, as far as the machine lets it. */
  readonly seed: number;
  readonly kills: number;
  readonly cuts?: number;
  readonly holes?: number;
  /** Times that the disk is full for a while; needs root. */
  readonly fulls?: number;
  /** Milliseconds between two things that somebody says in a room, on average; 40 where nothing is said. */
  readonly talk?: number;
  /** Told what is done. */
  readonly tell?: (line: string) => void;
}

export interface RoomLedger {
  readonly archive: boolean;
  readonly said: number;
  readonly kept: number;
  readonly lost: number;
  readonly twice: number;
  readonly outOfOrder: number;
  /** Holes on record. */
  readonly gaps: number;
  /** Alice's own words: those that `say` has taken, those of them that the room never had, or had more than once. */
  readonly own: { readonly taken: number; readonly missing: number; readonly twice: number };
}

const PEACE = 90_000; // milliseconds for the archive to be whole again
const LOG_TAIL = 8000; // characters, where something is wrong
const TALK = 40; // milliseconds

interface Stage {
  readonly home: Home;
  readonly link: Link;
  readonly rooms: readonly { readonly jid: string; readonly archive: boolean }[];
  readonly truth: ReadonlyMap<string, string[]>;
  /** By room: what `say` has taken. */
  readonly taken: ReadonlyMap<string, string[]>;
  readonly random: () => number;
  readonly api: () => DaemonClient;
  readonly tell: (line: string) => void;
}

/** Does what the plan says, and accounts for each message. */
export async function chaos(server: SharedServer, plan: ChaosPlan): Promise<RoomLedger[]> {
  const undo: (() => unknown)[] = [];
  try {
    const disk = plan.fulls ? makeSmallDisk(48) : undefined;
    if (disk) undo.push(disk.remove);
    const link = await startLink(server);
    undo.push(link.close);
    const [alice, witness] = [await newAccount(server, 'alice'), await newAccount(server, 'witness')];
    const home = makeHome(disk?.dir);
    undo.push(home.remove);
    await home.addAccount({ ...server, port: link.port }, alice);
    const rooms = await Promise.all(
      [true, false].map(async (archive) => ({ jid: await server.room({ archive }), archive })),
    );
    const ear = await connectPerson(server, witness.user, witness.password);
    undo.push(ear.close);
    for (const { jid } of rooms) await ear.join(jid, 'witness');
    const stage: Stage = {
      home,
      link,
      rooms,
      truth: new Map(rooms.map(({ jid }) => [jid, []])),
      taken: new Map(rooms.map(({ jid }) => [jid, []])),
      random: dice(plan.seed),
      api: () => apiOf(home),
      tell: plan.tell ?? (() => undefined),
    };
    await home.start();
    await online(stage);
    for (const { jid } of rooms) await stage.api().join.mutate({ room: jid, nick: 'alice' });

    const traffic = await startTraffic(server, stage, plan.talk ?? TALK);
    undo.push(traffic.stop);
    await kills(stage, plan.kills);
    await cuts(stage, plan.cuts ?? 0);
    await holes(stage, plan.holes ?? 0);
    if (disk) await fulls(stage, disk, plan.fulls ?? 0);
    await traffic.stop();
    await until(async () => (await stage.api().outbox.list.query({})).every(({ state }) => state === 'ask'), {
      what: 'the outbox to be empty',
      deadline: PEACE,
      every: 500,
    });
    await ear.settle();
    hear(ear, stage);
    return await settle(stage);
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

async function kills(stage: Stage, count: number): Promise<void> {
  const { home, random, tell } = stage;
  for (let n = 1; n <= count; n += 1) {
    // From the first moments, in which it logs in and catches up, to the calm after them.
    const [alive, dead] = [random() ** 2 * 2500, random() ** 2 * 1200];
    if (random() < 0.4) void sayOne(stage, n).catch(() => undefined); // it may be killed meanwhile: then it was not promised
    await pause(alive);
    await home.kill();
    await pause(dead);
    await home.start();
    tell(`kill ${n}: after ${Math.round(alive)} ms, down for ${Math.round(dead)} ms`);
  }
}

/** Alice's own words go the way of the outbox. */
async function sayOne({ api, rooms, random, taken }: Stage, n: number): Promise<void> {
  const room = rooms[Math.floor(random() * rooms.length)];
  if (!room) return;
  await api().say.mutate({ room: room.jid, body: `alice ${n}` });
  taken.get(room.jid)?.push(`alice: alice ${n}`);
}

/** Harm is done to what is well: else one would hide the other. */
async function online({ api }: Stage): Promise<void> {
  const isOnline = async (): Promise<boolean> => (await api().status.query()).accounts[0]?.connection.state === 'online';
  await until(isOnline, { what: 'alice to be online', deadline: PEACE, every: 100 });
}

async function cuts(stage: Stage, count: number): Promise<void> {
  const { link, random, tell } = stage;
  for (let n = 1; n <= count; n += 1) {
    await online(stage);
    await pause(random() * 1000);
    link.cut();
    tell(`cut ${n}`);
  }
}

async function holes(stage: Stage, count: number): Promise<void> {
  const { link, random, tell } = stage;
  for (let n = 1; n <= count; n += 1) {
    await online(stage);
    await pause(500 + random() * 1500);
    link.swallow();
    const silent = 500 + random() * 4000;
    await pause(silent);
    link.restore();
    tell(`black hole ${n}: for ${Math.round(silent)} ms`);
  }
}

async function fulls(stage: Stage, disk: { fill(): void; free(): void }, count: number): Promise<void> {
  const { home, random, tell } = stage;
  for (let n = 1; n <= count; n += 1) {
    await online(stage);
    await pause(500 + random() * 1500);
    const pid = home.pid();
    const full = 2000 + random() * 4000;
    const end = performance.now() + full;
    for (; performance.now() < end; await pause(50)) disk.fill(); // what it gives back is taken again
    disk.free();
    process.kill(pid, 0); // throws where it has not survived
    tell(`disk full ${n}: for ${Math.round(full)} ms`);
  }
}

interface Traffic {
  stop(): Promise<void>;
}

/** Two people talk in both rooms: lone words, bursts, and the same words again. */
async function startTraffic(server: SharedServer, { rooms, random }: Stage, every: number): Promise<Traffic> {
  const over = new AbortController();
  const talkers = await Promise.all(
    ['bob', 'carol'].map(async (name) => {
      const who = await newAccount(server, name);
      const person = await connectPerson(server, who.user, who.password);
      for (const { jid } of rooms) await person.join(jid, name);
      return { name, person };
    }),
  );
  const talk = async ({ name, person }: { name: string; person: Person }): Promise<void> => {
    for (let n = 1; !over.signal.aborted; n += 1) {
      const burst = random() < 0.03 ? 12 : 1;
      for (const { jid } of rooms) {
        const said = Array.from({ length: burst }, (_, i) => person.say(jid, n % 7 === 0 ? 'yes' : `${name} ${n}.${i}`));
        await Promise.all(said);
      }
      await pause(random() * 2 * every);
    }
  };
  const all = Promise.all(talkers.map(talk));
  all.catch(() => undefined); // looked at in `stop`
  return {
    async stop() {
      if (over.signal.aborted) return;
      over.abort();
      await all;
      await Promise.all(talkers.map(({ person }) => person.close()));
    },
  };
}

async function newAccount(server: SharedServer, name: string): Promise<{ user: string; password: string; jid: string }> {
  const user = uniqueName(name);
  return { user, password: 'secret', jid: await server.register(user, 'secret') };
}

/** What the witness has heard in each room, in the room's order. */
function hear(ear: Person, { truth }: Stage): void {
  for (const stanza of ear.stanzas) {
    const [room, nick] = split(stanza);
    const body = stanza.getChildText('body');
    if (stanza.attrs['type'] === 'groupchat' && body !== null && nick !== '') truth.get(room)?.push(`${nick}: ${body}`);
  }
}

function split(stanza: Element): [room: string, nick: string] {
  const from = String(stanza.attrs['from'] ?? '');
  const at = from.indexOf('/');
  return at === -1 ? [from, ''] : [from.slice(0, at), from.slice(at + 1)];
}

/** Waits for peace, then holds the archive against the truth. */
async function settle(stage: Stage): Promise<RoomLedger[]> {
  const ledgers: RoomLedger[] = [];
  for (const { jid, archive } of stage.rooms) {
    const truth = stage.truth.get(jid) ?? [];
    let kept: string[] = [];
    const whole = async (): Promise<boolean> => {
      kept = await archived(stage.api(), jid);
      if (archive) return kept.join('\n') === truth.join('\n'); // it may yet be read once more, for its order
      return kept.length >= truth.length && kept.at(-1) === truth.at(-1);
    };
    await until(whole, { what: 'peace', deadline: PEACE, every: 500 }).catch(() => stage.tell(`${jid} is not whole`));
    const gaps = await stage.api().gaps.query({ room: jid });
    ledgers.push({ archive, ...compare(truth, kept), gaps: gaps.length, own: ownWords(truth, stage.taken.get(jid) ?? []) });
    if (kept.join('\n') !== truth.join('\n')) stage.tell(`${differences(truth, kept)}\n${stage.home.log().slice(-LOG_TAIL)}`);
  }
  return ledgers;
}

async function archived(api: DaemonClient, room: string): Promise<string[]> {
  const all: string[] = [];
  for (let after = 0; ; ) {
    const page = await api.history.query({ room, limit: 500, after });
    for (const { nick, body } of page) if (body !== null && nick !== null) all.push(`${nick}: ${body}`);
    if (page.length < 500) return all;
    after = page.at(-1)?.id ?? 0;
  }
}

/** Exported for its test: what is missing, what is there too often, what stands before something earlier. */
export function compare(truth: readonly string[], kept: readonly string[]): Omit<RoomLedger, 'archive' | 'gaps' | 'own'> {
  const [wanted, found] = [counted(truth), counted(kept)];
  const more = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number =>
    [...a].reduce((sum, [words, times]) => sum + Math.max(0, times - (b.get(words) ?? 0)), 0);
  const [lost, twice] = [more(wanted, found), more(found, wanted)];
  return { said: truth.length, kept: kept.length, lost, twice, outOfOrder: misplaced(truth, kept, wanted) };
}

function ownWords(truth: readonly string[], taken: readonly string[]): RoomLedger['own'] {
  const heard = counted(truth.filter((words) => words.startsWith('alice: ')));
  const missing = taken.filter((words) => !heard.has(words)).length;
  return { taken: taken.length, missing, twice: [...heard.values()].filter((times) => times > 1).length };
}

function counted(words: readonly string[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return times;
}

/** Where all is there, the places that differ; else the unique words that stand behind a later one. */
function misplaced(truth: readonly string[], kept: readonly string[], wanted: ReadonlyMap<string, number>): number {
  if (truth.length === kept.length) return truth.filter((words, place) => kept[place] !== words).length;
  const place = new Map(truth.map((words, at) => [words, at]));
  let furthest = -1;
  let wrong = 0;
  for (const words of kept) {
    if (wanted.get(words) !== 1) continue;
    const at = place.get(words) ?? 0;
    if (at < furthest) wrong += 1;
    furthest = Math.max(furthest, at);
  }
  return wrong;
}

/** The first few places that differ, for whoever must find out why. */
function differences(truth: readonly string[], kept: readonly string[]): string {
  const first = truth.findIndex((words, at) => kept[at] !== words);
  const around = (list: readonly string[]): string => list.slice(Math.max(0, first - 2), first + 6).join(' | ');
  return `from ${first} on: said ${around(truth)}; kept ${around(kept)}`;
}

function apiOf(home: Home): DaemonClient {
  // `as`: the daemon has written this file, and this is a test.
  const { pid, url, token } = JSON.parse(readFileSync(join(home.dir, 'daemon.json'), 'utf8')) as { pid: number; url: string; token: string };
  return connectTo({ pid, url, token });
}

/** mulberry32: small, and the same everywhere. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
