// `sh bin/node24 node scripts/fresh/use.ts PROGRAM`: does with an installed Minimix what its owner does first, against a Prosody
// of its own, and prints a line a thing. The program gets nothing of this project: no Node of ours, an empty home.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connectPerson } from '../../test/support/clients/person.ts';
import { startProsody } from '../../test/support/servers/prosody.ts';
import { until } from '../../test/support/until.ts';

const PASSWORD = 'soft, what light';
const BODY = 'It is the east, and Juliet is the sun.';

const [program = 'minimix'] = process.argv.slice(2);
const place = mkdtempSync(join(tmpdir(), 'minimix-use-'));
const options = {
  cwd: place,
  env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: place, LANG: 'C.UTF-8', MINIMIX_HOME: join(place, 'home'), MINIMIX_KEYRING: 'off' },
};

/** The end of the daemon's log, shown where something went wrong. */
let log = '';

/** Each step's opposite, done in reverse order at the end, whatever the end was. */
const undo: (() => Promise<unknown>)[] = [async () => rmSync(place, { recursive: true, force: true })];

async function minimix(args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (child.exitCode !== 0) throw new Error(`minimix ${args.join(' ')} ended with ${child.exitCode}: ${complaint.trim()}`);
  return out;
}

/** Starts the daemon; resolves with it and the page's one-time address. */
async function start(): Promise<{ daemon: ChildProcess; page: string }> {
  const daemon = spawn(program, ['run'], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  undo.push(() => end(daemon));
  daemon.stderr.setEncoding('utf8').on('data', (chunk: string) => (log = (log + chunk).slice(-4000)));
  let said = '';
  daemon.stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const page = await until(() => /http:\S+/.exec(said)?.[0] ?? '', { what: 'the daemon to say where the page is', deadline: 60_000 });
  return { daemon, page };
}

async function end(daemon: ChildProcess): Promise<number | null> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return daemon.exitCode;
  const exited = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  await exited;
  return daemon.exitCode;
}

/** The page and each file that it names. */
async function readPage(address: string): Promise<string> {
  const page = await (await fetch(address)).text();
  const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].flatMap(([, path]) => path ?? []);
  for (const path of files) {
    const { status } = await fetch(new URL(path, address));
    if (status !== 200) throw new Error(`the page names ${path}, which answers ${status}`);
  }
  if (!page.includes('<div id="root">') || files.length < 2) throw new Error(`that is not the page: ${page.slice(0, 200)}`);
  return `${files.length} files`;
}

async function tryOut(): Promise<void> {
  const told = (what: string): void => console.log(`  ${what}`);
  told(`${program} ${(await minimix(['--version'])).trim()}`);
  const server = await startProsody();
  undo.push(server.stop);
  const alice = await server.register('alice', PASSWORD);
  await server.register('bob', PASSWORD);
  const room = await server.room({ archive: false, name: 'balcony' });

  await minimix(['account', 'add', alice, '--server', `${server.host}:${server.port}`, '--ca', server.caFile, '--password-stdin'], `${PASSWORD}\n`);
  told(`account added: ${alice}`);
  const { daemon, page } = await start();
  await until(async () => (await minimix(['status'])).includes('online'), { what: 'the daemon to be online', deadline: 60_000, every: 200 });
  await minimix(['join', room, '--nick', 'alice']);
  await until(async () => /"state":"joined"/.test(await minimix(['rooms', '--json'])), { what: 'the room to be joined', deadline: 60_000, every: 200 });
  told(`room joined: ${room}`);
  const bob = await connectPerson(server, 'bob', PASSWORD);
  undo.push(bob.close);
  await bob.join(room, 'bob');
  await bob.say(room, BODY);
  await until(async () => (await minimix(['history', room, '--limit', '5'])).includes(BODY), { what: 'the message to be archived', deadline: 60_000, every: 200 });
  told('message archived');
  told(`page answered: ${await readPage(page)}`);
  const code = await end(daemon);
  if (code !== 0) throw new Error(`the daemon, asked to end, ended with ${code}`);
  told('daemon ended');
}

try {
  await tryOut();
} catch (error) {
  console.error(`${log}use: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
for (const step of undo.toReversed()) {
  await step().catch((error: unknown) => console.error(error)); // the next step is due all the same
}
