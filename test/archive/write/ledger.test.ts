import { expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/archive.ts';
import { LEDGER_LIMIT } from '../../../src/archive/write/ledger.ts';

const entry = { account: 'alice@a.example', room: 'r@rooms.example', event: 'self', nick: 'alice', text: undefined };

test('a room’s ledger gives its last entries, oldest first, and no other room’s', () => {
  const archive = openArchive(':memory:');
  archive.transaction(() => {
    for (const at of [1, 2, 3]) archive.addToLedger({ ...entry, at });
    archive.addToLedger({ ...entry, room: 'other@rooms.example', at: 4 });
  });
  expect(archive.ledger(entry.account, entry.room, 2).map(({ at }) => at)).toEqual([2, 3]);
  archive.close();
});

test('a ledger does not grow without bound', () => {
  const archive = openArchive(':memory:');
  archive.transaction(() => {
    for (let at = 1; at <= LEDGER_LIMIT * 3; at += 1) archive.addToLedger({ ...entry, at });
  });
  const kept = archive.ledger(entry.account, entry.room, LEDGER_LIMIT * 3);
  expect(kept.length).toBeLessThan(LEDGER_LIMIT * 1.2);
  expect(kept.at(-1)?.at).toBe(LEDGER_LIMIT * 3);
  archive.close();
});

test('what others do in a busy room does not push out what became of us', () => {
  const archive = openArchive(':memory:');
  archive.transaction(() => {
    archive.addToLedger({ ...entry, at: 1, event: 'kicked' });
    for (let at = 2; at <= LEDGER_LIMIT * 3; at += 1) archive.addToLedger({ ...entry, at, event: 'occupant-left' });
  });
  expect(archive.ledger(entry.account, entry.room, LEDGER_LIMIT * 3)[0]?.event).toBe('kicked');
  archive.close();
});
