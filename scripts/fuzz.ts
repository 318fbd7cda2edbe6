// Everything that reads what others have written, given what nobody sane would write, for `--minutes`
// (10). Each round has its own seed; `--seed N --only WORDS` shows a failure again. Nothing leaves this machine.
import fc from 'fast-check';
import { parseArgs } from 'node:util';
import { targets } from '../test/fuzz/targets.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' }, only: { type: 'string', default: '' } },
});
const chosen = targets.filter(({ name }) => name.includes(values.only));
if (chosen.length === 0) throw new Error(`No target has “${values.only}” in its name: ${targets.map(({ name }) => name).join('; ')}.`);
const RUNS = 500; // a round of one target
const MOST_SHOWN = 1000; // characters of what a target was given
const MOST_ROUNDS = 100_000;
const end = performance.now() + Number(values.minutes) * 60_000;
const first = Number(values.seed ?? Date.now() % 1_000_000);
const runs = new Map<string, number>();
let failed = false;

process.on('uncaughtException', (error) => {
  console.error('an exception that nobody caught', error);
  process.exit(1);
});

for (let round = 0; round < MOST_ROUNDS && !failed && (round === 0 || performance.now() < end); round += 1) {
  for (const { name, open, share = 100 } of chosen) {
    const { property, close } = await open();
    const result = await fc.check(property, { numRuns: Math.ceil((RUNS * share) / 100), seed: first + round });
    await close();
    runs.set(name, (runs.get(name) ?? 0) + result.numRuns);
    if (!result.failed) continue;
    failed = true;
    console.error(`Found by: npm run fuzz -- --minutes 0 --seed ${first + round} --only '${name}'`);
    console.error(result.errorInstance, `\nwith ${fc.stringify(result.counterexample).slice(0, MOST_SHOWN)}`);
  }
}
for (const [name, count] of runs) console.log(`${String(count).padStart(9)}  ${name}`);
console.log(failed ? 'Something was found.' : `Nothing was found, from seed ${first} on.`);
process.exitCode = failed ? 1 : 0;
