// bob talks, and everybody else means harm: a stranger, three occupants, a device at the bouncer, a user of this computer, and the
// disk. In the end a ledger: what was said, what is archived and what the phone has; streams, logins, memory, the process.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { isAlive, apiOf, makeHome, type Home } from '../daemon.ts';
import { dice, pick } from '../dice.ts';
import { connectPerson, type Person } from '../clients/person.ts';
import { compare, wordsOf, archived, type Comparison } from '../harm/ledger.ts';
import { makeSmallDisk } from '../harm/small-disk.ts';
import { newAccount, type Account, type SharedServer } from '../servers/server.ts';
import { until } from '../until.ts';
import { devices, locals, occupants, strangers, type Attack, type Targets } from './attacks.ts';

export interface HostilePlan {
  readonly seed: number;
  /** Milliseconds. */
  readonly time: number;
  /** Whether the disk is full at times; needs root. */
  readonly fullDisk: boolean;
  readonly tell?: (line: string) => void;
}

export interface HostileLedger {
  readonly rooms: readonly (Comparison & { readonly archive: boolean; readonly gaps: number })[];
  /** What bob said, on the phone. */
  readonly phone: Comparison;
  /** How often each was done. */
  readonly attacks: ReadonlyMap<string, number>;
  /** Why the account's stream ended, and how often; those by the disk apart. */
  readonly losses: ReadonlyMap<string, number>;
  readonly byDisk: number;
  readonly logins: number;
  readonly quarantined: number;
  /** Resident bytes at the start, the most, and at the end. */
  readonly memory: { readonly start: number; readonly most: number; readonly end: number };
  readonly uncaught: number;
  readonly samePid: boolean;
  /** The account still has its password. */
  readonly accountIsOurs: boolean;
}

const TALK = 150; // milliseconds between two messages of bob
const ATTACK = 60;
const FULL = 3_000; // milliseconds for which the disk is full
const QUIET = 90_000; // for all to be well in the end
const line = z.object({ msg: z.string(), about: z.object({ retryIn: z.number().optional(), device: z.string().optional() }).loose().optional() });

/** An enemy with a stream of its own, which comes again when it has been thrown out. */
interface Enemy {
  readonly name: string;
  readonly attacks: Readonly<Record<string, Attack>>;
  readonly connect: () => Promise<Person>;
  person?: Person | undefined;
  since: number;
}

const REST = 2_000; // milliseconds between two logins of an enemy

/** Lets them all at the daemon for a time, and accounts for each message. */
export async function hostile(server: SharedServer, plan: HostilePlan): Promise<HostileLedger> {
  const undo: (() => unknown)[] = [];
  const random = dice(plan.seed);
  const tell = plan.tell ?? (() => undefined);
  try {
    const disk = plan.fullDisk ? makeSmallDisk(96 + Math.ceil(plan.time / 60_000) * 24) : undefined;
    if (disk) undo.push(disk.remove);
    const home = makeHome(disk?.dir);
    undo.push(home.remove);
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const rooms = await Promise.all([true, false].map(async (archive) => ({ jid: await server.room({ archive }), archive })));
    await home.addAccount(server, alice);
    await home.start();
    const api = apiOf(home);
    await until(async () => (await api.status.query()).accounts[0]?.connection.state === 'online', { what: 'the login', deadline: QUIET });
    for (const { jid } of rooms) await api.join.mutate({ room: jid, nick: 'alice' });
    const talker = await connectPerson(server, bob.user, bob.password);
    undo.push(talker.close);
    for (const { jid } of rooms) await talker.join(jid, 'bob');
    await api.bouncer.on.mutate({ listen: { host: '127.0.0.1', port: 0 }, directTls: { host: '127.0.0.1', port: 0 } });
    const [own, stolen] = [await api.bouncer.addDevice.mutate({ name: 'phone' }), await api.bouncer.addDevice.mutate({ name: 'stolen' })];
    const atBouncer = (password: string, resource: string) => connectPerson(server, alice.user, password, { resource, port: own.port, ca: readFileSync(own.ca, 'utf8') });
    const phone = await atBouncer(own.password, 'phone');
    undo.push(phone.close);
    for (const { jid } of rooms) await phone.join(jid, 'alice');
    const { connection } = (await api.status.query()).accounts[0] ?? {};
    const targets: Targets = {
      random,
      domain: alice.jid.split('@')[1] ?? '',
      account: alice.jid,
      daemon: connection?.state === 'online' ? connection.jid : alice.jid,
      phone: phone.jid,
      rooms: rooms.map(({ jid }) => jid),
      talker: 'bob',
      ports: [own.port, own.directTlsPort, Number(new URL((await api.page.mutate()).url).port)],
    };
    const enemies = await enemiesOf(server, targets, () => atBouncer(stolen.password, 'stolen'));
    undo.push(() => enemies.forEach(({ person }) => person?.kill()));

    const [pid, memory] = [home.pid(), { start: 0, most: 0, end: 0 }];
    memory.start = memory.most = residentOf(pid);
    const [said, done, end] = [new Map<string, string[]>(), new Map<string, number>(), performance.now() + plan.time];
    const talking = talk(talker, targets.rooms, said, end);
    const filling = disk ? fill(disk, end, random, tell) : undefined;
    while (performance.now() < end) {
      await attack(enemies, targets, done, tell);
      memory.most = Math.max(memory.most, residentOf(pid));
      await pause(random() * 2 * ATTACK);
    }
    await Promise.all([talking, filling]);
    tell('the attack is over');

    const all = [...said.values()].flat().length;
    const onPhone = (): string[] => phone.stanzas.flatMap((stanza) => wordsOf(stanza)?.words ?? []).filter((words) => words.startsWith('bob: '));
    await until(async () => {
      const kept = await Promise.all(targets.rooms.map((room) => spoken(home, room)));
      return kept.flat().length >= all && onPhone().length >= all;
    }, { what: 'all that bob said', deadline: QUIET, every: 500 }).catch((error: unknown) => tell(String(error)));
    memory.end = residentOf(pid);
    const lines = home.log().split('\n').flatMap((text) => parsed(text));
    const ends = lines.filter(({ about }) => about?.retryIn !== undefined && about.device === undefined).map(({ msg }) => msg);
    const losses = new Map<string, number>();
    for (const why of ends.filter((one) => !isOfDisk(one))) losses.set(why, (losses.get(why) ?? 0) + 1);
    return {
      rooms: await Promise.all(rooms.map(async ({ jid, archive }) => {
        const gaps = await api.gaps.query({ room: jid });
        return { ...compare(said.get(jid) ?? [], await spoken(home, jid)), archive, gaps: gaps.length };
      })),
      phone: compare(targets.rooms.flatMap((room) => said.get(room) ?? []), onPhone().toSorted(byRoom)),
      attacks: done,
      losses,
      byDisk: ends.filter(isOfDisk).length,
      logins: lines.filter(({ msg, about }) => msg === 'logged in' && about?.device === undefined).length,
      quarantined: (await api.quarantine.query({})).length,
      memory,
      uncaught: lines.filter(({ msg }) => msg.includes('that nobody caught')).length,
      samePid: home.pid() === pid && isAlive(pid),
      accountIsOurs: await canLogIn(server, alice),
    };
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

async function enemiesOf(server: SharedServer, { rooms }: Targets, device: () => Promise<Person>): Promise<Enemy[]> {
  const accounts = await Promise.all(['stranger', 'eve', 'oscar', 'trudy'].map((name) => newAccount(server, name)));
  const enemies = accounts.map((account, n): Enemy => ({
    name: n === 0 ? 'a stranger' : `occupant ${n}`,
    attacks: n === 0 ? strangers : occupants,
    since: 0,
    async connect() {
      const person = await connectPerson(server, account.user, account.password);
      if (n > 0) for (const room of rooms) await person.join(room, `${account.user} ${Math.random().toString(36).slice(2, 8)}`);
      return person;
    },
  }));
  return [...enemies, {
    name: 'a stolen device',
    attacks: devices,
    since: 0,
    async connect() {
      const person = await device();
      for (const room of rooms) await person.join(room, 'alice');
      return person;
    },
  }];
}

/** One attack of somebody. What a server refuses, or ends a stream for, is no news: the enemy comes again. */
async function attack(enemies: readonly Enemy[], targets: Targets, done: Map<string, number>, tell: (line: string) => void): Promise<void> {
  const { random, ports } = targets;
  const note = (what: string): void => {
    done.set(what, (done.get(what) ?? 0) + 1);
    tell(what);
  };
  if (random() < 0.08) {
    const what = pick(Object.keys(locals), random);
    locals[what]?.(targets, pick(ports, random));
    return note(`a local user ${what}`);
  }
  const enemy = pick(enemies, random);
  const what = pick(Object.keys(enemy.attacks), random);
  enemy.person = await alive(enemy);
  enemy.person?.send(enemy.attacks[what]?.(targets) ?? '');
  if (enemy.person) note(`${enemy.name.replace(/ \d$/, '')} ${what}`);
}

/** The enemy's stream, or a new one where it was thrown out; `undefined` where it has to rest first. */
async function alive(enemy: Enemy): Promise<Person | undefined> {
  const { person } = enemy;
  if (person) {
    const gone = await Promise.race([person.next(() => false, { deadline: 1 }).catch((error: unknown) => String(error).includes('the stream ended')), pause(50, false)]);
    if (gone !== true) return person;
  }
  if (performance.now() - enemy.since < REST) return undefined;
  enemy.since = performance.now();
  return enemy.connect().catch(() => undefined); // refused for now
}

async function talk(talker: Person, rooms: readonly string[], said: Map<string, string[]>, end: number): Promise<void> {
  for (let n = 1; performance.now() < end; n += 1) {
    for (const room of rooms) {
      const body = `word ${n} in ${room === rooms[0] ? 'one' : 'two'}`;
      said.set(room, [...(said.get(room) ?? []), `bob: ${body}`]);
      talker.send(`<message to='${room}' type='groupchat' id='bob-${n}-${room.slice(0, 8)}'><body>${body}</body></message>`);
    }
    await pause(TALK);
  }
  await talker.settle();
}

async function fill(disk: { fill(): void; free(): void }, end: number, random: () => number, tell: (line: string) => void): Promise<void> {
  for (; ;) {
    await pause(10_000 + random() * 10_000);
    if (performance.now() + FULL > end) return;
    tell('the disk is full');
    const over = performance.now() + FULL;
    for (; performance.now() < over; await pause(50)) disk.fill(); // what is given back is taken again
    disk.free();
  }
}

async function spoken(home: Home, room: string): Promise<string[]> {
  return (await archived(apiOf(home), room)).filter((words) => /^bob: word \d+ in (?:one|two)$/.test(words));
}

/** One room after the other, each in the order in which it came. */
const byRoom = (a: string, b: string): number => Number(a.endsWith('two')) - Number(b.endsWith('two'));

function parsed(text: string): z.infer<typeof line>[] {
  try {
    return [line.parse(JSON.parse(text))];
  } catch {
    return []; // not every line is one of the log
  }
}

const isOfDisk = (why: string): boolean => /the disk (with the archive )?is full/i.test(why);

function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

async function canLogIn(server: SharedServer, { user, password }: Account): Promise<boolean> {
  const person = await connectPerson(server, user, password, { resource: 'proof', priority: null }).catch(() => undefined);
  await person?.close();
  return person !== undefined;
}

/** What is wrong with a ledger, one sentence each. */
export function wrongIn({ rooms, phone, losses, uncaught, samePid, accountIsOurs }: HostileLedger, minutes: number): string[] {
  const wrong: string[] = [];
  for (const { archive, lost, twice, gaps } of rooms) {
    if (lost > 0 || twice > 0) wrong.push(`${lost} lost and ${twice} twice in the room ${archive ? 'with' : 'without'} an archive (${gaps} holes on record)`);
  }
  if (phone.lost > 0 || phone.twice > 0) wrong.push(`${phone.lost} lost and ${phone.twice} twice on the phone`);
  const ended = [...losses.values()].reduce((sum, times) => sum + times, 0);
  if (ended > Math.max(1, minutes)) wrong.push(`the account’s stream was lost ${ended} times`);
  if (uncaught > 0) wrong.push(`${uncaught} errors that nobody caught`);
  if (!samePid) wrong.push('the process is another one');
  if (!accountIsOurs) wrong.push('the account’s password is not the one that it was');
  return wrong;
}

/** The ledger as lines to be read. */
export function linesOf({ rooms, phone, attacks, losses, byDisk, logins, quarantined, memory, samePid, accountIsOurs, uncaught }: HostileLedger): string[] {
  const mebi = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
  const told = ({ said, kept, lost, twice, outOfOrder }: Comparison): string => `${said} said, ${kept} there, ${lost} lost, ${twice} twice, ${outOfOrder} out of order`;
  return [
    ...[...attacks].toSorted(([a], [b]) => a.localeCompare(b)).map(([what, times]) => `${String(times).padStart(5)}  ${what}`),
    ...rooms.map((room) => `room ${room.archive ? 'with' : 'without'} an archive: ${told(room)}; ${room.gaps} holes on record`),
    `the phone at the bouncer: ${told(phone)}`,
    `stream: ${[...losses.values()].reduce((sum, times) => sum + times, 0)} losses, ${byDisk} by the full disk, ${logins} logins anew`,
    ...[...losses].map(([why, times]) => `  ${times} x ${why}`),
    `${quarantined} stanzas in quarantine; memory ${mebi(memory.start)} at the start, ${mebi(memory.most)} at most, ${mebi(memory.end)} at the end`,
    `process: ${samePid ? 'the first one' : 'ANOTHER ONE'}; errors that nobody caught: ${uncaught}; the account is ${accountIsOurs ? 'ours' : 'NOT OURS'}`,
  ];
}
