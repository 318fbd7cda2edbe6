// The reckoning of a soak: waits for peace, then holds what the archive and each device have against what was said.
import pLimit from 'p-limit';
import { apiOf } from '../daemon.ts';
import { once, type Gadget } from '../clients/gadget.ts';
import { PEACE } from '../harm/harms.ts';
import { archived, compare, differences, misplaced, type Comparison } from '../harm/ledger.ts';
import { until } from '../until.ts';
import type { HarmName, Stage } from './harms.ts';
import { weigh, type Memory } from './memory.ts';
import type { Taken } from './own-words.ts';
import type { Sample } from './upset-contract.ts';

export interface RoomsLine extends Comparison {
  readonly what: string;
  readonly rooms: number;
  /** Holes on record. */
  readonly gaps: number;
}

export interface DeviceLine extends Comparison {
  readonly what: string;
  /** Came again under an id that the device has, and was dropped by it. */
  readonly repeated: number;
}

export interface SoakLedger {
  readonly harms: ReadonlyMap<HarmName, number>;
  /** Harms that did not end well, one sentence each. */
  readonly failed: readonly string[];
  readonly rooms: readonly RoomsLine[];
  readonly devices: readonly DeviceLine[];
  /** Alice's own words: those that `say` has taken, those that she is asked about, those lost without a word, those said more than once. */
  readonly own: { readonly taken: number; readonly asked: number; readonly missing: number; readonly twice: number };
  /** `equal`: all storages and the daemon ended with one list. */
  readonly bookmarks: { readonly edits: number; readonly equal: boolean };
  readonly memory: Memory;
}

const SHOWN = 20; // of what is odd, a room
const ROOMS_AT_ONCE = 8;
const LOG_TAIL = 6000; // characters, where something is wrong


interface Made {
  readonly done: ReadonlyMap<HarmName, number>;
  readonly failed: readonly string[];
  readonly taken: readonly Taken[];
  readonly samples: readonly Sample[];
}

export async function account(stage: Stage, { done, failed, taken, samples }: Made): Promise<SoakLedger> {
  const truth = stage.crowd.truth();
  const rooms = await roomLines(stage, truth);
  const shown = new Set(stage.phone.rooms);
  const ofPhone = new Map([...truth].filter(([room]) => shown.has(room)));
  const devices = [
    ...(await Promise.all(stage.relayed.map((device, n) => deviceLine(stage, `relayed device ${n + 1}`, device, truth)))),
    await deviceLine(stage, 'the phone (bouncer)', stage.phone, ofPhone),
  ];
  const equal = await stage.writers.agree(stage.home, PEACE);
  const ledger = { harms: done, failed, rooms, devices, own: await ownWords(stage, truth, taken), bookmarks: { edits: stage.writers.edits(), equal }, memory: weigh(samples) };
  if (wrongIn(ledger).length > 0) stage.tell(stage.home.log().slice(-LOG_TAIL));
  return ledger;
}

type Truth = ReadonlyMap<string, readonly string[]>;

async function roomLines(stage: Stage, truth: Truth): Promise<RoomsLine[]> {
  // a few at a time: the daemon that is asked is one process, and a loaded machine would let all wait for all
  const limit = pLimit(ROOMS_AT_ONCE);
  const found = await Promise.all(
    stage.rooms.map(({ jid, archive, busy }) => limit(async () => {
      const said = truth.get(jid) ?? [];
      let kept: string[] = [];
      const whole = async (): Promise<boolean> => {
        kept = await archived(apiOf(stage.home), jid);
        return archive ? kept.join('\n') === said.join('\n') : kept.length >= said.length && kept.at(-1) === said.at(-1);
      };
      await until(whole, { what: 'peace', deadline: PEACE, every: 500 }).catch(() => stage.tell(`${jid} is not whole`));
      if (kept.join('\n') !== said.join('\n')) stage.tell(`${jid}: ${differences(said, kept)}`);
      // asked again where the connection was about to be closed for having been idle
      const holes = await until(() => apiOf(stage.home).gaps.query({ room: jid }), { what: 'the holes', deadline: PEACE });
      for (const { from, to, cause } of holes) stage.tell(`${jid}: a hole from ${from.slice(11, 23)} to ${to.slice(11, 23)}: ${cause}`);
      const gaps = holes.length;
      return { what: `${busy ? 'busy' : 'quiet'} rooms ${archive ? 'with' : 'without'} an archive`, gaps, ...compare(said, kept) };
    })),
  );
  return [...Map.groupBy(found, ({ what }) => what)].map(([what, all]) => ({ what, rooms: all.length, gaps: all.reduce((sum, { gaps }) => sum + gaps, 0), ...sumOf(all) }));
}

async function deviceLine(stage: Stage, what: string, device: Gadget, truth: Truth): Promise<DeviceLine> {
  const wanted = [...truth.values()].reduce((sum, words) => sum + words.length, 0);
  const enough = (): boolean => once(device.heard()).filter(({ room }) => truth.has(room)).length >= wanted;
  await until(enough, { what: 'all of it', deadline: PEACE, every: 500 }).catch(() => stage.tell(`${what} has not all`));
  const heard = Map.groupBy(once(device.heard()), ({ room }) => room);
  const lines = [...truth].map(([room, said]) => {
    const had = (heard.get(room) ?? []).map(({ words }) => words);
    const line = compare(said, had);
    if (line.lost + line.twice + line.outOfOrder > 0) stage.tell(`${what}, ${room}: ${differences(said, had)}`);
    if (line.outOfOrder > 0) stage.tell(`${what}, ${room}, out of order: ${moved(said, had)}`);
    return line;
  });
  return { what, repeated: device.heard().length - once(device.heard()).length, ...sumOf(lines) };
}

/** What came too late or too early, and behind what, for whoever must find out why. */
function moved(said: readonly string[], had: readonly string[]): string {
  const few = misplaced(said, had).slice(0, SHOWN);
  return few.map((at) => `${had[at]} (said as ${said.indexOf(had[at] ?? '')} behind ${said[said.indexOf(had[at] ?? '') - 1]}, heard as ${at} behind ${had[at - 1]})`).join('; ');
}

function sumOf(all: readonly Comparison[]): Comparison {
  const sum = (of: (one: Comparison) => number): number => all.reduce((so, one) => so + of(one), 0);
  return { said: sum(({ said }) => said), kept: sum(({ kept }) => kept), lost: sum(({ lost }) => lost), twice: sum(({ twice }) => twice), outOfOrder: sum((one) => one.outOfOrder) };
}

/** Whatever nick she had when the room took them. */
async function ownWords({ home, tell }: Stage, truth: Truth, taken: readonly Taken[]): Promise<SoakLedger['own']> {
  const outbox = await apiOf(home).outbox.list.query({});
  for (const one of outbox) tell(`she is asked: ${JSON.stringify(one)}`);
  const waiting = new Set(outbox.map(({ body }) => body));
  const times = taken.map(({ room, body }) => (truth.get(room) ?? []).filter((words) => words.endsWith(`: ${body}`)).length);
  const missing = taken.filter(({ body }, n) => times[n] === 0 && !waiting.has(body)).length;
  return { taken: taken.length, asked: waiting.size, missing, twice: times.filter((n) => n > 1).length };
}

/** What must not be, one sentence each; the memory is judged by whoever let it run long enough. */
export function wrongIn({ failed, rooms, devices, own, bookmarks }: Omit<SoakLedger, 'memory'>): string[] {
  return [
    ...failed,
    ...[...rooms, ...devices].filter(({ lost }) => lost > 0).map(({ what, lost }) => `${what}: ${lost} lost`),
    ...[...rooms, ...devices].filter(({ twice }) => twice > 0).map(({ what, twice }) => `${what}: ${twice} doubled`),
    ...(own.missing > 0 ? [`${own.missing} of alice’s own words are missing`] : []),
    ...(own.twice > 0 ? [`${own.twice} of alice’s own words were said twice`] : []),
    ...(bookmarks.equal ? [] : ['the storages of the bookmarks do not agree']),
  ];
}

/** What stands in another order than the room's. */
export function misorderedIn({ rooms, devices }: Pick<SoakLedger, 'rooms' | 'devices'>): string[] {
  return [...rooms, ...devices].filter(({ outOfOrder }) => outOfOrder > 0).map(({ what, outOfOrder }) => `${what}: ${outOfOrder} out of order`);
}
