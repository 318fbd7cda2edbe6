// `npm run bench [name …]`: each name is a file of this folder, run in a process of its own; without one, all of them.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const all = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts' && !file.endsWith('-made.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [asked, ...rest] = process.argv.slice(2);

if (asked !== undefined && !all.includes(asked)) {
  console.error(`There is no bench ${asked}. There are: ${all.join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const name of asked === undefined ? all : [asked]) {
    console.log(`# ${name}`);
    const { status } = spawnSync(process.execPath, ['--expose-gc', join(here, `${name}.ts`), ...rest], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
