// Delay of a relayed message beside a direct occupant's, and CPU, of ours and of two others (bench/relay-made.ts).
// node bench/relay.ts [--seconds 6] [--devices 1,3,10] [--rates 1,50,500] [--kinds raw,ours,unkept,cloning] [--rounds 1]
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { createElement as xml } from 'ltx';
import { startProsody } from '../test/support/servers/prosody.ts';
import { connectPerson, type Person } from '../test/support/clients/person.ts';
import { until } from '../test/support/until.ts';
import { figure } from './figure.ts';
import { connectDevice, type BenchDevice } from './relay-device-made.ts';
import type { Task } from './relay-made.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    devices: { type: 'string', default: '1,3,10' },
    rates: { type: 'string', default: '1,50,500' },
    kinds: { type: 'string', default: 'raw,ours,unkept,cloning' },
    rounds: { type: 'string', default: '1' },
  },
});
const numbers = (text: string): number[] => text.split(',').map(Number);
const [SECONDS, ROUNDS] = [Number(values.seconds), Number(values.rounds)];
const [RATES, DEVICES, KINDS] = [numbers(values.rates), numbers(values.devices), values.kinds.split(',')];
/** Messages before the figures, so that code is compiled as in a daemon that is always on. */
const WARM_UP = 4000;
/** A relay that is so far behind does not keep up. */
const PATIENCE = 30_000;

interface Figures {
  readonly relayed: number[];
  readonly direct: number[];
  /** Microseconds a relayed message. */
  readonly cpu: number[];
}

const child = new URL('relay-made.ts', import.meta.url).pathname;
const server = await startProsody();
const figures = new Map<string, Figures>();

console.log('kind     devices  msg/s | relayed p50    p99 | direct p50    p99 | CPU us a relayed message');
for (const devices of DEVICES) for (let round = 0; round < ROUNDS; round += 1) for (const kind of KINDS) await measure(kind, devices, round);

console.log('');
const p99 = ({ relayed }: Figures): number => quantile(relayed, 0.99);
const micros = ({ cpu }: Figures): number => quantile(cpu, 0.5);
const inMs = (value: number): string => `${value.toFixed(1)} ms`;
const inUs = (value: number): string => `${value.toFixed(0)} us`;
compare('p99, ours to raw, 50/s and 10 devices', { a: 'ours 10 50', b: 'raw 10 50', goal: 'goal 1.1', value: p99 });
compare('p99, ours to raw, 500/s and 1 device', { a: 'ours 1 500', b: 'raw 1 500', goal: 'goal 1.1', value: p99 });
for (const rate of [50, 500]) {
  compare(`CPU, ours without the append to cloning, 3 devices, ${rate}/s`, { a: `unkept 3 ${rate}`, b: `cloning 3 ${rate}`, goal: 'goal 0.45', value: micros });
}
row('a relayed message, 10 devices, 50/s, p99', { a: 'ours 10 50', b: 'raw 10 50', beside: 'a relay of raw text, no archive', of: p99, unit: inMs });
row('a relayed message, 1 device, 500/s, p99', { a: 'ours 1 500', b: 'raw 1 500', beside: 'a relay of raw text, no archive', of: p99, unit: inMs });
row('CPU of it, 3 devices, 50/s, archive and all', { a: 'ours 3 50', b: 'cloning 3 50', beside: 'plain @xmpp/client, cloning, no archive', of: micros, unit: inUs });
row('CPU of it without our archive’s append', { a: 'unkept 3 50', b: 'cloning 3 50', beside: 'plain @xmpp/client, cloning, no archive', of: micros, unit: inUs });
await server.stop();
process.exit();

/** One relay with so many devices, at each rate. */
async function measure(kind: string, devices: number, round: number): Promise<void> {
  const [user, bob, password] = [`alice-${kind}-${devices}-${round}`, `bob-${kind}-${devices}-${round}`, 'secret'];
  await server.register(user, password);
  await server.register(bob, password);
  const room = await server.room({ archive: false });
  const talker = await connectPerson(server, bob, password, { resource: 'talker' });
  await talker.join(room, 'bob');
  const direct = await connectDevice(server, { user: bob, password, resource: 'direct' });
  direct.join(room, 'carol');
  const gadgets: BenchDevice[] = [];
  for (let n = 0; n < devices; n += 1) gadgets.push(await connectDevice(server, { user, password, resource: `device${n}` }));

  const relay = fork(child, [kind], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  relay.send({ server: address(), user, password, room, targets: gadgets.map(({ jid }) => jid) } satisfies Task);
  await once(relay, 'message');
  await talker.next((stanza) => stanza.name === 'presence' && stanza.attrs['from'] === `${room}/relay`, { what: 'the relay to be in the room', deadline: PATIENCE });
  const listeners = [direct, ...gadgets];
  const all = (total: number, what: string): Promise<unknown> =>
    until(() => listeners.every((one) => one.heard().size === total), { what: `${kind} to ${what}`, deadline: PATIENCE, every: 50 });
  for (const one of listeners) one.listen('warm');
  await talk(talker, { room, name: 'warm', total: WARM_UP, rate: Math.min(300, 1000 / devices) });
  await all(WARM_UP, 'relay');

  for (const rate of RATES) {
    const total = Math.max(20, rate * SECONDS);
    const name = `m${rate}`;
    for (const one of listeners) one.listen(name);
    const before = await cpuOf(relay);
    const sentAt = await talk(talker, { room, name, total, rate: rate === 1 ? 5 : rate }); // at 1/s too few to tell: 5/s, quiet between
    const kept = await all(total, 'have relayed all').then(() => true, () => false);
    const after = await cpuOf(relay);
    const delays = listeners.map((one) => [...one.heard()].map(([key, at]) => at - (sentAt.get(key) ?? 0)));
    report({ kind, devices, rate, delays, used: after - before, total: total * devices, kept });
    if (!kept) break;
  }
  relay.send('stop');
  await once(relay, 'exit');
  for (const one of listeners) one.close();
  await talker.close();
}

interface Measured {
  readonly kind: string;
  readonly devices: number;
  readonly rate: number;
  /** The direct occupant's, and each device's. */
  readonly delays: readonly (readonly number[])[];
  /** Microseconds of CPU. */
  readonly used: number;
  readonly total: number;
  readonly kept: boolean;
}

function report({ kind, devices, rate, delays, used, total, kept }: Measured): void {
  const [direct = [], ...others] = delays;
  const relayed = others.flat();
  const cpu = used / total;
  const key = `${kind} ${devices} ${rate}`;
  const known = figures.get(key) ?? { relayed: [], direct: [], cpu: [] };
  known.relayed.push(...relayed);
  known.direct.push(...direct);
  known.cpu.push(cpu);
  figures.set(key, known);
  const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(9);
  const line = `${kind.padEnd(8)} ${String(devices).padStart(7)} ${String(rate).padStart(6)} | ${ms(quantile(relayed, 0.5))} ${ms(quantile(relayed, 0.99))} | ${ms(quantile(direct, 0.5))} ${ms(quantile(direct, 0.99))} | ${cpu.toFixed(0)}`;
  console.log(kept ? line : `${line} did not keep up: ${total - relayed.length} of ${total} not relayed within ${PATIENCE / 1000} s`);
}

function compare(what: string, { a, b, goal, value }: { a: string; b: string; goal: string; value: (of: Figures) => number }): void {
  const [left, right] = [figures.get(a), figures.get(b)];
  if (left && right) console.log(`${what}: ${(value(left) / value(right)).toFixed(2)} (${goal})`);
}

/** The same for README's table. */
function row(what: string, { a, b, beside, of, unit }: { a: string; b: string; beside: string; of: (figures: Figures) => number; unit: (value: number) => string }): void {
  const [left, right] = [figures.get(a), figures.get(b)];
  if (left && right) figure({ what, minimix: unit(of(left)), beside: `${beside}: ${unit(of(right))}`, ratio: of(left) / of(right) });
}

/** Says so many at that rate; when each was written, by the first two words of its body. */
async function talk(who: Person, { room, name, total, rate }: { room: string; name: string; total: number; rate: number }): Promise<Map<string, number>> {
  const sentAt = new Map<string, number>();
  const began = performance.now();
  for (let n = 0; n < total; n += 1) {
    const wait = began + (n * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => { setTimeout(resolve, wait); });
    const key = `${name} ${n}`;
    sentAt.set(key, performance.now());
    who.send(xml('message', { to: room, type: 'groupchat', id: `${name}-${n}` }, xml('body', {}, `${key} ${'and what people say in a room '.repeat(5)}`)));
  }
  return sentAt;
}

async function cpuOf(relay: ChildProcess): Promise<number> {
  relay.send('cpu');
  const [answer] = (await once(relay, 'message')) as [number];
  return answer;
}

function quantile(given: readonly number[], q: number): number {
  const sorted = given.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

function address(): Task['server'] {
  const { kind, domain, host, port, directTlsPort, httpPort, caFile, ca, fingerprint, archivedRooms, plainRooms, dir, log } = server;
  return { kind, domain, host, port, directTlsPort, httpPort, caFile, ca, fingerprint, archivedRooms, plainRooms, dir, log };
}
