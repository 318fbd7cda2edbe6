// A real daemon on a home of its own, as a person starts it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../support/servers/server.ts';

const root = join(import.meta.dirname, '../../..');
const minimix = join(root, 'bin/minimix');
const run = promisify(execFile);
const env = { ...process.env, MINIMIX_KEYRING: 'off' };

export interface TestDaemon {
  /** A one-time address. */
  readonly url: string;
  readonly home: string;
  /** Runs a command of the command line on the same home; resolves with what it printed. */
  minimix(args: readonly string[], input?: string): Promise<string>;
  /** Ends it as a crash would. */
  crash(): Promise<void>;
  /** Starts it again on the same home and port. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `minimix run` on a new home without accounts, on a free port of its own; `prepare` may put more into it. */
export async function startTestDaemon(prepare: (home: string) => unknown[] = () => []): Promise<TestDaemon> {
  const home = mkdtempSync(join(tmpdir(), 'minimix-ui-'));
  const [port] = await freePorts(1);
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ version: 1, web: { port }, accounts: prepare(home) }), { mode: 0o600 });
  let running = await launch(home);
  return {
    url: running.url,
    home,
    async minimix(args, input = '') {
      const asked = run(minimix, ['--home', home, ...args], { env });
      asked.child.stdin?.end(input);
      return (await asked).stdout.trim();
    },
    crash: () => running.end('SIGKILL'),
    async startAgain() {
      running = await launch(home);
    },
    async stop() {
      await running.end('SIGTERM');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Resolves once the daemon has told where its page is. */
async function launch(home: string): Promise<{ url: string; end(signal: NodeJS.Signals): Promise<void> }> {
  const daemon = spawn(minimix, ['--home', home, 'run'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(daemon, 'exit');
  let told = '';
  let log = '';
  daemon.stderr.on('data', (data: Buffer) => (log += String(data)));
  const url = await new Promise<string>((resolve, reject) => {
    daemon.stdout.on('data', (data: Buffer) => {
      told += String(data);
      const found = /http:\S+/.exec(told)?.[0];
      if (found) resolve(found);
    });
    daemon.once('exit', () => reject(new Error(`the daemon ended: ${log}`)));
  });
  return {
    url,
    async end(signal) {
      daemon.kill(signal);
      await ended;
    },
  };
}
