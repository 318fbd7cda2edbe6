// npm run fresh [-- --release trixie|bookworm] [--only demo,test] [--tests test/flow] [--verbose]: README's commands as a
// newcomer runs them, in a bare Debian that is made for it and removed again. Prints a line a command; ends with 1 where one
// is not good.
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readHost, whatHinders, type Host } from './fresh/host.ts';
import { openRoots, projectOf, type Ended, type Roots } from './fresh/root.ts';
import { STEPS, type Step } from './fresh/steps.ts';

const RELEASES = ['bookworm', 'trixie'];
const WHO = { root: '', person: ', without sudo', sudoer: ', with sudo' };
const TAIL = 40; // lines shown of what is not good
const USAGE = `usage: npm run fresh -- [--release ${RELEASES.join('|')}] [--only ${STEPS.map(({ name }) => name).join(',')}] [--tests FOLDERS] [--verbose]`;

interface Wish {
  readonly releases: readonly string[];
  readonly steps: readonly Step[];
  readonly verbose: boolean;
}

/** Set where this process has mounts of its own. */
const ISOLATED = 'MINIMIX_FRESH_ISOLATED';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

process.exitCode = await main();

async function main(): Promise<number> {
  const wish = read(process.argv.slice(2));
  if (typeof wish === 'string') return refuse(wish);
  const obstacle = whatHinders(process.getuid?.(), succeeds);
  if (obstacle !== undefined) return refuse(obstacle);
  isolate();
  const host = readHost();
  if (typeof host === 'string') return refuse(host);
  return await attempt(wish, host);
}

/** Begins again with mounts of its own: however this process ends, none of them is left. */
function isolate(): void {
  if (process.env[ISOLATED] !== undefined || process.execve === undefined) return;
  const command = ['unshare', '--mount', '--', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve('/usr/bin/unshare', command, { ...process.env, [ISOLATED]: '1' });
}

async function attempt({ releases, steps, verbose }: Wish, host: Host): Promise<number> {
  // not /tmp, which is a small one in memory on Debian 13, and without devices
  const place = mkdtempSync(join(process.env['TMPDIR'] ?? '/var/tmp', 'minimix-fresh-'));
  const roots = openRoots(place, { host, signal: stopping.signal, hear: (text) => {
    if (verbose) process.stderr.write(text);
  } });
  try {
    const tree = join(place, 'tree.tar');
    const { status, stderr } = spawnSync('git', ['archive', '--output', tree, 'HEAD'], { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' });
    if (status !== 0) return refuse(`the tree as committed is wanted, and git says: ${stderr.trim()}`);
    const results: boolean[] = [];
    for (const release of releases) {
      if (!(await report(`${release}: a bare Debian with nodejs, npm and git`, () => roots.make(release)))) {
        results.push(false);
        continue;
      }
      for (const step of steps.filter((each) => each.releases?.includes(release) ?? true)) {
        if (stopping.signal.aborted) break;
        results.push(await report(`${release}: ${step.run}${WHO[step.as]}${step.what === undefined ? '' : `, ${step.what}`}`, () => step.take?.(roots, tree) ?? take(roots, step, tree)));
      }
    }
    if (stopping.signal.aborted) return 130;
    return results.every(Boolean) ? 0 : 1;
  } finally {
    roots.remove(place);
  }
}

/** Runs one step in a root of its own; a person without sudo has the line run that they are told. */
async function take(roots: Roots, step: Step, tree: string): Promise<Ended> {
  const folder = await roots.copy(step.name, tree);
  try {
    const before = step.before === undefined ? undefined : await roots.run(folder, { run: step.before, minutes: 15 });
    if (before?.good === false) return { ...before, why: `what comes before it: ${before.why}` };
    const order = { as: step.as, run: step.run, folder: projectOf(step.as), minutes: step.minutes };
    const ended = await roots.run(folder, order);
    const told = step.as === 'person' && !ended.good ? /^These packages are missing: .*: sudo (sh -c '.+')$/m.exec(ended.output)?.[1] : undefined;
    if (told === undefined) return ended;
    const installed = await roots.run(folder, { run: told.replace('apt-get install', 'apt-get install -y'), minutes: 20 });
    return installed.good ? await roots.run(folder, order) : installed;
  } finally {
    roots.remove(folder);
  }
}

/** Prints the line of one command, and before it the end of what it printed where it was not good. */
async function report(what: string, attempted: () => Promise<Ended>): Promise<boolean> {
  const start = performance.now();
  const { good, why, output } = await attempted();
  const seconds = Math.round((performance.now() - start) / 1000);
  const lines = output.trimEnd().split('\n');
  const count = lines.findLast((line) => line.startsWith('Tests: '));
  if (!good && !stopping.signal.aborted) console.log(lines.slice(-TAIL).map((line) => `  | ${line}`).join('\n'));
  console.log(`${what}: ${good ? 'good' : `bad (${why})`}, ${seconds} s${count === undefined ? '' : `, ${count}`}`);
  return good;
}

/** What is wanted, or the sentence about what is not understood. */
function read(args: string[]): Wish | string {
  try {
    const { values } = parseArgs({ args, options: { release: { type: 'string', multiple: true }, only: { type: 'string' }, tests: { type: 'string' }, verbose: { type: 'boolean', default: false } } });
    const releases = values.release ?? RELEASES;
    const names = values.only?.split(',') ?? STEPS.map(({ name }) => name);
    const known = (name: string): boolean => STEPS.some((step) => step.name === name);
    if (!releases.every((release) => RELEASES.includes(release)) || !names.every(known)) return USAGE;
    if (values.tests !== undefined && !/^[\w./ -]+$/.test(values.tests)) return USAGE;
    const steps = STEPS.filter(({ name }) => names.includes(name)).map((step) =>
      (step.tests && values.tests !== undefined ? { ...step, run: `${step.run} -- ${values.tests}` } : step));
    return { releases, steps, verbose: values.verbose };
  } catch (error) {
    return `${(error as Error).message} ${USAGE}`; // of parseArgs: an option that there is not
  }
}

function succeeds(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function refuse(sentence: string): number {
  console.error(`fresh: ${sentence}`);
  return 1;
}
