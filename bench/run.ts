/**
 * `npm run bench NAME [flags]` runs one bench in a process of its own. Without a name all that README's table is made of run one
 * after the other (some twenty minutes), and the table is printed; `npm run bench -- --write` puts it into README.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { collecting, readFigures, tableOf, withFigures } from './figure.ts';

const here = import.meta.dirname;
const readme = join(here, '../README.md');
/** In the order of the table, with what is left out of each there. */
const table: Readonly<Record<string, readonly string[]>> = {
  rooms: [], bouncer: [], relay: ['--rates', '50,500'], connection: [], archive: [], ui: [],
};
const alone = ['costs'];
/** A bench that takes longer is ended: all of them run unattended. */
const LONGEST = 12 * 60_000;

const [asked, ...rest] = process.argv.slice(2);
const known = [...Object.keys(table), ...alone];

if (asked === undefined || asked === '--write') all(asked !== undefined);
else if (known.includes(asked)) process.exitCode = run(asked, rest, process.env) ? 0 : 1;
else {
  console.error(`There is no bench ${asked}. There are: ${known.join(', ')}.`);
  process.exitCode = 2;
}

function run(name: string, args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const options = { stdio: 'inherit' as const, env, timeout: asked === name ? 0 : LONGEST, killSignal: 'SIGKILL' as const };
  const { status } = spawnSync(process.execPath, ['--expose-gc', join(here, `${name}.ts`), ...args], options);
  return status === 0;
}

function all(write: boolean): void {
  const dir = mkdtempSync(join(tmpdir(), 'bench-figures-'));
  const file = join(dir, 'figures');
  writeFileSync(file, '');
  const took: string[] = [];
  for (const [name, args] of Object.entries(table)) {
    console.log(`# ${name}`);
    const began = performance.now();
    const well = run(name, args, collecting(file));
    took.push(`${name} ${((performance.now() - began) / 1000).toFixed(0)} s${well ? '' : ' (failed)'}`);
    if (!well) process.exitCode = 1;
  }
  const day = new Date().toISOString().slice(0, 10);
  const about = `One run of \`npm run bench\`, ${day}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.versions.node}.`;
  const figures = `${about}\n\n${tableOf(readFigures(file))}`;
  console.log(`\n${figures}\n\n${took.join(', ')}`);
  rmSync(dir, { recursive: true });
  if (write && process.exitCode === undefined) writeFileSync(readme, withFigures(readFileSync(readme, 'utf8'), figures));
  else if (write) console.log('README is left as it is: not all of them ended well.');
}
