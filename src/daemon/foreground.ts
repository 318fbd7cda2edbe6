import { writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startDaemon, type Daemon, type DaemonOptions } from './daemon.ts';
import { isDamage, isDiskFault } from '../archive/schema/disk-fault.ts';
import { isDiskFull } from '../config/files.ts';
import { keepHeapSmall } from './heap.ts';
import { openLogFile, logPath } from './log/log-file.ts';
import { enduring, openLog } from './log/log.ts';
import type { Log } from '../core/log.ts';

const ROOM_LOOK = 2_000; // milliseconds between two tries to start on a disk that is full
const STOP_DEADLINE = 10_000; // milliseconds to close connections to servers that may not answer

/**
 * Runs the daemon until SIGTERM or SIGINT, and resolves with the exit code. A second signal, or a stop that takes too
 * long, ends the process at once. An uncaught error is logged and ends it with 1: a daemon in an unknown state must not
 * write to the archive. What the disk refused has changed nothing, and ends nothing; a damaged archive does: the next start
 * salvages it.
 */
export async function runInForeground(
  options: Omit<DaemonOptions, 'log' | 'file'> & { readonly verbose: boolean },
): Promise<number> {
  keepHeapSmall();
  const pretty = process.stderr.isTTY;
  const file = openLogFile(logPath(options.home));
  const err = enduring((line) => { writeSync(2, line); });
  const opened = openLog(err, { pretty, level: options.verbose ? 'debug' : 'info', file: enduring(file.write) });
  const { log } = opened;
  const die = (what: string) => (error: unknown) => {
    log('error', what, { error });
    if (!isDiskFault(error) || isDamage(error)) process.exit(1);
  };
  process.on('uncaughtException', die('an exception that nobody caught'));
  process.on('unhandledRejection', die('a rejection that nobody caught'));
  const stopped = firstSignal(log);
  const daemon = await startWithRoom({ ...options, log: opened, file }, stopped);
  if (!daemon) return 0;
  process.on('SIGHUP', daemon.reload);
  process.stdout.write(`Minimix is running. One-time login link for the web page: ${daemon.pageUrl()}\n`);
  log('info', 'stopping', { signal: await stopped });
  await stopInTime(daemon);
  log('info', 'stopped');
  file.close();
  return 0;
}

/** A disk that is full ends no start: it goes on once there is room. `undefined` where a signal came first. */
async function startWithRoom(options: DaemonOptions, stopped: Promise<string>): Promise<Daemon | undefined> {
  const { home, log: { log } } = options;
  for (let told = false; ; told = true) {
    try {
      return await startDaemon(options);
    } catch (error) {
      if (!isDiskFault(error) || isDamage(error) || !isDiskFull(home)) throw error;
      if (!told) log('error', `The disk with ${home} is full. Minimix starts as soon as there is room.`, { error });
    }
    if ((await Promise.race([stopped, delay(ROOM_LOOK)])) !== undefined) return undefined;
  }
}

function firstSignal(log: Log): Promise<string> {
  return new Promise((resolve) => {
    let seen = false;
    const take = (signal: 'SIGINT' | 'SIGTERM') => (): void => {
      if (seen) {
        log('warn', 'ended at once', { signal });
        process.exit(signal === 'SIGINT' ? 130 : 143);
      }
      seen = true;
      resolve(signal);
    };
    process.on('SIGINT', take('SIGINT')).on('SIGTERM', take('SIGTERM'));
  });
}

async function stopInTime(daemon: Daemon): Promise<void> {
  const overdue = setTimeout(() => process.exit(1), STOP_DEADLINE);
  await daemon.stop();
  clearTimeout(overdue);
}
