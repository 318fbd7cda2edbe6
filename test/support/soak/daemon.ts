// The daemon of the soak: the real program in a process of its own, which can be given a wrong clock, no names, and sleep.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeHome, type Home } from '../daemon.ts';
import { PEACE } from '../harm/harms.ts';
import { until } from '../until.ts';
import type { Sample, Upset } from './upset-contract.ts';

const preload = fileURLToPath(new URL('upset.ts', import.meta.url));

export interface SoakDaemon {
  readonly home: Home;
  /** Resolves once it is so. */
  upset(wish: Partial<Omit<Upset, 'number'>>): Promise<void>;
  /** SIGSTOP and SIGCONT: the sockets stay open, and no timer goes. */
  sleep(): void;
  wake(): void;
  samples(): Sample[];
  remove(): Promise<void>;
}

export function makeSoakDaemon(parent?: string): SoakDaemon {
  const dir = mkdtempSync(join(tmpdir(), 'soak-'));
  const [wishes, samples] = [join(dir, 'upset.json'), join(dir, 'samples.jsonl')];
  appendFileSync(samples, '');
  const home = makeHome(parent, { NODE_OPTIONS: `--import ${preload}`, SOAK_UPSET: wishes, SOAK_SAMPLES: samples });
  let now: Upset = { number: 0, clock: 0, dns: true };
  const read = (): Sample[] => readFileSync(samples, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Sample);
  return {
    home,
    async upset(wish) {
      now = { ...now, ...wish, number: now.number + 1 };
      writeFileSync(wishes, JSON.stringify(now));
      process.kill(home.pid(), 'SIGUSR2');
      await until(() => (read().at(-1)?.number ?? 0) >= now.number, { what: 'the daemon to be upset', deadline: PEACE });
    },
    sleep: () => void process.kill(home.pid(), 'SIGSTOP'),
    wake: () => void process.kill(home.pid(), 'SIGCONT'),
    samples: read,
    async remove() {
      await home.remove();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
