// What a week brings. Each harm begins when all is well, and ends when the daemon can be well again.
import { setTimeout as pause } from 'node:timers/promises';
import { apiOf } from '../daemon.ts';
import { pick, shuffled } from '../dice.ts';
import type { Gadget } from '../clients/gadget.ts';
import { blackHole, cut, diskFull, online, PEACE, type Victim } from '../harm/harms.ts';
import { archived } from '../harm/ledger.ts';
import { administer } from '../rooms/owner.ts';
import type { Account, XmppServer } from '../servers/server.ts';
import type { SmallDisk } from '../harm/small-disk.ts';
import { until } from '../until.ts';
import type { Crowd, SoakRoom } from './crowd.ts';
import type { SoakDaemon } from './daemon.ts';
import type { OwnWords } from './own-words.ts';
import type { Phone } from './phone.ts';
import type { Writers } from './writers.ts';

export interface Stage extends Victim {
  readonly server: XmppServer;
  readonly alice: Account;
  readonly rooms: readonly SoakRoom[];
  readonly daemon: SoakDaemon;
  readonly disk: SmallDisk | undefined;
  readonly crowd: Crowd;
  readonly own: OwnWords;
  readonly writers: Writers;
  /** Those on the account's server; the phone comes in through the bouncer. */
  readonly relayed: readonly Gadget[];
  readonly phone: Phone;
}

export const NICK = 'alice';

type Harm = (stage: Stage) => Promise<void>;

export const harms = {
  cut,
  'black hole': blackHole,
  'server restart': restart,
  'DNS gone': dnsGone,
  'clock jump': clockJump,
  sleep,
  'disk full': (stage: Stage) => (stage.disk ? diskFull(stage, stage.disk) : Promise.resolve()),
  kick,
  'nick fight': nickFight,
  'a device goes': deviceGoes,
  'the phone’s link': phoneLink,
} satisfies Record<string, Harm>;

export type HarmName = keyof typeof harms;

/** Each harm as often as any other, in an order that the seed makes. */
export function* dealt(names: readonly HarmName[], random: () => number): Generator<HarmName, never> {
  for (;;) yield* shuffled(names, random);
}

/** All rooms as they should be, and the archive without a catch-up under way. */
export async function well(stage: Stage): Promise<void> {
  await online(stage);
  const joined = async (): Promise<boolean> => (await apiOf(stage.home).rooms.query({})).filter(({ state }) => state === 'joined').length === stage.rooms.length;
  await until(joined, { what: 'alice to be in all rooms', deadline: PEACE, every: 200 });
}

/** Nothing that was said is still on its way to the archive. */
async function kept(stage: Stage): Promise<void> {
  const truth = stage.crowd.truth();
  for (const { jid } of stage.rooms) {
    const wanted = truth.get(jid)?.length ?? 0;
    if (wanted === 0) continue;
    const has = async (): Promise<boolean> => (await archived(apiOf(stage.home), jid)).length >= wanted;
    await until(has, { what: `all of ${jid} to be kept`, deadline: PEACE, every: 200 }).catch(() => stage.tell(`${jid} is not whole`));
  }
}

/** What is said while a server goes down is lost for all: so all fall silent first. A crash forgets what waits for a session. */
async function restart(stage: Stage): Promise<void> {
  const { crowd, own, writers, server, random, tell } = stage;
  await well(stage);
  await own.hush();
  await crowd.leave();
  await writers.leave();
  await kept(stage);
  const crash = random() < 0.5;
  const gone = stage.relayed.filter((device) => device.isOn());
  await server.halt({ crash });
  for (const device of gone) await device.off(false);
  await pause(random() * 3000);
  await server.restart();
  for (const device of gone) await device.on();
  await crowd.comeBack();
  await writers.comeBack();
  await well(stage); // a room of which nobody hears what was said before does not tell it again
  crowd.talk();
  own.talk();
  writers.write();
  tell(`server ${crash ? 'crash' : 'restart'}`);
}

async function dnsGone(stage: Stage): Promise<void> {
  const { daemon, link, random, tell } = stage;
  await online(stage);
  await daemon.upset({ dns: false });
  link.cut();
  const gone = 1000 + random() * 5000;
  await pause(gone);
  await daemon.upset({ dns: true });
  tell(`DNS gone: for ${Math.round(gone)} ms`);
}

/** Wrong by a minute, hours or days, with a cut in half of the cases; then it is set right. */
async function clockJump(stage: Stage): Promise<void> {
  const { daemon, link, random, tell } = stage;
  await online(stage);
  const minutes = pick([1, 20, 400, 3000], random) * (0.5 + random()) * (random() < 0.5 ? -1 : 1);
  await daemon.upset({ clock: Math.round(minutes * 60_000) });
  await pause(1000 + random() * 2000);
  const broken = random() < 0.5;
  if (broken) link.cut();
  await pause(random() * 3000);
  await daemon.upset({ clock: 0 });
  tell(`clock jump: by ${Math.round(minutes)} minutes${broken ? ', and a cut' : ''}`);
}

/** In half of the cases the network is gone when it wakes. */
async function sleep(stage: Stage): Promise<void> {
  const { daemon, link, random, tell } = stage;
  await online(stage);
  daemon.sleep();
  const asleep = 1000 + random() * 6000;
  await pause(asleep);
  const elsewhere = random() < 0.5;
  if (elsewhere) link.cut();
  daemon.wake();
  tell(`sleep: for ${Math.round(asleep)} ms${elsewhere ? ', and wakes in another network' : ''}`);
}

/** 307; the person has set that the clock brings us back. */
async function kick(stage: Stage): Promise<void> {
  const { rooms, home, random, tell } = stage;
  await well(stage);
  const { jid } = pick(rooms.filter(({ busy }) => busy), random);
  const nickNow = async (): Promise<string> => (await apiOf(home).rooms.query({})).find(({ room }) => room === jid)?.nick ?? NICK;
  await throwOut(stage, jid, nickNow);
  await inRoom(stage, jid, () => true);
  tell(`kick from ${jid}`);
}

/** Somebody has the nick when we come back; once they are gone, it is ours again. */
async function nickFight(stage: Stage): Promise<void> {
  const { crowd, rooms, random, tell } = stage;
  await well(stage);
  const { jid } = pick(rooms.filter(({ busy }) => busy), random);
  await inRoom(stage, jid, (nick) => nick === NICK);
  await throwOut(stage, jid, async () => NICK);
  const rival = await crowd.stranger(jid, NICK);
  await inRoom(stage, jid, (nick) => nick !== NICK);
  await pause(random() * 1000);
  await rival.close();
  await inRoom(stage, jid, (nick) => nick === NICK);
  tell(`nick fight in ${jid}`);
}

/** The room may have lost her before the daemon has noticed (a cut, a hole): then she is `item-not-found` until she is back. */
async function throwOut({ crowd }: Stage, room: string, nick: () => Promise<string>): Promise<void> {
  const thrown = async (): Promise<boolean> => {
    await administer(crowd.host(), room, { nick: await nick(), role: 'none' }, 'for the soak');
    return true;
  };
  await until(thrown, { what: `alice to be thrown out of ${room}`, deadline: PEACE, every: 500 });
}

async function inRoom({ home }: Stage, room: string, fits: (nick: string | undefined) => boolean): Promise<void> {
  const isIn = async (): Promise<boolean> =>
    (await apiOf(home).rooms.query({})).some((one) => one.room === room && one.state === 'joined' && fits(one.nick));
  await until(isIn, { what: `alice to be in ${room} again`, deadline: PEACE, every: 200 });
}

async function deviceGoes(stage: Stage): Promise<void> {
  const { relayed, phone, random, tell } = stage;
  await online(stage);
  const device = pick<Gadget>([...relayed, phone], random);
  const kindly = random() < 0.5;
  await device.off(kindly);
  await pause(random() * 4000);
  await device.on();
  tell(`${device === phone ? 'the phone' : 'a relayed device'} ${kindly ? 'went' : 'crashed'} and came back`);
}

async function phoneLink({ phone, random, tell }: Stage): Promise<void> {
  const silent = random() < 0.5;
  if (silent) {
    phone.link.swallow();
    await pause(500 + random() * 4000);
    phone.link.restore();
  } else phone.link.cut();
  tell(`the phone’s link: ${silent ? 'black hole' : 'cut'}`);
}
