// Delay of a relayed message beside a direct occupant's, and CPU, of ours and of two others (bench/relay-made.ts).
// node bench/relay.ts [SECONDS]
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createElement as xml, type Element } from 'ltx';
import { startProsody } from '../test/support/prosody.ts';
import { connectPerson, type Person } from '../test/support/person.ts';
import { until } from '../test/support/until.ts';
import type { Cpu, Task } from './relay-made.ts';

const SECONDS = Number(process.argv[2] ?? 6);
const RATES = [1, 50, 500];
const DEVICES = [1, 3, 10];
const KINDS = ['raw', 'ours', 'cloning'] as const;
/** Before each figure, so that code is compiled and caches are warm. */
const WARM_UP = 200;

const child = new URL('relay-made.ts', import.meta.url).pathname;
const server = await startProsody();
const p99s = new Map<string, number>();
const cpus = new Map<string, number>();

console.log('kind     devices  msg/s | relayed p50    p99 | direct p50    p99 | CPU us a relayed message (without archive)');
for (const devices of DEVICES) for (const kind of KINDS) await measure(kind, devices);

/** One relay with so many devices, at each rate. */
async function measure(kind: (typeof KINDS)[number], devices: number): Promise<void> {
  const [user, password] = [`alice-${kind}-${devices}`, 'secret'];
  await server.register(user, password);
  const bob = `bob-${kind}-${devices}`;
  await server.register(bob, password);
  const room = await server.room({ archive: false });
  const talker = await connectPerson(server, bob, password, { resource: 'talker' });
  await talker.join(room, 'bob');
  const direct = await connectPerson(server, bob, password, { resource: 'direct' });
  await direct.join(room, 'carol');
  const gadgets: Person[] = [];
  for (let n = 0; n < devices; n += 1) gadgets.push(await connectPerson(server, user, password, { resource: `device${n}`, features: ['urn:minimix:relay:0'] }));

  const relay = fork(child, [kind], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  relay.send({ server: address(), user, password, room, targets: gadgets.map(({ jid }) => jid) } satisfies Task);
  await once(relay, 'message');
  await direct.next((stanza) => stanza.name === 'presence' && stanza.attrs['from'] === `${room}/relay`, { what: 'the relay to be in the room' });
  await talk(talker, room, 'warm', WARM_UP, 200);
  await until(() => gadgets.every((one) => count(one, 'warm') === WARM_UP), { what: `${kind} to relay`, deadline: 20_000 });

  for (const rate of RATES) {
    const total = Math.max(20, rate * SECONDS);
    const name = `m${rate}`;
    const seen = watch([direct, ...gadgets], name);
    const before = await cpuOf(relay);
    const sentAt = await talk(talker, room, name, total, rate === 1 ? 5 : rate); // at 1/s too few to tell: 5/s, quiet between
    await until(() => seen.every((times) => times.size === total), { what: `${kind} to have relayed all`, deadline: 30_000 });
    const after = await cpuOf(relay);
    const delays = seen.map((times) => [...times].map(([body, at]) => at - (sentAt.get(body) ?? 0)));
    const relayed = delays.slice(1).flat();
    const [own, all] = [after.archive - before.archive, after.all - before.all].map((used) => used / (total * devices));
    const [p50, p99, d50, d99] = [quantile(relayed, 0.5), quantile(relayed, 0.99), quantile(delays[0] ?? [], 0.5), quantile(delays[0] ?? [], 0.99)];
    p99s.set(`${kind} ${devices} ${rate}`, p99);
    cpus.set(`${kind} ${devices} ${rate}`, (all ?? 0) - (own ?? 0));
    const ms = (value: number): string => `${value.toFixed(1)} ms`.padStart(9);
    console.log(`${kind.padEnd(8)} ${String(devices).padStart(7)} ${String(rate).padStart(6)} | ${ms(p50)} ${ms(p99)} | ${ms(d50)} ${ms(d99)} | ${(all ?? 0).toFixed(0)} (${((all ?? 0) - (own ?? 0)).toFixed(0)})`);
  }
  relay.kill();
  await Promise.all([talker, direct, ...gadgets].map((one) => one.close()));
}

const ratio = (of: Map<string, number>, a: string, b: string): string => ((of.get(a) ?? NaN) / (of.get(b) ?? NaN)).toFixed(2);
console.log(`p99, ours to raw, 50/s and 10 devices: ${ratio(p99s, 'ours 10 50', 'raw 10 50')} (goal 1.1)`);
console.log(`p99, ours to raw, 500/s and 1 device: ${ratio(p99s, 'ours 1 500', 'raw 1 500')} (goal 1.1)`);
console.log(`CPU without archive, ours to cloning, 3 devices, 50/s: ${ratio(cpus, 'ours 3 50', 'cloning 3 50')}, 500/s: ${ratio(cpus, 'ours 3 500', 'cloning 3 500')} (goal 0.45)`);
await server.stop();
process.exit();

/** Says so many at that rate; when each was written, by its body. */
async function talk(who: Person, room: string, name: string, total: number, rate: number): Promise<Map<string, number>> {
  const sentAt = new Map<string, number>();
  const began = performance.now();
  for (let n = 0; n < total; n += 1) {
    const wait = began + (n * 1000) / rate - performance.now();
    if (wait > 0) await new Promise((resolve) => { setTimeout(resolve, wait); });
    const body = `${name} ${n} ${'and what people say in a room '.repeat(5)}`;
    sentAt.set(body, performance.now());
    who.send(xml('message', { to: room, type: 'groupchat', id: `${name}-${n}` }, xml('body', {}, body)));
  }
  return sentAt;
}

/** When each message of that name reached each of them, by its body. A hook on the list that a person keeps: no queue. */
function watch(people: readonly Person[], name: string): Map<string, number>[] {
  return people.map((person) => {
    const times = new Map<string, number>();
    const list = person.stanzas as Element[];
    list.push = (...stanzas) => {
      for (const stanza of stanzas) {
        const body = bodyOf(stanza);
        if (body?.startsWith(`${name} `)) times.set(body, performance.now());
      }
      return Array.prototype.push.apply(list, stanzas);
    };
    return times;
  });
}

function count(person: Person, name: string): number {
  return person.stanzas.filter((stanza) => bodyOf(stanza)?.startsWith(`${name} `)).length;
}

function bodyOf(stanza: Element): string | undefined {
  const inner = stanza.getChild('received')?.getChild('forwarded')?.getChild('message') ?? stanza;
  return inner.getChildText('body') ?? undefined;
}

async function cpuOf(relay: ChildProcess): Promise<Cpu> {
  relay.send('cpu');
  const [answer] = (await once(relay, 'message')) as [Cpu];
  return answer;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}

function address(): Task['server'] {
  const { kind, domain, host, port, directTlsPort, httpPort, caFile, ca, fingerprint, archivedRooms, plainRooms, dir, log } = server;
  return { kind, domain, host, port, directTlsPort, httpPort, caFile, ca, fingerprint, archivedRooms, plainRooms, dir, log };
}
