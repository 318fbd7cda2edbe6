import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { HomeService } from '../cli/context.ts';
import { retirePlan, type RetirePlan } from '../cli/retire/retire-plan.ts';
import { readIfThere, writeWhole } from '../config/files.ts';
import { homeState, lockHome, type Holder } from '../config/lock.ts';
import { openSecrets, TOKEN_KEY } from '../config/secrets.ts';
import { MinimixError } from '../core/errors.ts';

const PLAN = 'retire.json';
const STARTING = 20_000; // milliseconds that a daemon may take to write its address
const STOPPING = 20_000;
const LOOK = 100;

/** All files that Minimix writes to a home. Files of the person stay. */
const OURS = /^(archive\.db(-wal|-shm|-journal)?|archive\.db\.(damaged|before|part)[\w.-]*|settings(\.good)?\.json|secrets\.json|sessions\.json|daemon\.json|last-backup\.json|tray\.json|bouncer-[\p{L}\p{N}_.-]+\.(pem|key)|\.[\w.-]+\.[0-9a-f]{12})$/u;

const FOLDERS: readonly string[] = ['log', 'avatars', 'sandbox'];

export function readPlan(home: string): RetirePlan | undefined {
  const text = readIfThere(join(home, PLAN));
  if (text === undefined) return undefined;
  const read = retirePlan.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new MinimixError('bad-plan', `${join(home, PLAN)} cannot be read: Minimix did not write it like this.`);
}

export function writePlan(home: string, plan: RetirePlan): void {
  writeWhole(join(home, PLAN), `${JSON.stringify(plan, undefined, 2)}\n`);
}

/** Starts a daemon for the time of the retirement; it ends with this process. */
export function openOwnDaemon(command: readonly string[]): { start(home: string): Promise<Holder>; stop(): Promise<void> } {
  let own: ChildProcess | undefined;
  return {
    async start(home) {
      const [program = process.execPath, ...first] = command;
      const child = spawn(program, [...first, '--home', home, 'run'], { stdio: 'ignore' });
      own = child;
      let code: number | null | undefined;
      child.once('exit', (ended) => (code = ended ?? 1));
      child.once('error', () => (code = 1));
      for (const end = Date.now() + STARTING; Date.now() < end; ) {
        const state = homeState(home);
        if (state.held && state.holder) return state.holder;
        if (code !== undefined) throw new MinimixError('no-daemon', 'The daemon does not start: `minimix run` says why.');
        await pause(LOOK);
      }
      child.kill();
      throw new MinimixError('no-daemon', 'The daemon does not start: `minimix log` may say why.');
    },
    async stop() {
      if (own && own.exitCode === null) own.kill('SIGTERM');
    },
  };
}

/** Stops the home's daemon, whoever started it, and resolves once the home is free. */
export async function stopDaemon(home: string): Promise<void> {
  const state = homeState(home);
  if (!state.held) return;
  if (!state.holder) throw new MinimixError('home-in-use', 'Another process uses the home and does not say who it is.');
  process.kill(state.holder.pid, 'SIGTERM');
  for (const end = Date.now() + STOPPING; Date.now() < end; await pause(LOOK)) if (!homeState(home).held) return;
  throw new MinimixError('home-in-use', `Process ${state.holder.pid} does not end.`);
}

/**
 * Removes what would start a daemon on this home again: the systemd unit and, if this is the tray's home, its entry in
 * the desktop's autostart. Says in a sentence what it removed; `undefined` if there was nothing.
 */
export async function removeStarters(service: Pick<HomeService, 'remove' | 'unit'>, entry: string | undefined): Promise<string | undefined> {
  const gone: string[] = [];
  try {
    const unit = await service.remove();
    if (unit) gone.push(unit.packaged ? `${unit.name} (disabled)` : unit.path);
  } catch (error) {
    if (!(error instanceof MinimixError && error.code === 'no-systemd')) throw error;
    const { path } = await service.unit(false); // systemd would start this unit at the next login
    if (existsSync(path)) gone.push(path);
    rmSync(path, { force: true });
  }
  if (entry !== undefined && existsSync(entry)) {
    rmSync(entry);
    gone.push(entry);
  }
  return gone.length === 0 ? undefined : `Removed ${gone.join(' and ')}: Minimix no longer starts on its own.`;
}

export async function forgetSecrets(home: string, accounts: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const secrets = openSecrets(home, env);
  for (const name of [...accounts, TOKEN_KEY]) await secrets.remove(name);
}

/** Deletes the files that Minimix wrote, the plan last, and then the home if it is empty. */
export async function erase(home: string): Promise<{ readonly removed: string[]; readonly left: string[] }> {
  const lock = lockHome(home, 2000);
  if (!lock) throw new MinimixError('home-in-use', `Minimix is running on ${home} again: stop it, then run \`minimix retire\` again.`);
  const removed = readdirSync(home).filter((name) => OURS.test(name) || FOLDERS.includes(name));
  try {
    for (const name of removed) rmSync(join(home, name), { recursive: true, force: true });
  } finally {
    lock.release();
  }
  for (const name of [PLAN, 'lock.db', 'lock.db-journal']) rmSync(join(home, name), { force: true });
  const left = existsSync(home) ? readdirSync(home) : [];
  if (left.length === 0) rmdirSync(home);
  return { removed, left: left.map((name) => join(home, name)) };
}
