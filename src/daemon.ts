import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openArchive } from './archive/archive.ts';
import { openAside } from './archive/aside.ts';
import { readSettings } from './config.ts';
import { homeState, lockHome, type Holder } from './config/lock.ts';
import { openSecrets } from './config/secrets.ts';
import { openSessions } from './config/sessions.ts';
import { MinimixError, sentenceOf } from './core/errors.ts';
import { wireOptions } from './account/account.ts';
import { openAccounts } from './daemon/accounts.ts';
import { openBouncerOf } from './daemon/bouncer.ts';
import type { Log } from './daemon/log.ts';
import { openProblems } from './daemon/problems.ts';
import { startUpkeep } from './daemon/upkeep.ts';
import { createAccess } from './web/access.ts';
import type { House } from './web/contract.ts';
import { refuseHost, refuseRemoteOrigin } from './web/guard.ts';
import { createWeb } from './web/handler.ts';
import { DEFAULT_PORT, startServer } from './web/server.ts';

const LOCK_PATIENCE = 2000; // milliseconds: a command line that only asks holds the lock for a moment

export interface DaemonOptions {
  readonly home: string;
  readonly version: string;
  /** The directory of the built page. */
  readonly pages: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}

export interface Daemon {
  readonly url: string;
  /** A one-time address of the page. */
  pageUrl(): string;
  stop(): Promise<void>;
}

/**
 * Boots in this order: lock, settings, archive, accounts, doors. What was begun is undone where a step fails.
 */
export async function startDaemon({ home, version, pages, env, log }: DaemonOptions): Promise<Daemon> {
  const undo: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) {
      try {
        await step();
      } catch (error) {
        log('error', 'a part did not stop cleanly', { error: sentenceOf(error) }); // the others stop all the same
      }
    }
  };
  try {
    const lock = lockHome(home, holderOf(home) ? 0 : LOCK_PATIENCE);
    if (!lock) throw alreadyRunning(home);
    undo.push(lock.release);

    const settings = readSettings(home);

    const problems = openProblems(log);
    const path = join(home, 'archive.db');
    const archive = openArchive(path, { onTrouble: ({ message }) => problems.tell('archive-damaged', message) });
    undo.push(archive.close);
    const aside = openAside(path);
    undo.push(aside.close);
    const life = new AbortController();
    undo.push(() => life.abort());
    const upkeep = startUpkeep(archive, problems, life.signal);

    const startedAt = Date.now();
    const { bouncer, door, begin } = openBouncerOf(home, archive, log);
    const accounts = openAccounts(home, archive, openSecrets(home, env), log, ({ settings: wire, ...opened }, signal) => {
      bouncer.addAccount({ ...opened, settings: wireOptions(wire) }, signal);
    });
    undo.push(accounts.stop, bouncer.stop);
    await begin();

    const token = randomBytes(32).toString('base64url');
    let port = 0;
    const access = createAccess({
      cliToken: token,
      port: () => port,
      now: Date.now,
      store: openSessions(home),
    });
    undo.push(access.close);
    const pageUrl = (): string => `http://127.0.0.1:${port}/?t=${access.mint()}`;
    const house: House = {
      ...accounts,
      version,
      home,
      startedAt,
      archive,
      find: aside.find,
      setRetention(account, room, retention) {
        archive.setRetention(account, room, retention);
        upkeep.soon();
      },
      problems: problems.list,
      bouncer: door,
      pageUrl,
    };
    const web = createWeb({ house, access, port: () => port, pages, log });
    const server = await startServer(settings.web?.port ?? DEFAULT_PORT, web);
    undo.push(server.stop);
    server.server.on('upgrade', (request, socket, head) => {
      const refused = refuseHost(request, port) ?? refuseRemoteOrigin(request);
      if (refused || !bouncer.upgrade(request, socket, head)) socket.destroy();
    });
    ({ port } = server);

    lock.announce({ pid: process.pid, url: server.url, token, startedAt: new Date(startedAt).toISOString() });
    log('info', 'the daemon is up', { home, url: server.url, accounts: settings.accounts.length });
    return { url: server.url, pageUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function holderOf(home: string): Holder | undefined {
  const state = homeState(home);
  return state.held ? state.holder : undefined;
}

function alreadyRunning(home: string): MinimixError {
  const holder = holderOf(home);
  const who = holder ? `process ${holder.pid}, at ${holder.url}` : 'it has not said where yet';
  return new MinimixError('home-in-use', `Another daemon has ${home} already: ${who}.`);
}
