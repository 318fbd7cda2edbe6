// The real daemon as a person starts it: bin/minimix in a process of its own, on a home of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { connectTo, type DaemonAddress, type DaemonClient } from '../../src/frontends/web/client/client.ts';
import type { Account } from './servers/server.ts';

/** The program that a person runs. */
export const bin = fileURLToPath(new URL('../../bin/minimix', import.meta.url));

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Home {
  readonly dir: string;
  /** Runs one command to its end. */
  cli(args: readonly string[], input?: string): Promise<Output>;
  /** The same with `--json`: one object a line. Throws where the command failed. */
  json<T>(args: readonly string[]): Promise<T[]>;
  addAccount(server: { readonly host: string; readonly port: number; readonly ca: string }, who: Account): Promise<void>;
  /** Starts the daemon; resolves with the page's one-time address once it runs. */
  start(): Promise<string>;
  /** Of the daemon that was started last. */
  pid(): number;
  /** Sends the daemon a signal; resolves with the exit code once it is gone, null where the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  /** All that the daemons of this home have written to standard error. */
  log(): string;
  /** Ends what runs and removes the directory. */
  remove(): Promise<void>;
}

const address = z.object({ pid: z.number(), url: z.string(), token: z.string() });

/** Where the daemon that runs on the home answers, and to whom. */
export function addressOf({ dir }: Pick<Home, 'dir'>): DaemonAddress {
  return address.parse(JSON.parse(readFileSync(join(dir, 'daemon.json'), 'utf8')));
}

/** The API of the daemon that runs on the home: what a test only needs on its way costs no process each time. */
export function apiOf(home: Home): DaemonClient {
  return connectTo(addressOf(home));
}

/** A throw-away home; its secrets lie in a file, never in this machine's keyring. `more` is for the environment. */
export function makeHome(parent = tmpdir(), more: NodeJS.ProcessEnv = {}): Home {
  const dir = mkdtempSync(join(parent, 'minimix-'));
  const env = { ...process.env, MINIMIX_HOME: dir, MINIMIX_KEYRING: 'off', ...more };
  let daemon: ChildProcess | undefined;
  let log = '';

  function cli(args: readonly string[], input = ''): Promise<Output> {
    return new Promise((resolve, reject) => {
      const child = spawn(bin, args, { env, stdio: 'pipe' });
      let [stdout, stderr] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
      child.stdin.on('error', () => undefined); // it may end before it has read what it does not need
      child.stdin.end(input);
    });
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!daemon) return 0;
    const ending = daemon;
    if (ending.exitCode !== null || ending.signalCode !== null) return ending.exitCode;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    await exited;
    return ending.exitCode;
  }

  return {
    dir,
    cli,
    async json(args) {
      const { code, stdout, stderr } = await cli([...args, '--json']);
      if (code !== 0) throw new Error(`minimix ${args.join(' ')} ended with ${code}: ${stderr}`);
      return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    },
    async addAccount(server, who) {
      const ca = join(dir, 'test-ca.pem');
      writeFileSync(ca, server.ca);
      const where = ['--server', `${server.host}:${server.port}`, '--ca', ca, '--password-stdin'];
      const added = await cli(['account', 'add', who.jid, ...where], `${who.password}\n`);
      if (added.code !== 0) throw new Error(added.stderr);
    },
    start() {
      return new Promise((resolve, reject) => {
        const child = spawn(bin, ['run'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
        daemon = child;
        let out = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          out += text;
          const url = /http:\/\/\S+/.exec(out)?.[0];
          if (url !== undefined) resolve(url);
        });
        child.once('exit', (code) => reject(new Error(`the daemon ended with ${code}\n${log}`)));
      });
    },
    async kill() {
      await end('SIGKILL');
    },
    pid: () => daemon?.pid ?? 0,
    end,
    stop: async () => (await end('SIGTERM')) ?? -1,
    log: () => log,
    async remove() {
      await end('SIGKILL');
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Whether there is such a process. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
}
