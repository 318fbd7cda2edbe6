/** Appends without end: one message and its cursor a transaction, then three. Prints each id that is committed. */
import { openArchive } from '../../src/archive/archive.ts';
import { appendInside, idOf, JULIET, ORCHARD } from './support.ts';

const archive = openArchive(process.argv[2] ?? '');
for (let n = 0; ; n++) {
  const last = archive.transaction(() => {
    let id = 0;
    for (let part = 0; part < 1 + (n % 3); part++) id = idOf(appendInside(archive, { body: `${n} ${part}` }));
    archive.setCursor(JULIET, { owner: 'phone', room: ORCHARD, archiveId: id });
    return id;
  });
  process.stdout.write(`${last}\n`);
}
