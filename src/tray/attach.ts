import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { fail, ok, type Result } from '../core/errors.ts';
import { connectTo, type DaemonAddress, type DaemonClient } from '../frontends/web/client/client.ts';

export type StatusAnswer = Awaited<ReturnType<DaemonClient['status']['query']>>;

/** How the tray finds a daemon and starts one; a test gives its own. */
export interface DaemonReach {
  /** What the home's daemon.json says, if it is there. */
  read(): DaemonAddress | undefined;
  /** The status; nothing if no daemon that knows the token answers. */
  ask(address: DaemonAddress): Promise<StatusAnswer | undefined>;
  /** Starts `minimix run` so that it outlives the tray. */
  start(): void;
  /** A moment between two looks; rejects once the tray ends. */
  wait(signal: AbortSignal): Promise<void>;
}

const TRIES = 80; // with `wait`, about 20 s

/**
 * The running daemon of the home, or `noAnswer` as the sentence; where none runs, one is started, once. Two trays that start one at the same time do
 * no harm: the home's lock lets one daemon live. Rejects once the tray ends.
 */
export async function attachOrStart(reach: DaemonReach, noAnswer: string, signal: AbortSignal): Promise<Result<DaemonAddress>> {
  for (let attempt = 0; attempt <= TRIES; attempt += 1) {
    signal.throwIfAborted();
    const address = reach.read();
    if (address && (await reach.ask(address))) return ok(address);
    if (attempt === 0) reach.start();
    await reach.wait(signal);
  }
  return fail('no-daemon', noAnswer);
}

/** Waits until a daemon that was stopped gives back its home: one that is started sooner finds it taken, and ends. Bounded, as a crash leaves the file. */
export async function homeGivenBack(reach: DaemonReach, stopped: DaemonAddress, signal: AbortSignal): Promise<void> {
  for (let look = 0; look <= TRIES && isSameRun(reach.read(), stopped); look += 1) await reach.wait(signal);
}

export function isSameRun(one: DaemonAddress | undefined, other: DaemonAddress): boolean {
  return one?.pid === other.pid && one.token === other.token;
}

const address = z.object({ pid: z.int(), url: z.url(), token: z.string() });

/** The real implementation: the files of `home`, HTTP on loopback, and the `start` that the boot passes in. */
export function reachOf(home: string, start: () => void): DaemonReach {
  return {
    read() {
      try {
        return address.safeParse(JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8'))).data;
      } catch {
        return undefined; // missing or incomplete: no daemon is up yet
      }
    },
    async ask(where) {
      try {
        return await connectTo(where).status.query();
      } catch {
        return undefined; // the file is left from a crash: nothing listens there, or another program does
      }
    },
    start,
    wait: (signal) => pause(250, undefined, { signal }),
  };
}
