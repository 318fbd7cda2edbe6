// A week of alice's daemon in minutes. One process lives through all of it; in the end a ledger holds what its
// archive and each of its devices have against what a witness has heard.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { sentenceOf } from '../../../src/core/errors.ts';
import { apiOf } from '../daemon.ts';
import { dice } from '../dice.ts';
import { smackLike } from '../clients/gadget.ts';
import { online, PEACE } from '../harm/harms.ts';
import { startLink } from '../harm/link.ts';
import { newAccount, type XmppServer } from '../servers/server.ts';
import { makeSmallDisk } from '../harm/small-disk.ts';
import { until } from '../until.ts';
import { account, type SoakLedger } from './account.ts';
import { gather, type SoakRoom } from './crowd.ts';
import { makeSoakDaemon } from './daemon.ts';
import { dealt, harms, NICK, well, type HarmName, type Stage } from './harms.ts';
import { makeOwnWords } from './own-words.ts';
import { makePhone } from './phone.ts';
import { HOST } from './upset-contract.ts';
import { makeWriters } from './writers.ts';

export interface SoakPlan {
  /** The same seed brings the same harms in the same order, with the same waits, as far as the machine lets it. */
  readonly seed: number;
  /** Milliseconds of harm; the building before and the reckoning after come on top. */
  readonly time: number;
  readonly rooms: number;
  readonly busy: number;
  readonly harms: readonly HarmName[];
  /** Whether its home lies on a disk that can be filled; needs root. */
  readonly smallDisk: boolean;
  /** Milliseconds between two things that somebody says in a busy room, on average. */
  readonly every: number;
  readonly tell: (line: string) => void;
  /** Ends it before its time; then it rejects, and has left nothing behind. */
  readonly signal?: AbortSignal;
}

type Roll = () => number;

const DISK = 128; // megabytes
const [AT_ONCE, BUILT_AT_ONCE] = [20, 4]; // rooms
const EDIT = 2500; // milliseconds
const OWN = 700; // milliseconds between two things that alice says
/** What a room without an archive tells of its past: more than is said while alice is out. */
const HISTORY = 1000;
const DAYS = 7;
const GIVEN_UP = 3; // harms that did not end well
const LOG_TAIL = 4000; // characters

export async function soak(server: XmppServer, plan: SoakPlan): Promise<SoakLedger> {
  const undo: (() => unknown)[] = [];
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const interrupt = (): void => reject(new Error('the soak was interrupted'));
  plan.signal?.addEventListener('abort', interrupt, { once: true });
  try {
    return await Promise.race([live(server, plan, undo), interrupted]);
  } finally {
    plan.signal?.removeEventListener('abort', interrupt);
    for (const step of undo.toReversed()) {
      await Promise.resolve().then(step).catch((error: unknown) => plan.tell(`not tidied up: ${sentenceOf(error)}`)); // the others' turn all the same
    }
  }
}

async function live(server: XmppServer, plan: SoakPlan, undo: (() => unknown)[]): Promise<SoakLedger> {
  const stage = await build(server, plan, undo);
  const { done, failed } = await week(stage, plan);
  await well(stage);
  await stage.own.hush();
  await stage.crowd.hush();
  await stage.writers.rest();
  const samples = stage.daemon.samples();
  for (const device of [...stage.relayed, stage.phone]) if (!device.isOn()) await device.on();
  return account(stage, { done, failed, taken: stage.own.taken, samples });
}

interface Week {
  readonly done: ReadonlyMap<HarmName, number>;
  /** What did not end well, one sentence each. */
  readonly failed: readonly string[];
}

/** Seven days, each with its share of the time; the harms are dealt from one pack. */
async function week(stage: Stage, { time, harms: names }: SoakPlan): Promise<Week> {
  const done = new Map<HarmName, number>(names.map((name) => [name, 0]));
  const pack = dealt(names, stage.random);
  const begin = performance.now();
  let day = 0;
  const failed: string[] = [];
  while (performance.now() - begin < time) {
    const today = Math.floor(((performance.now() - begin) / time) * DAYS) + 1;
    if (today > day) stage.tell(`day ${(day = today)}`);
    const name = pack.next().value;
    await harms[name](stage).catch((error: unknown) => {
      stage.tell(`${name} did not end well: ${String(error)}\n${stage.home.log().slice(-LOG_TAIL)}`);
      failed.push(`${name}: ${sentenceOf(error)}`);
    });
    if (failed.length >= GIVEN_UP) throw new Error(failed.join('\n'));
    done.set(name, (done.get(name) ?? 0) + 1);
    await pause(stage.random() * 1000);
  }
  return { done, failed };
}

async function build(server: XmppServer, plan: SoakPlan, undo: (() => unknown)[]): Promise<Stage> {
  const [random, talk, edit, say] = [0, 1, 2, 3].map((n) => dice(plan.seed * 10 + n)) as [Roll, Roll, Roll, Roll]; // what goes on at the same time must not share one
  const disk = plan.smallDisk ? makeSmallDisk(DISK) : undefined;
  if (disk) undo.push(disk.remove);
  const link = await startLink(server);
  undo.push(link.close);
  const [alice, host] = [await newAccount(server, 'alice'), await newAccount(server, 'host')];
  const rooms: SoakRoom[] = [];
  for (let n = 0; n < plan.rooms; n += BUILT_AT_ONCE) {
    const some = Array.from({ length: Math.min(BUILT_AT_ONCE, plan.rooms - n) }, async (_, i) => {
      const [archive, busy] = [(n + i) % 2 === 0, n + i < plan.busy];
      return { jid: await server.room({ archive, history: HISTORY, owners: busy ? [host.jid] : [] }), archive, busy };
    });
    rooms.push(...(await Promise.all(some)));
  }
  const daemon = makeSoakDaemon(disk?.dir);
  undo.push(daemon.remove);
  const { home } = daemon;
  await home.addAccount({ host: HOST, port: link.port, ca: server.ca }, alice);
  await home.start();
  await online({ home });
  for (let at = 0; at < rooms.length; at += AT_ONCE)
    await Promise.all(rooms.slice(at, at + AT_ONCE).map(({ jid }) => apiOf(home).join.mutate({ room: jid, nick: NICK })));
  for (const { jid, busy } of rooms) if (busy) await apiOf(home).setRoom.mutate({ room: jid, rejoinAfterKick: true });

  const crowd = await gather({ server, rooms, host, random: talk, every: plan.every });
  undo.push(crowd.close);
  const own = makeOwnWords(home, rooms.filter(({ busy }) => busy).map(({ jid }) => jid), say, OWN);
  undo.push(own.hush);
  const writers = makeWriters(server, alice, edit, EDIT);
  undo.push(writers.leave);
  const relayed = ['tablet', 'laptop'].map((stem) => smackLike(server, alice, stem));
  for (const device of relayed) undo.push(() => device.off(true));
  const anywhere = { host: '127.0.0.1', port: 0 };
  await apiOf(home).bouncer.on.mutate({ listen: anywhere, directTls: anywhere });
  const shown = rooms.slice(0, plan.busy * 2).map(({ jid }) => jid);
  const added = await apiOf(home).bouncer.addDevice.mutate({ name: 'phone' });
  const phone = await makePhone({ ...added, ca: readFileSync(added.ca, 'utf8') }, shown, NICK);
  undo.push(phone.close);
  for (const one of [...relayed, phone]) await one.on();
  const taken = async (): Promise<boolean> => (await apiOf(home).devices.query({})).filter(({ relay }) => relay).length === relayed.length;
  await until(taken, { what: 'the devices to be known', deadline: PEACE, every: 100 });
  const stage: Stage = { server, alice, home, link, random, tell: plan.tell, rooms, daemon, disk, crowd, own, writers, relayed, phone };
  await writers.comeBack();
  if (!(await writers.agree(home, PEACE))) throw new Error('the storages of the bookmarks never were one list: nobody may rewrite one that is not whole');
  await well(stage);
  crowd.talk();
  own.talk();
  writers.write();
  return stage;
}
