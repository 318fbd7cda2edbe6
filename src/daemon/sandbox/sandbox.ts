import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from '../../config/program.ts';
import { fail, ok, sentenceOf, type Result } from '../../core/errors.ts';
import type { DaemonApi } from '../../frontends/web/contract/contract.ts';
import type { AddAccount } from '../../frontends/web/api/inputs.ts';
import type { Log } from '../../core/log.ts';
import { startTalker } from './sandbox-talker.ts';

const SANDBOX_DOMAIN = 'sandbox.example'; // reserved by RFC 2606, so it belongs to nobody
export const SANDBOX_ACCOUNT = `you@${SANDBOX_DOMAIN}`;
export const SANDBOX_ROOM = `balcony@rooms.${SANDBOX_DOMAIN}`;
const PATIENCE = 15_000; // milliseconds until the server listens
const LOOK = 100;
const PLACES = ['/usr/bin', '/usr/sbin', '/usr/local/bin'] as const;

/** A small Prosody for this home on loopback, with a room in which a bot talks. */
export interface Sandbox {
  /** Whether Prosody is installed here. */
  available(): boolean;
  /** Starts the server, adds its account and joins its room. */
  begin(): Promise<Result<{ readonly account: string }>>;
  /** Starts the server again if the home has its account; logs failures. */
  resume(port: number): Promise<void>;
  /** Stops the server; `forget` also deletes its data. */
  end(forget: boolean): Promise<void>;
}

interface SandboxOptions {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Folders that are searched for programs besides PATH. */
  readonly programs?: readonly string[];
  readonly log: Log;
  readonly add: (request: AddAccount) => ReturnType<DaemonApi['addAccount']>;
  readonly join: (account: string, room: string) => Promise<unknown>;
}

export function openSandbox({ home, env, programs = PLACES, log, add, join: joinRoom }: SandboxOptions): Sandbox {
  const find = (name: string): string | undefined => findProgram(name, env, programs);
  const dir = join(home, 'sandbox');
  const config = join(dir, 'prosody.cfg.lua');
  const secret = join(dir, 'bob.secret');
  let server: ChildProcess | undefined;
  let life: AbortController | undefined;

  async function start(port: number): Promise<void> {
    endLeftover(dir, config);
    server = spawn(find('prosody') ?? 'prosody', ['--config', config, '-F'], { stdio: 'ignore' });
    server.once('error', (error) => log('error', `the sandbox does not start: ${sentenceOf(error)}`));
    const until = Date.now() + PATIENCE;
    while (!(await listens(port))) {
      if (Date.now() > until || server.exitCode !== null) throw new Error('Prosody does not listen');
      await pause(LOOK);
    }
    life = new AbortController();
    startTalker({ jid: `bob@${SANDBOX_DOMAIN}`, password: readFileSync(secret, 'utf8').trim(), port, room: SANDBOX_ROOM, signal: life.signal, log });
  }

  async function end(forget: boolean): Promise<void> {
    life?.abort();
    const running = server;
    server = undefined;
    if (running && running.exitCode === null && running.signalCode === null) {
      const gone = once(running, 'exit');
      running.kill('SIGTERM');
      const overdue = setTimeout(() => running.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(overdue);
    }
    if (forget) rmSync(dir, { recursive: true, force: true });
  }

  return {
    available: () => find('prosody') !== undefined && find('prosodyctl') !== undefined,
    async begin() {
      const [prosody, control] = [find('prosody'), find('prosodyctl')];
      if (prosody === undefined || control === undefined) return fail('no-prosody', 'Prosody is not installed on this computer.');
      if (server) return fail('sandbox-runs', 'The sandbox is already running.');
      try {
        const port = await freePort();
        const password = randomBytes(12).toString('base64url');
        const bob = randomBytes(12).toString('base64url');
        rmSync(dir, { recursive: true, force: true });
        mkdirSync(dir, { recursive: true, mode: 0o700 });
        writeFileSync(config, configuration(dir, port), { mode: 0o600 });
        writeFileSync(secret, bob, { mode: 0o600 });
        const register = promisify(execFile);
        for (const [user, word] of [['you', password], ['bob', bob]] as const) {
          await register(control, ['--config', config, 'register', user, SANDBOX_DOMAIN, word], { timeout: PATIENCE });
        }
        await start(port);
        const settings = { jid: SANDBOX_ACCOUNT, resource: 'minimix', server: { host: '127.0.0.1', port }, allowPlaintext: true };
        const added = await add({ settings, password });
        if (!added.ok) {
          await end(true);
          return added;
        }
        joinRoom(SANDBOX_ACCOUNT, SANDBOX_ROOM).catch((error: unknown) => log('warn', `the sandbox's room: ${sentenceOf(error)}`));
        return ok({ account: SANDBOX_ACCOUNT });
      } catch (error) {
        await end(true);
        return fail('sandbox', `The sandbox does not start: ${sentenceOf(error)}.`, error);
      }
    },
    async resume(port) {
      if (!existsSync(config)) return;
      await start(port).catch((error: unknown) => log('error', `the sandbox does not start: ${sentenceOf(error)}`));
    },
    end,
  };
}

/** A killed daemon leaves its sandbox running: stops the processes that use our configuration file, and no others. */
function endLeftover(dir: string, config: string): void {
  try {
    const pid = Number(readFileSync(join(dir, 'prosody.pid'), 'utf8'));
    if (pid > 1 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(config)) process.kill(pid, 'SIGTERM');
  } catch {
    // No such process, or this system has no /proc.
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** The configuration: loopback only, no connections to other servers, no files outside its directory. */
function configuration(dir: string, port: number): string {
  const quoted = (name: string): string => `"${join(dir, name).replaceAll(/["\\\p{Cc}]/gu, (char) => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`)}"`;
  return `
run_as_root = true
pidfile = ${quoted('prosody.pid')}
data_path = ${quoted('data')}
log = { { levels = { min = "warn" }, to = "file", filename = ${quoted('prosody.log')} } }
modules_enabled = { "roster", "saslauth", "disco", "carbons", "pep", "smacks", "mam", "bookmarks", "private", "ping", "vcard_legacy", "blocklist" }
modules_disabled = { "s2s", "tls" }
interfaces = { "127.0.0.1" }
c2s_ports = { ${port} }
http_ports = {}
https_ports = {}
c2s_require_encryption = false
authentication = "internal_hashed"
storage = "internal"
VirtualHost "${SANDBOX_DOMAIN}"
Component "rooms.${SANDBOX_DOMAIN}" "muc"
  modules_enabled = { "muc_mam" }
  muc_room_locking = false
  muc_room_default_persistent = true
`;
}
