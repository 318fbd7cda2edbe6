// What a test sees of an XMPP server, whichever it is; and how its process is started, watched and ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast';

export interface RoomOptions {
  /** Whether the room keeps history for XEP-0313. */
  readonly archive: boolean;
  /** Bare JIDs that own the room. */
  readonly owners?: readonly string[];
  /** The room's name in front of a part that makes it unique. */
  readonly name?: string;
}

/** Where a server is: plain data, which one process can hand to another. */
export interface ServerAddress {
  readonly kind: 'prosody' | 'ejabberd';
  readonly domain: string;
  readonly host: '127.0.0.1';
  /** STARTTLS. */
  readonly port: number;
  /** TLS from the first byte. */
  readonly directTlsPort: number;
  /** HTTP: websocket, file share, ejabberd's API. Nothing listens where no option asked for it. */
  readonly httpPort: number;
  readonly caFile: string;
  /** The authority as PEM text. */
  readonly ca: string;
  /** SHA-256 of the server's certificate, hex. */
  readonly fingerprint: string;
  /** MUC domains. On ejabberd both are one: there it is the room that has an archive or has not. */
  readonly archivedRooms: string;
  readonly plainRooms: string;
  /** Where all that the server writes is kept; gone after `stop()`. */
  readonly dir: string;
  /** The server's log file. */
  readonly log: string;
}

/** What any test may do with a server that others use at the same time. */
export interface SharedServer extends ServerAddress {
  /** Creates an account; resolves with its bare JID. */
  register(user: string, password: string): Promise<string>;
  /** A new, persistent, open room of that sort; resolves with its JID. */
  room(options: RoomOptions): Promise<string>;
  setAffiliation(room: string, jid: string, affiliation: Affiliation): Promise<void>;
  destroyRoom(room: string): Promise<void>;
  /** Ends all sessions of the account from the server's side, as an operator would. */
  kickSessions(user: string): Promise<void>;
  /** Prosody: a line of its admin shell. ejabberd: an API command and its JSON arguments. The answer as text. */
  run(command: string, args?: object): Promise<string>;
}

/** A server that belongs to one test. */
export interface XmppServer extends SharedServer {
  readonly pid: number;
  /** Ends the process (kindly, or as a crash would), starts it again on the same data and ports. */
  restart(options?: { readonly crash?: boolean }): Promise<void>;
  /** Ends the process and leaves data and ports as they are, for a `restart()` later. */
  halt(options?: { readonly crash?: boolean }): Promise<void>;
  /** SIGSTOP: the sockets stay open, and nothing answers. */
  suspend(): void;
  /** SIGCONT. */
  resume(): void;
  /** Ends the process and removes all that it wrote. May be called twice. */
  stop(): Promise<void>;
}

/** Ports of 127.0.0.1 that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map(async (server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
    return address.port;
  }));
  await Promise.all(servers.map(async (server) => { server.close(); await once(server, 'close'); }));
  return ports;
}

/** Whether something takes TCP connections there. */
export function listens(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const settle = (answer: boolean): void => { socket.destroy(); resolve(answer); };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** What differs between the servers, for `superviseServer`. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether all that the server should offer is there. */
  readonly ready: () => Promise<boolean>;
  /** Whatever must be done so that a crash tells something about us and not about the server. */
  readonly beforeCrash?: () => Promise<void>;
  /** Where standard output and error go. */
  readonly output: string;
  /** Where the server itself writes, told with the error when it does not start. */
  readonly log: string;
  readonly dir: string;
  /** Milliseconds. */
  readonly deadline: number;
}

export type Supervised = Omit<XmppServer, keyof SharedServer>;

/** The server with the controls that only its starter has. */
export function withControls(server: SharedServer, supervised: Supervised): XmppServer {
  const { halt, restart, suspend, resume, stop } = supervised;
  return { ...server, halt, restart, suspend, resume, stop, get pid() { return supervised.pid; } };
}

/** Starts a server in its own process group and waits until it is ready; it never outlives this process. */
export async function superviseServer(program: ServerProgram): Promise<Supervised> {
  const remove = (): Promise<void> => rm(program.dir, { recursive: true, force: true, maxRetries: 5 });
  let running: Running | undefined = await launch(program).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  let suspended = false;

  const end = async (crash: boolean): Promise<void> => {
    const ending = running;
    running = undefined;
    suspended = false;
    await ending?.end(crash);
  };
  const halt = async ({ crash = false } = {}): Promise<void> => {
    if (crash && running && !suspended) await program.beforeCrash?.();
    await end(crash);
  };
  return {
    get pid() { return running?.pid ?? 0; },
    halt,
    async restart(options) {
      await halt(options);
      running = await launch(program);
    },
    suspend() {
      suspended = true;
      running?.signal('SIGSTOP');
    },
    resume() {
      suspended = false;
      running?.signal('SIGCONT');
    },
    async stop() {
      await end(true); // nothing that it would save is kept
      await remove();
    },
  };
}

interface Running {
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  end(crash: boolean): Promise<void>;
}

async function launch(program: ServerProgram): Promise<Running> {
  const output = openSync(program.output, 'a');
  // A group of its own: Ctrl-C in a terminal is for the caller, and the server's own children end with it.
  const child = spawn(program.command, program.args, {
    cwd: program.dir, env: { ...process.env, ...program.env }, stdio: ['ignore', output, output], detached: true,
  });
  closeSync(output);
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`${program.command} ended: ${signal ?? code}`)));
  });
  failed.catch(() => undefined); // its end is looked at below; nobody waits for it later
  if (child.pid === undefined) await failed;
  const pid = child.pid ?? 0;
  const watchdog = watch(pid, program.dir);
  child.unref();

  const signal = (name: NodeJS.Signals): void => { signalGroup(pid, name); };
  const end = async (crash: boolean): Promise<void> => {
    if (isRunning(child)) {
      const exited = once(child, 'exit');
      child.ref();
      signal('SIGCONT'); // a suspended process takes SIGTERM only once it runs
      signal(crash ? 'SIGKILL' : 'SIGTERM');
      const overdue = setTimeout(() => signal('SIGKILL'), 10_000);
      await exited;
      clearTimeout(overdue);
    }
    signal('SIGKILL'); // what is left of the group
    watchdog();
  };
  try {
    await Promise.race([failed, until(program.ready, { deadline: program.deadline, what: `${program.command} to listen` })]);
  } catch (cause) {
    await end(true);
    throw new Error(`${program.command} did not start\n${await tail(program.output)}\n${await tail(program.log)}`, { cause });
  }
  return { pid, signal, end };
}

/**
 * Ends the group and removes its directory when this process is gone, even by kill -9: the shell's standard input
 * is a pipe of ours, which ends with us. Returns what calls it off.
 */
function watch(pid: number, dir: string): () => void {
  const script = 'while read -r _; do :; done; kill -s KILL -- "-$1"; sleep 1; rm -rf -- "$2"';
  const watchdog = spawn('sh', ['-c', script, 'watchdog', String(pid), dir], {
    cwd: '/', stdio: ['pipe', 'ignore', 'ignore'], detached: true,
  });
  watchdog.on('error', () => undefined); // without a shell there is no watchdog: the server still ends by `stop`
  watchdog.unref();
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref(); // the pipe must not keep this process alive
  return () => {
    watchdog.kill('SIGKILL');
    watchdog.stdin?.destroy();
  };
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error; // ESRCH: gone already
  }
}

/** The last lines of a file, or why it cannot be read. */
async function tail(file: string, lines = 30): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).split('\n').slice(-lines).join('\n');
  } catch (error) {
    return String(error);
  }
}

/** A new directory for one server, short enough for a unix socket's path. */
export const serverDir = (kind: string): Promise<string> => mkdtemp(join(tmpdir(), `${kind}-`));

/** Tries again with other ports where somebody else took one in between. */
export async function withRetries<T>(start: () => Promise<T>, attempts = 3): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
  }
}

let rooms = 0;

/** A room name that no other test has: `name` first, so that a log reads well. */
export function uniqueName(name = 'room'): string {
  rooms += 1;
  return `${name}-${process.pid.toString(36)}-${rooms}-${Math.random().toString(36).slice(2, 8)}`;
}
