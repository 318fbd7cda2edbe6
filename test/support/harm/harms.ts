// What can happen to a daemon from outside. Harm is done to what is well: else one would hide the other.
import { setTimeout as pause } from 'node:timers/promises';
import { apiOf, type Home } from '../daemon.ts';
import type { Link } from './link.ts';
import type { SmallDisk } from './small-disk.ts';
import { until } from '../until.ts';

export interface Victim {
  readonly home: Home;
  readonly link: Link;
  readonly random: () => number;
  /** Told what is done. */
  readonly tell: (line: string) => void;
}

/** Milliseconds for whatever was harmed to be well again. */
export const PEACE = 90_000;

/** Resolves once the daemon's only account is online. */
export async function online({ home }: Pick<Victim, 'home'>): Promise<void> {
  const isOnline = async (): Promise<boolean> => (await apiOf(home).status.query()).accounts[0]?.connection.state === 'online';
  await until(isOnline, { what: 'alice to be online', deadline: PEACE, every: 100 });
}

export async function cut(victim: Victim): Promise<void> {
  const { link, random, tell } = victim;
  await online(victim);
  await pause(random() * 1000);
  link.cut();
  tell('cut');
}

export async function blackHole(victim: Victim): Promise<void> {
  const { link, random, tell } = victim;
  await online(victim);
  await pause(500 + random() * 1500);
  link.swallow();
  const silent = 500 + random() * 4000;
  await pause(silent);
  link.restore();
  tell(`black hole: for ${Math.round(silent)} ms`);
}

export async function diskFull(victim: Victim, disk: SmallDisk): Promise<void> {
  const { home, random, tell } = victim;
  await online(victim);
  await pause(500 + random() * 1500);
  const pid = home.pid();
  const full = 2000 + random() * 4000;
  const end = performance.now() + full;
  for (; performance.now() < end; await pause(50)) disk.fill(); // what it gives back is taken again
  disk.free();
  process.kill(pid, 0); // throws where it has not survived
  tell(`disk full: for ${Math.round(full)} ms`);
}
