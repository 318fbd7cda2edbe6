// The copy that may lie anywhere: on a stick, on somebody else's disk.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/archive.ts';
import { backUp, restore } from '../../../src/archive/transfer/backup.ts';
import { append, appendInside, JULIET, ORCHARD, ownArchive, T0 } from '../support.ts';

const PASSPHRASE = 'it is the east, and juliet is the sun';
const CHUNK = 64 * 1024 + 16; // bytes, with its tag
let own: ReturnType<typeof ownArchive>;
let away: string;
let sealed: string;

beforeAll(async () => {
  own = ownArchive();
  own.archive.transaction(() => {
    for (let n = 0; n < 400; n++) appendInside(own.archive, { body: `planted-words ${n} ${'x'.repeat(500)}`, arrivedAt: T0 + n });
  });
  away = mkdtempSync(join(tmpdir(), 'minimix-away-'));
  sealed = join(away, 'backup.age');
  await backUp(own.path, sealed, { passphrase: async () => PASSPHRASE, work: 10 });
});
afterAll(() => {
  own.close();
  rmSync(away, { recursive: true });
});

const open = (source: string, to: string, passphrase = PASSPHRASE): Promise<unknown> => restore(source, to, { now: new Date(T0), passphrase: async () => passphrase, isSaid: () => true });

test('an encrypted backup shows nothing, is its owner’s alone, and leaves nothing plain behind', () => {
  const bytes = readFileSync(sealed, 'latin1');
  expect(bytes.startsWith('age-encryption.org/v1\n-> scrypt ')).toBe(true);
  for (const plain of ['planted-words', JULIET, ORCHARD, 'SQLite format']) expect(bytes).not.toContain(plain);
  expect(bytes.length).toBeGreaterThan(2 * CHUNK);
  expect(statSync(sealed).mode & 0o777).toBe(0o600);
  expect(readdirSync(away)).toEqual([basename(sealed)]);
  expect(readdirSync(dirname(own.path)).filter((name) => name.includes('.part'))).toEqual([]);
});

test('with its passphrase it is restored whole; with another it says so, and nothing has changed', async () => {
  const to = join(away, 'restored', 'archive.db');
  execFileSync('mkdir', [dirname(to)]);
  await expect(open(sealed, to, `${PASSPHRASE}!`)).rejects.toMatchObject({ code: 'wrong-passphrase', message: expect.stringContaining('not the passphrase') });
  expect(readdirSync(dirname(to))).toEqual([]);
  await open(sealed, to);
  expect(statSync(to).mode & 0o777).toBe(0o600);
  const copy = openArchive(to);
  expect(copy.count(JULIET)).toBe(400);
  expect(append(copy, { body: 'goes on', arrivedAt: T0 + 9999 })).toBeDefined();
  copy.close();
});

describe('a backup that is not as it was written is not restored:', () => {
  const last = (size: number): number => CHUNK * Math.floor((size - 1) / CHUNK);
  const spoiled: Readonly<Record<string, (path: string, size: number) => void>> = {
    'a bit flipped in its header': (path) => flip(path, 60),
    'a bit flipped in the proof of its header': (path) => flip(path, readFileSync(path).indexOf('--- ') + 10),
    'a bit flipped in its middle': (path, size) => flip(path, Math.floor(size / 2)),
    'a bit flipped in its last byte': (path, size) => flip(path, size - 1),
    'cut within a chunk': (path, size) => truncateSync(path, size - 1000),
    'cut at the end of a chunk': (path, size) => truncateSync(path, bodyAt(path) + last(size - bodyAt(path))),
    'cut to its header': (path) => truncateSync(path, bodyAt(path)),
    'two chunks exchanged': exchange,
    'something behind it': (path) => writeFileSync(path, 'x', { flag: 'a' }),
  };

  test.each(Object.keys(spoiled))('%s', async (how) => {
    const path = join(away, 'spoiled.age');
    copyFileSync(sealed, path);
    spoiled[how]?.(path, statSync(path).size);
    const to = join(mkdtempSync(join(away, 'to-')), 'archive.db');
    writeFileSync(to, 'what was there');
    await expect(open(path, to)).rejects.toMatchObject({ code: expect.stringMatching(how === 'a bit flipped in its header' ? /^(wrong-passphrase|backup-damaged)$/ : /^backup-damaged$/) });
    expect(readdirSync(dirname(to))).toEqual(['archive.db']);
    expect(readFileSync(to, 'utf8')).toBe('what was there');
  });
});

test('what a backup that was killed left in plain is gone with the next one, and what another is writing stays', async () => {
  const dead = spawnSync('true').pid;
  const [orphan, other] = [`${own.path}.part-backup-${dead}`, `${own.path}.part-backup-${process.ppid}`];
  for (const path of [orphan, other]) writeFileSync(path, 'plain');
  await backUp(own.path, join(away, 'plain.db'));
  const left = readdirSync(dirname(own.path)).filter((name) => name.includes('.part'));
  expect(left).toEqual([basename(other)]);
  rmSync(other);
});

/** Where the chunks begin: behind the header's proof and a nonce of 16 bytes. */
function bodyAt(path: string): number {
  const bytes = readFileSync(path);
  return bytes.indexOf('\n', bytes.indexOf('\n--- ') + 1) + 1 + 16;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function exchange(path: string): void {
  const bytes = readFileSync(path);
  const from = bodyAt(path);
  const [one, two] = [0, CHUNK].map((at) => Buffer.from(bytes.subarray(from + at, from + at + CHUNK)));
  writeFileSync(path, Buffer.concat([bytes.subarray(0, from), two ?? '', one ?? '', bytes.subarray(from + 2 * CHUNK)] as Uint8Array[]));
}
