import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRoomTable } from '../../src/account/transaction.ts';
import { openArchive } from '../../src/archive/archive.ts';

const undo: (() => void)[] = [];
afterEach(() => undo.splice(0).toReversed().forEach((one) => one()));

test('events come in the order of the commits, also where what follows a commit commits in turn', () => {
  const dir = mkdtempSync(join(tmpdir(), 'transaction-'));
  const archive = openArchive(join(dir, 'archive.db'));
  undo.push(() => rmSync(dir, { recursive: true }), () => archive.close());
  const told: string[] = [];
  const rooms = openRoomTable({
    account: 'romeo@example.org', archive, now: () => 0, log: () => undefined, signal: new AbortController().signal,
    tell: (event) => void (event.type === 'room-forgotten' && told.push(event.room)),
  });
  const emit = (room: string) => ({ type: 'room-forgotten', account: 'romeo@example.org', room }) as const;
  rooms.transact((transaction) => {
    transaction.onCommit(() => rooms.transact((inner) => inner.emit(emit('second'))));
    transaction.emit(emit('first'));
  });
  expect(told).toEqual(['first', 'second']);
});
