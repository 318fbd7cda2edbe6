import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openArchive } from '../archive/archive.ts';
import { openWorkerClient } from '../archive/search/worker-client.ts';
import { loadSettings, type LoadedSettings, type Settings } from '../config/config.ts';
import { homeState, lockHome, type Holder } from '../config/lock.ts';
import { deviceTokenKey, openSecrets } from '../config/secrets.ts';
import { createLatency } from '../core/latency.ts';
import { MinimixError, sentenceOf } from '../core/errors.ts';
import { wireOptions } from '../account/settings.ts';
import { openAccounts } from './accounts.ts';
import { openBouncerOf } from './bouncer.ts';
import { examineDaemon } from './diagnostics/examine.ts';
import type { LogFile } from './log/log-file.ts';
import type { OpenLog } from './log/log.ts';
import type { Log } from '../core/log.ts';
import { openStatistics } from './monitoring/statistics.ts';
import { openFiles } from './files.ts';
import { openProblems } from './diagnostics/problems.ts';
import { openSandbox, SANDBOX_ACCOUNT } from './sandbox/sandbox.ts';
import { keepResources, openSettings } from './settings.ts';
import { startMaintenance } from './maintenance.ts';
import { createAccess } from '../frontends/web/server/access.ts';
import { startMonitoring } from './monitoring/monitoring.ts';
import { watchWrites } from './monitoring/watched-archive.ts';
import type { DaemonApi } from '../frontends/web/contract/contract.ts';
import { refuseHost, refuseRemoteOrigin } from '../frontends/web/server/guard.ts';
import { createConnections } from '../frontends/web/server/connections.ts';
import { createWeb } from '../frontends/web/server/handler.ts';
import { startServer } from '../frontends/web/server/server.ts';
import { inBackground } from '../core/background.ts';

const LOCK_PATIENCE = 2000; // milliseconds: a command that works on the home holds the lock for a moment

export interface DaemonOptions {
  readonly home: string;
  readonly version: string;
  /** The directory of the built page. */
  readonly pages: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: OpenLog;
  /** The log's file; configured once this daemon holds the home. */
  readonly file: LogFile;
  /** Logs everything, whatever the settings say. */
  readonly verbose: boolean;
}

export interface Daemon {
  readonly url: string;
  /** A one-time address of the page. */
  pageUrl(): string;
  /** Reads the settings again. */
  reload(): void;
  stop(): Promise<void>;
}

/**
 * Boots in this order: lock, settings, archive, accounts, frontends. If a step fails, the earlier ones are undone.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { home, version, pages, env } = options;
  const { log } = options.log;
  const undo: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) {
      try {
        await step();
      } catch (error) {
        log('error', 'a part did not stop cleanly', { error: sentenceOf(error) }); // the others still stop
      }
    }
  };
  try {
    const lock = lockHome(home, holderOf(home) ? 0 : LOCK_PATIENCE);
    if (!lock) throw alreadyRunning(home);
    undo.push(lock.release);

    const loaded = load(home, log);
    const { settings } = loaded;
    setUpLog(options, settings);

    const problems = openProblems(log);
    const path = join(home, 'archive.db');
    const raw = openArchive(path, { onTrouble: ({ message }) => problems.tell('archive-damaged', message) });
    undo.push(raw.close);
    const { archive, writes } = watchWrites(raw, problems, Date.now);
    const worker = openWorkerClient(path);
    undo.push(worker.close);
    const life = new AbortController();
    undo.push(() => life.abort());
    const upkeep = startMaintenance(archive, problems, { signal: life.signal });

    const startedAt = Date.now();
    const kept = openSecrets(home, env);
    const hidden = (secret: string | undefined) => {
      if (secret !== undefined) options.log.hide(secret);
      return secret;
    };
    const secrets = { ...kept, read: (jid: string) => kept.read(jid).then(hidden) };
    const { bouncer, api: bouncerApi, begin, apply } = openBouncerOf({ home, archive, tokenKey: () => deviceTokenKey(secrets), problems, log });
    const delays = createLatency();
    const accounts = openAccounts({
      home,
      all: settings.accounts,
      archive,
      find: worker.find,
      secrets,
      log,
      opened: ({ settings: wire, ...opened }, signal) => bouncer.addAccount({ ...opened, settings: wireOptions(wire) }, signal),
      took: delays.add,
    });
    const accountOf = (jid: string) => accounts.accounts().find((one) => one.jid === jid);
    const sandbox = openSandbox({ home, env, log, add: accounts.addAccount, join: async (jid, room) => accountOf(jid)?.rooms.join(room) });
    undo.push(() => sandbox.end(false), accounts.stop, bouncer.stop);
    const sandboxed = settings.accounts.find(({ jid }) => jid === SANDBOX_ACCOUNT)?.server?.port;
    if (sandboxed !== undefined) inBackground(log, 'resuming the sandbox', sandbox.resume(sandboxed));
    await begin(settings.bouncer);
    const live = openSettings(home, loaded, {
      problems,
      log,
      signal: life.signal,
      async apply(next) {
        setUpLog(options, next);
        await apply(next.bouncer);
        await accounts.apply(next.accounts);
      },
    });

    const token = randomBytes(32).toString('base64url');
    options.log.hide(token);
    let port = 0;
    const access = createAccess({ cliToken: token, now: Date.now });
    const connections = createConnections();
    const owner = settings.web.otherUsers ? undefined : process.getuid?.();
    const pageUrl = (): string => `http://127.0.0.1:${port}/?t=${access.mint()}`;
    const api: DaemonApi = {
      ...accounts,
      async removeAccount(jid) {
        const removed = await accounts.removeAccount(jid);
        if (removed.ok && jid === SANDBOX_ACCOUNT) await sandbox.end(true);
        return removed;
      },
      sandbox,
      version,
      home,
      startedAt,
      archive,
      find: worker.find,
      perDay: worker.perDay,
      setRetention(account, room, retention) {
        archive.setRetention(account, room, retention);
        upkeep.soon();
      },
      problems: problems.list,
      bouncer: bouncerApi,
      settings: live,
      examine: () =>
        examineDaemon({ accounts: accounts.accounts(), problems: problems.list(), bouncer: bouncerApi.status(), wished: live.now().bouncer }),
      watch: startMonitoring({
        ...accounts,
        home,
        version,
        startedAt,
        archive,
        archivePath: path,
        writes,
        problems: problems.list,
        settings: () => live.now().watch,
        logged: options.log.counts,
        signal: life.signal,
      }),
      figures: openStatistics({ home, path, archive, delays }),
      ...openFiles({ home, archive, log, account: accountOf, settings: accounts.login }),
      pageUrl,
    };
    const web = createWeb({ api, access, connections, owner, port: () => port, pages, log, now: Date.now });
    const server = await startServer(settings.web.port, web, connections);
    undo.push(server.stop);
    server.server.on('upgrade', (request, socket, head) => {
      const refused = refuseHost(request, port) ?? refuseRemoteOrigin(request);
      connections.release(request.socket); // the bouncer counts its own strangers
      if (refused || !bouncer.upgrade(request, socket, head)) socket.destroy();
    });
    ({ port } = server);

    lock.announce({ pid: process.pid, url: server.url, token, startedAt: new Date(startedAt).toISOString() });
    log('info', 'the daemon is up', { home, url: server.url, accounts: settings.accounts.length });
    return { url: server.url, pageUrl, reload: live.reload, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function load(home: string, log: Log): LoadedSettings {
  const loaded = loadSettings(home);
  return loaded.trouble === undefined && keepResources(home, loaded, log) ? loadSettings(home) : loaded;
}

function setUpLog({ log, file, verbose }: DaemonOptions, settings: Settings): void {
  log.setLevel(verbose ? 'debug' : settings.log.level);
  file.configure(settings.log);
}

function holderOf(home: string): Holder | undefined {
  const state = homeState(home);
  return state.held ? state.holder : undefined;
}

function alreadyRunning(home: string): MinimixError {
  const holder = holderOf(home);
  const who = holder ? `process ${holder.pid}, at ${holder.url}` : 'it has not said where yet';
  return new MinimixError('home-in-use', `Minimix is already running on ${home}: ${who}.`);
}
