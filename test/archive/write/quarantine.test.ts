import { expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/archive.ts';
import type { QuarantinedStanza } from '../../../src/archive/contract.ts';
import { QUARANTINE_LIMIT } from '../../../src/archive/write/quarantine.ts';

const ALICE = 'alice@a.example';
const entry = {
  account: ALICE, at: 5, sender: 'mallory@m.example/x', kind: 'message', size: 1_500_000, cause: 'It is too big.', text: '<message/>',
} satisfies Omit<QuarantinedStanza, 'id'>;

test('the quarantine gives its last stanzas, oldest first, to their account alone', () => {
  const archive = openArchive(':memory:');
  const id = archive.quarantine(entry);
  archive.quarantine({ ...entry, at: 6, sender: undefined, kind: 'other' });
  expect(archive.quarantined(ALICE)).toMatchObject([{ ...entry, id }, { at: 6, sender: undefined, kind: 'other' }]);
  expect(archive.quarantined(ALICE, 1)).toMatchObject([{ at: 6 }]);
  expect(archive.quarantined('bob@a.example')).toEqual([]);
  archive.close();
});

test('a stanza in quarantine is cut to what is worth a look, between two characters', () => {
  const archive = openArchive(':memory:');
  archive.quarantine({ ...entry, text: `${'x'.repeat(4095)}💔${'y'.repeat(9999)}`, sender: 's'.repeat(9999), cause: 'c'.repeat(9999) });
  const [kept] = archive.quarantined(ALICE);
  expect(kept?.text).toBe(`${'x'.repeat(4095)}\ufffd`);
  expect(kept).toMatchObject({ size: 1_500_000, sender: 's'.repeat(3071), cause: 'c'.repeat(500) });
  archive.close();
});

test('the quarantine does not grow without bound, and the oldest stanzas go', () => {
  const archive = openArchive(':memory:');
  archive.transaction(() => {
    for (let at = 1; at <= QUARANTINE_LIMIT + 100; at++) archive.quarantine({ ...entry, at });
  });
  const kept = archive.quarantined(ALICE);
  expect(kept).toHaveLength(QUARANTINE_LIMIT);
  expect(kept.at(-1)?.at).toBe(QUARANTINE_LIMIT + 100);
  expect(archive.quarantined(ALICE, 10 * QUARANTINE_LIMIT).length).toBeLessThan(QUARANTINE_LIMIT + 60);
  archive.close();
});

test('the quarantine of an account goes with the account', () => {
  const archive = openArchive(':memory:');
  archive.quarantine(entry);
  archive.quarantine({ ...entry, account: 'bob@a.example' });
  archive.removeAccount(ALICE);
  archive.transaction(() => archive.saveStream(ALICE, '{}'));
  expect(archive.quarantined(ALICE)).toEqual([]);
  expect(archive.quarantined('bob@a.example')).toHaveLength(1);
  archive.close();
});
