// The real program, run as a person runs it, on homes that are thrown away.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';

export const bin = fileURLToPath(new URL('../../bin/minimix', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface TestHome {
  readonly dir: string;
  /** Runs one command to its end. */
  run(args: readonly string[], input?: string): Promise<Ended>;
  /** Runs a command with --json; rejects where it does not exit with 0. */
  list(args: readonly string[]): Promise<Record<string, unknown>[]>;
  /** Starts `minimix run` and resolves once it says where the page is. */
  daemon(): Promise<RunningDaemon>;
  /** Ends what still runs and removes the home. */
  clear(): Promise<void>;
}

export interface RunningDaemon {
  readonly pid: number;
  readonly page: string;
  /** What it logged so far. */
  log(): string;
  /** Sends the signal and resolves with the exit code, null where the signal itself ended it. */
  end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>;
}

export async function newHome(): Promise<TestHome> {
  const dir = await mkdtemp(join(tmpdir(), 'minimix-cli-'));
  const env = { ...process.env, MINIMIX_HOME: dir, MINIMIX_KEYRING: 'off' };
  const children: ChildProcess[] = [];

  const run: TestHome['run'] = async (args, input = '') => {
    const child = spawn(bin, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => {}).end(input); // a command that refuses does not read on
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, out, err };
  };
  return {
    dir,
    run,
    async list(args) {
      const { code, out, err } = await run([...args, '--json']);
      if (code !== 0) throw new Error(err);
      const lines = out.split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async daemon() {
      const child = spawn(bin, ['run'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      let [out, err] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
      const exited = once(child, 'exit');
      const page = await until(() => /http:\S+/.exec(out)?.[0] ?? '', {
        what: 'the daemon to say where the page is',
      });
      return {
        pid: child.pid ?? 0,
        page,
        log: () => err,
        async end(signal) {
          child.kill(signal);
          await exited;
          return child.exitCode;
        },
      };
    },
    async clear() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      await rm(dir, { recursive: true, force: true });
    },
  };
}
