// The main job, to be watched: a sandbox server, bob talking in a room, alice's daemon, and a second resource
// of alice's that has not joined and prints what the daemon relays to it. `--once` stops after ten messages
// and counts.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createElement as xml, type Element } from 'ltx';
import { oneLine } from '../src/core/printable.ts';
import { connectPerson, type Person } from '../test/support/clients/person.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import type { ServerAddress } from '../test/support/servers/server.ts';
import { until } from '../test/support/until.ts';

const ENOUGH = 10; // messages, with --once
const DEADLINE = 120_000; // milliseconds, with --once
const CALM = 2000; // milliseconds between two messages of bob's
const BRISK = 100; // the same, with --once
const PASSWORD = 'demo';
const minimix = fileURLToPath(new URL('../bin/minimix', import.meta.url));

interface Sandbox {
  readonly server: ServerAddress;
  readonly room: string;
  readonly home: string;
  readonly alice: string;
}

/** Each step's opposite, done in reverse order at the end, whatever the end was. */
const undo: (() => Promise<unknown>)[] = [];

async function openSandbox(): Promise<Sandbox> {
  const server = await startProsody();
  undo.push(server.stop);
  const alice = await server.register('alice', PASSWORD);
  await server.register('bob', PASSWORD);
  const room = await server.room({ archive: true, name: 'balcony' });
  const home = await mkdtemp(join(tmpdir(), 'minimix-demo-'));
  undo.push(() => rm(home, { recursive: true, force: true }));
  return { server, room, home, alice };
}

/** A second resource of alice's: it takes the relay (it says so by XEP-0030) and is in no room. */
async function openPhone({ server, room }: Sandbox): Promise<Person> {
  const phone = await connectPerson(server, 'alice', PASSWORD, {
    resource: 'phone',
    features: ['urn:minimix:relay:0'],
  });
  undo.push(phone.close);
  const conference = xml(
    'conference',
    { xmlns: 'urn:xmpp:bookmarks:1', autojoin: 'true' },
    xml('nick', {}, 'alice'),
  );
  const publish = xml('publish', { node: 'urn:xmpp:bookmarks:1' }, xml('item', { id: room }, conference));
  await phone.iq(
    xml('iq', { type: 'set' }, xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, publish)),
  );
  return phone;
}

/** One command of the real command line; resolves with what it printed. */
async function run(home: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(minimix, ['--home', home, ...args], {
    env: { ...process.env, MINIMIX_KEYRING: 'off' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`minimix ${args.join(' ')}: ${complaint.trim()}`);
  return out;
}

async function list(home: string, args: readonly string[]): Promise<Record<string, unknown>[]> {
  const lines = (await run(home, [...args, '--json'])).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Adds alice and starts her daemon; resolves with the page's one-time address. */
async function startDaemon({ server, home, alice, room }: Sandbox): Promise<string> {
  const where = ['--server', `${server.host}:${server.port}`, '--ca', server.caFile];
  await run(home, ['account', 'add', alice, ...where, '--password-stdin'], `${PASSWORD}\n`);
  const daemon = spawn(minimix, ['--home', home, 'run'], {
    env: { ...process.env, MINIMIX_KEYRING: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  undo.push(() => end(daemon));
  let complaint = '';
  let said = '';
  daemon.stderr
    .setEncoding('utf8')
    .on('data', (chunk: string) => (complaint = (complaint + chunk).slice(-4000)));
  daemon.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  daemon.once('exit', (code) => {
    if (!stopping.signal.aborted) stopping.abort(new Error(`the daemon ended with ${code}:\n${complaint}`));
  });
  const page = await until(() => /http:\S+/.exec(said)?.[0] ?? '', {
    what: 'the daemon to say where the page is',
    deadline: 60_000, // a first start, with other work beside it
  });
  const joined = async (): Promise<boolean> =>
    (await list(home, ['rooms'])).some((entry) => entry['room'] === room && entry['state'] === 'joined');
  const known = async (): Promise<boolean> =>
    (await list(home, ['devices'])).some((entry) => entry['resource'] === 'phone' && entry['relay'] === true);
  await until(joined, { what: "alice's daemon to join the bookmarked room", deadline: 60_000, every: 200 });
  await until(known, { what: "the phone to be known to alice's daemon", deadline: 60_000, every: 200 });
  return page;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = setTimeout(() => child.kill('SIGKILL'), 12_000);
  await exited;
  clearTimeout(overdue);
}

/** What bob said, by its text, and when; each text once. */
async function talk({ server, room }: Sandbox, { most, pace, sent }: { most: number; pace: number; sent: Map<string, number> }): Promise<void> {
  const bob = await connectPerson(server, 'bob', PASSWORD);
  undo.push(bob.close);
  await bob.join(room, 'bob');
  for (let n = 1; n <= most && !stopping.signal.aborted; n += 1) {
    const body = `Message ${n}: ${VERSES[n % VERSES.length]}`;
    sent.set(body, performance.now());
    await bob.say(room, body);
    if (n < most) await pause(pace, undefined, { signal: stopping.signal });
  }
}

/** Prints each relayed message with its delay, until `most` have come. */
async function listen(
  phone: Person,
  most: number,
  sent: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const delays = new Map<string, number>();
  while (delays.size < most) {
    const deadline = most === Infinity ? 2 ** 31 - 1 : DEADLINE;
    const stanza = await phone.next((candidate) => forwardedIn(candidate) !== undefined, { deadline });
    const message = forwardedIn(stanza);
    const body = message?.getChildText('body') ?? '';
    const at = sent.get(body);
    if (at === undefined) continue;
    delays.set(body, performance.now() - at);
    const [room = '', nick = ''] = String(message?.attrs['from']).split('/', 2);
    console.log(
      `  ${room.split('@')[0]}  <${oneLine(nick)}> ${oneLine(body)}  (${delays.get(body)?.toFixed(1)} ms)`,
    );
  }
  return delays;
}

function forwardedIn(stanza: Element): Element | undefined {
  const received = stanza.getChild('received', 'urn:xmpp:carbons:2');
  return received?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message');
}

const VERSES = [
  'But, soft! what light through yonder window breaks?',
  'It is the east, and Juliet is the sun.',
  'She speaks, yet she says nothing.',
  'What man art thou, that, thus bescreen’d in night, so stumblest on my counsel?',
  'With love’s light wings did I o’erperch these walls.',
];

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * Counts what was sent, what the daemon's archive has, and what reached the phone; true where the three
 * agree.
 */
async function count(
  sandbox: Sandbox,
  sent: Map<string, number>,
  delays: Map<string, number>,
): Promise<boolean> {
  const kept = await list(sandbox.home, ['history', sandbox.room, '--limit', '500']);
  const archived = kept.filter(
    ({ nick, body }) => nick === 'bob' && typeof body === 'string' && sent.has(body),
  ).length;
  console.log(`\nsent          ${sent.size}`);
  console.log(`archived      ${archived}`);
  console.log(`relayed       ${delays.size}`);
  console.log(`median delay  ${median([...delays.values()]).toFixed(1)} ms`);
  return sent.size === ENOUGH && archived === sent.size && delays.size === sent.size;
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

async function demo(brief: boolean): Promise<boolean> {
  console.log('A sandbox server starts, and alice’s daemon logs in to it …');
  const sandbox = await openSandbox();
  const phone = await openPhone(sandbox);
  const page = await startDaemon(sandbox);
  console.log(`One-time login link for the web page: ${page}`);
  if (!brief) console.log(`To look around: bin/minimix --home ${sandbox.home} rooms`);
  console.log(`Bob talks in ${sandbox.room}. Alice’s phone has not joined; the daemon relays to it:\n`);
  const most = brief ? ENOUGH : Infinity;
  const sent = new Map<string, number>();
  const [delays] = await Promise.all([
    listen(phone, most, sent),
    talk(sandbox, { most, pace: brief ? BRISK : CALM, sent }),
  ]);
  return await count(sandbox, sent, delays);
}

/** Aborted with why the demo ends before its time. */
const stopping = new AbortController();
const interrupted = new Error('interrupted');
const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping.signal.aborted) process.exit(130);
    stopping.abort(interrupted);
  });
}
if (values.once)
  setTimeout(() => stopping.abort(new Error(`it took more than ${DEADLINE / 1000} s`)), DEADLINE).unref();
const stopped = new Promise<never>((_resolve, reject) => {
  stopping.signal.addEventListener('abort', () => reject(asError(stopping.signal.reason)), { once: true });
});
let exitCode = 1;
try {
  exitCode = (await Promise.race([demo(values.once), stopped])) ? 0 : 1;
} catch (error) {
  if (error === interrupted && !values.once) exitCode = 0;
  else console.error(`demo: ${asError(error).message}`);
}
stopping.abort(interrupted);
for (const step of undo.toReversed()) {
  await step().catch((error: unknown) => console.error(error)); // the next step is due all the same
}
process.exit(exitCode);
