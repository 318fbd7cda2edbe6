// People talk in two rooms, one with an archive and one without, while all kinds of harm come to alice's
// daemon. In the end its archive is held against what a witness has heard who was never away.
import { setTimeout as pause } from 'node:timers/promises';
import { apiOf, makeHome } from '../daemon.ts';
import { dice, pick } from '../dice.ts';
import { blackHole, cut, diskFull, online, PEACE, type Victim } from './harms.ts';
import { archived, compare, counted, differences, wordsOf, type Comparison } from './ledger.ts';
import { startLink } from './link.ts';
import { connectPerson, type Person } from '../clients/person.ts';
import { newAccount, type SharedServer } from '../servers/server.ts';
import { makeSmallDisk } from './small-disk.ts';
import { until } from '../until.ts';

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

export interface RoomLedger extends Comparison {
  readonly archive: boolean;
  /** Holes on record. */
  readonly gaps: number;
  /** Alice's own words: those that `say` has taken, those of them that the room never had, or had more than once. */
  readonly own: { readonly taken: number; readonly missing: number; readonly twice: number };
}

const LOG_TAIL = 8000; // characters, where something is wrong
const TALK = 40; // milliseconds

interface Stage extends Victim {
  readonly rooms: readonly { readonly jid: string; readonly archive: boolean }[];
  readonly truth: ReadonlyMap<string, string[]>;
  /** By room: what `say` has taken. */
  readonly taken: ReadonlyMap<string, string[]>;
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
      tell: plan.tell ?? (() => undefined),
    };
    await home.start();
    await online(stage);
    for (const { jid } of rooms) await apiOf(stage.home).join.mutate({ room: jid, nick: 'alice' });

    const traffic = await startTraffic(server, stage, plan.talk ?? TALK);
    undo.push(traffic.stop);
    await kills(stage, plan.kills);
    await repeat(plan.cuts, () => cut(stage));
    await repeat(plan.holes, () => blackHole(stage));
    if (disk) await repeat(plan.fulls, () => diskFull(stage, disk));
    await traffic.stop();
    await until(async () => (await apiOf(stage.home).outbox.list.query({})).every(({ state }) => state === 'ask'), {
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
async function sayOne({ home, rooms, random, taken }: Stage, n: number): Promise<void> {
  const room = pick(rooms, random);
  await apiOf(home).say.mutate({ room: room.jid, body: `alice ${n}` });
  taken.get(room.jid)?.push(`alice: alice ${n}`);
}

async function repeat(count = 0, work: () => Promise<void>): Promise<void> {
  for (let n = 0; n < count; n += 1) await work();
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

/** What the witness has heard in each room, in the room's order. */
function hear(ear: Person, { truth }: Stage): void {
  for (const stanza of ear.stanzas) {
    const said = wordsOf(stanza);
    if (said) truth.get(said.room)?.push(said.words);
  }
}

/** Waits for peace, then holds the archive against the truth. */
async function settle(stage: Stage): Promise<RoomLedger[]> {
  const ledgers: RoomLedger[] = [];
  for (const { jid, archive } of stage.rooms) {
    const truth = stage.truth.get(jid) ?? [];
    let kept: string[] = [];
    const whole = async (): Promise<boolean> => {
      kept = await archived(apiOf(stage.home), jid);
      if (archive) return kept.join('\n') === truth.join('\n'); // it may yet be read once more, for its order
      return kept.length >= truth.length && kept.at(-1) === truth.at(-1);
    };
    await until(whole, { what: 'peace', deadline: PEACE, every: 500 }).catch(() => stage.tell(`${jid} is not whole`));
    const gaps = await apiOf(stage.home).gaps.query({ room: jid });
    ledgers.push({ archive, ...compare(truth, kept), gaps: gaps.length, own: ownWords(truth, stage.taken.get(jid) ?? []) });
    if (kept.join('\n') !== truth.join('\n')) stage.tell(`${differences(truth, kept)}\n${stage.home.log().slice(-LOG_TAIL)}`);
  }
  return ledgers;
}

function ownWords(truth: readonly string[], taken: readonly string[]): RoomLedger['own'] {
  const heard = counted(truth.filter((words) => words.startsWith('alice: ')));
  const missing = taken.filter((words) => !heard.has(words)).length;
  return { taken: taken.length, missing, twice: [...heard.values()].filter((times) => times > 1).length };
}
