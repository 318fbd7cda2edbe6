// slixmpp, which is other people's code: a process of its own, driven by slixmpp_device.py.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServerAddress } from '../servers/server.ts';
import type { Account } from '../servers/servers.ts';

const script = fileURLToPath(new URL('slixmpp_device.py', import.meta.url));

export interface Slixmpp {
  /** The lines that it has printed so far, read as JSON. */
  readonly lines: readonly unknown[];
  /** Ends as a crash would. */
  kill(): Promise<void>;
  /** Says goodbye. */
  close(): Promise<void>;
}

/** Starts a task of slixmpp_device.py. `resource` is what it asks for. */
export function startSlixmpp(server: ServerAddress, who: Account, task: string, wish: object = {}, resource = 'slixmpp'): Slixmpp {
  const child: ChildProcess = spawn('/usr/bin/python3', [script, task], { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: unknown[] = [];
  let rest = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part));
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin?.on('error', () => undefined); // it may be gone already
  const { host, port, caFile } = server;
  child.stdin?.write(`${JSON.stringify({ ...wish, jid: `${who.jid}/${resource}`, password: who.password, host, port, ca: caFile })}\n`);
  const gone = once(child, 'close').then(() => {
    if (child.exitCode !== 0 && child.signalCode === null) lines.push({ error: errors });
  });
  return {
    lines,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async close() {
      child.stdin?.end();
      const overdue = setTimeout(() => child.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(overdue);
    },
  };
}

/** Runs a task to its end and resolves with the last line that it printed. */
export async function runSlixmpp<T>(server: ServerAddress, who: Account, task: string, wish: object): Promise<T> {
  const order = ['status', 'rooms', 'join', 'leave', 'nick', 'notify', 'say', 'attach', 'detach', 'policy', 'mentions', 'digest', 'limit', 'search'];
  const one = startSlixmpp(server, who, task, { ...wish, order });
  const deadline = Date.now() + 60_000;
  while (one.lines.length === 0 && Date.now() < deadline) await new Promise((resolve) => { setTimeout(resolve, 20); });
  await one.close();
  const [line] = one.lines;
  if (line === undefined || (typeof line === 'object' && line !== null && 'error' in line)) throw new Error(`slixmpp: ${JSON.stringify(line)}`);
  return line as T;
}
