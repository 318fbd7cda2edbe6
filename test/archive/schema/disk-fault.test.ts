import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { isDamage, isDiskFault, troubleOf } from '../../../src/archive/schema/disk-fault.ts';
import { fileTrouble, isOfDisk, MinimixError } from '../../../src/core/errors.ts';

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
const sqlite = (errcode: number): Error => Object.assign(new Error('refused'), { code: 'ERR_SQLITE_ERROR', errcode });

test.each([['busy', 5], ['read-only', 8], ['input or output', 10], ['corrupt', 11], ['full', 13], ['cannot be opened', 14], ['a write that the disk refused', 778]])(
  'what SQLite says of the disk (%s) is a fault of the disk, wrapped or not',
  (_what, errcode) => {
    expect(isDiskFault(sqlite(errcode))).toBe(true);
    expect(isDiskFault(troubleOf(sqlite(errcode)))).toBe(true);
    expect(isDiskFault(new Error('the batch failed', { cause: troubleOf(sqlite(errcode)) }))).toBe(true);
  },
);

test.each([['corrupt', 11, true], ['no database', 26, true], ['full', 13, false], ['busy', 5, false]])('an archive that is damaged is told from one that waits for its disk (%s)', (_what, errcode, damaged) => {
  for (const error of [sqlite(errcode), troubleOf(sqlite(errcode)), new Error('the batch failed', { cause: troubleOf(sqlite(errcode)) })]) expect(isDamage(error)).toBe(damaged);
});

test.each(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG', 'EMFILE', 'ENFILE'])('what the system says of a disk (%s) is the same to the archive and to the settings, and has words', (code) => {
  const error = Object.assign(new Error('refused'), { code });
  expect([isOfDisk(error), isDiskFault(error)]).toEqual([true, true]);
  expect(fileTrouble(error)).toBeDefined();
});

test('a disk without room for another file is a fault of the disk', () => {
  expect(isDiskFault(Object.assign(new Error('no space'), { code: 'ENOSPC' }))).toBe(true);
});

test('a handler that throws, and what SQLite refuses of a row, are no faults of the disk', () => {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE one (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
  const refused = thrown(() => db.prepare('INSERT INTO one VALUES (1, NULL)').run());
  expect(refused).toBeInstanceOf(Error);
  for (const error of [refused, troubleOf(refused), new TypeError('x is undefined'), new MinimixError('archive-misuse', 'no'), 'text', undefined]) {
    expect(isDiskFault(error)).toBe(false);
  }
});

test('an error that is its own cause ends the search for one', () => {
  const error = new Error('round');
  error.cause = error;
  expect(isDiskFault(error)).toBe(false);
});
