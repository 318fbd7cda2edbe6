import packageJson from '../package.json' with { type: 'json' };
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { runCommandLine } from './cli/program.ts';
import type { World } from './cli/context.ts';
import { configHome, editSettings, findHome, readSettings, settingsPath } from './config/config.ts';
import { changeSetting, effectOf, listSettings, valueOf } from './config/settings-list.ts';
import { forgetAccount, keepAccount, storePassword } from './config/accounts.ts';
import { homeState, lockHome } from './config/lock.ts';
import { bareCommand, programOf, versionIn } from './config/program.ts';
import { openSecrets } from './config/secrets.ts';
import { openService, type Service } from './config/service.ts';
import { MinimixError, ok, sentenceOf, type Result } from './core/errors.ts';
import { oneLine } from './core/printable.ts';
import { logPath } from './daemon/log/log-file.ts';
import { readable } from './daemon/log/log-line.ts';
import { chooseNetwork } from './daemon/network-door.ts';
import { erase, forgetSecrets, openOwnDaemon, readPlan, removeStarters, stopDaemon, writePlan } from './daemon/retire.ts';

const { env } = process;
const { version } = packageJson;

const command = bareCommand(programOf(fileURLToPath(import.meta.url)));
const ownDaemon = openOwnDaemon(command);

const world: World = {
  version,
  stdin: process.stdin,
  out: (text) => { process.stdout.write(text); },
  err: (text) => { process.stderr.write(text); },
  findHome: (asked) => findHome(asked, env),
  findDaemon,
  async runDaemon(home, { verbose }) {
    const { runInForeground } = await import('./daemon/foreground.ts'); // a command that only asks loads none of it
    const pages = fileURLToPath(new URL('../renderer/dist', import.meta.url));
    return await runInForeground({ home, version, verbose, env, pages });
  },
  async runTray(home, { hidden, links }) {
    if (process.platform !== 'linux') throw new MinimixError('no-tray', 'This tray is for Linux desktops. Elsewhere use the tray with Electron (docs/tray.md).');
    const { runFreedesktopTray } = await import('./tray/freedesktop/run.ts');
    const root = fileURLToPath(new URL('..', import.meta.url));
    const icons = join(root, 'build/tray');
    const own = home === usualHome() ? [...command, 'tray'] : [...command, '--home', home, 'tray'];
    return await runFreedesktopTray({ home, usual: usualHome(), startDaemon: () => startApart(home), logFile: logPath(home), installed: () => versionIn(root), icons, command: own, env, hidden, links });
  },
  files: {
    list: async (home) => readSettings(home).accounts,
    add: (home, request) => alone(home, () => keepAccount(home, openSecrets(home, env), request)),
    password: (home, account, password) => alone(home, () => storePassword(home, openSecrets(home, env), { jid: account, password })),
    remove: (home, account) => alone(home, () => forgetAccount(home, openSecrets(home, env), account)),
    bouncer: (home, { network: wish, ...more }) =>
      alone(home, async () => {
        const chosen = await chooseNetwork(wish, readSettings(home).bouncer?.network);
        if (!chosen.ok) return chosen;
        const change = wish === undefined ? more : { ...more, network: chosen.value };
        editSettings(home, Object.entries(change).map(([key, value]) => ({ path: ['bouncer', key], value: value as unknown })));
        return ok(undefined);
      }),
  },
  settings: {
    path: settingsPath,
    list: listSettings,
    valueOf,
    set: (home, { key, value, account }) =>
      alone(home, async () => {
        changeSetting(home, { key, value, account });
        return ok({ restart: effectOf(key) === 'restart' });
      }),
  },
  retiring: {
    read: readPlan,
    write: writePlan,
    startDaemon: ownDaemon.start,
    stopOwn: ownDaemon.stop,
    stopDaemon,
    removeService: (home) => removeStarters(serviceOf(home), home === usualHome() ? join(configHome(env), 'autostart', 'minimix.desktop') : undefined),
    forgetSecrets: (home, accounts) => forgetSecrets(home, accounts, env),
    erase,
  },
  async *doctor(home) {
    yield* (await import('./daemon/diagnostics/doctor.ts')).examine(home, env);
  },
  async *reach(home) {
    yield* (await import('./daemon/diagnostics/reach.ts')).examineReach(home);
  },
  log: { path: logPath, readable: (line) => readable(line, true) },
  archive: {
    export: async (...asked) => (await archiveFiles()).export(...asked),
    import: async (...asked) => (await archiveFiles()).import(...asked),
    backup: async (...asked) => (await archiveFiles()).backup(...asked),
    restore(home, ...asked) {
      if (homeState(home).held) throw new MinimixError('daemon-running', `Minimix is running on ${home}. Stop it first (Ctrl+C where it was started, or \`systemctl --user stop minimix\`), then restore.`);
      return alone(home, async () => ok(await (await import('./daemon/archive-files.ts')).restoreArchive(home, ...asked)));
    },
  },
  service: serviceOf,
  terminal: {
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
  },
};

function serviceOf(home: string): Service {
  return openService({ home, usual: usualHome(), config: configHome(env), command });
}

/** A daemon in a process group of its own and without our pipes: it outlives who started it. */
function startApart(home: string): void {
  const [program = process.execPath, ...first] = command;
  const daemon = spawn(program, [...first, '--home', home, 'run'], { detached: true, stdio: 'ignore' });
  daemon.on('error', () => undefined); // whoever waits for it says that it does not answer
  daemon.unref();
}

function usualHome(): string {
  return findHome(undefined, { ...env, MINIMIX_HOME: '' });
}

async function archiveFiles(): Promise<Omit<World['archive'], 'restore'>> {
  return (await import('./daemon/archive-files.ts')).archiveFiles; // a command that only asks loads none of it
}

/** Works on the home's files while no daemon can start. */
async function alone<T>(home: string, work: () => Promise<Result<T>>): Promise<T> {
  const lock = lockHome(home, 2000);
  if (!lock)
    throw new MinimixError('home-in-use', `Another process is working on ${home}: try again.`);
  try {
    const result = await work();
    if (result.ok) return result.value;
    throw new MinimixError(result.error.code, result.error.message, result.error.cause);
  } finally {
    lock.release();
  }
}

const STARTING = 10_000; // milliseconds that a daemon may take from the lock to its address

async function findDaemon(home: string, patience = STARTING): ReturnType<World['findDaemon']> {
  const end = Date.now() + patience;
  for (;;) {
    const state = homeState(home);
    if (!state.held) return undefined;
    if (state.holder) return state.holder;
    if (Date.now() > end)
      throw new MinimixError('home-in-use', `The daemon on ${home} does not say where it is.`);
    await pause(50);
  }
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.umask(0o077); // all that we write is for its owner
try {
  process.exitCode = await runCommandLine(process.argv.slice(2), world);
} catch (error) {
  writeSync(2, `minimix: ${oneLine(sentenceOf(error))}\n`);
  if (env['MINIMIX_DEBUG'] && error instanceof Error) writeSync(2, `${error.stack}\n`);
  process.exitCode = 1;
}
