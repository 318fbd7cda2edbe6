// What is tried in a bare Debian: one entry a line of the report. Each gets a bare root of its own and the tree as committed.
import type { Person } from './root.ts';

export interface Step {
  /** What `--only` takes. */
  readonly name: string;
  readonly as: Person;
  /** A line of sh that root runs first, for what a newcomer has and a bare Debian has not. */
  readonly before?: string;
  /** A line of sh, run in the project's folder. */
  readonly run: string;
  /** Whether `--tests` narrows it. */
  readonly tests?: true;
  /** What it may take, in minutes. */
  readonly minutes: number;
}

/** `--once` because the demo goes on until somebody stops it. */
const DEMO = 'npm ci && npm run demo -- --once';

export const STEPS: readonly Step[] = [
  { name: 'demo', as: 'root', run: DEMO, minutes: 15 },
  { name: 'person', as: 'person', run: DEMO, minutes: 15 },
  { name: 'sudo', as: 'sudoer', before: 'apt-get install -y --no-install-recommends sudo', run: DEMO, minutes: 15 },
  { name: 'test', as: 'root', run: 'npm ci && npm test', tests: true, minutes: 55 },
];
