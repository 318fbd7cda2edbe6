// How a server's process is started, watched and ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { SharedServer, XmppServer } from './server.ts';
import { until } from '../until.ts';

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
 * Ends the group and removes its directory when this process is gone, even by kill -9: the shell's standard
 * input is a pipe of ours, which ends with us. Returns what calls it off.
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
