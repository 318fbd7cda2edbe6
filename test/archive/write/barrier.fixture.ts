/** Keeps messages one by one, some every turn, and prints each id as it is committed and each as it is on disk. */
import { setImmediate } from 'node:timers/promises';
import { openArchive } from '../../../src/archive/archive.ts';
import { append, idOf } from '../support.ts';

const [path = '', count = '0'] = process.argv.slice(2);
const archive = openArchive(path);
const waiting: Promise<void>[] = [];
for (let n = 0; n < Number(count); n++) {
  const id = idOf(append(archive, { body: `message ${n}` }));
  process.stdout.write(`committed ${id}\n`);
  waiting.push(archive.barrier().then(() => void process.stdout.write(`on disk ${id}\n`)));
  await setImmediate();
}
await Promise.all(waiting);
archive.close();
