// The watch over a daemon, by a clock that the test turns and over a real archive.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/archive.ts';
import { openProblems } from '../../../src/daemon/diagnostics/problems.ts';
import { startMonitoring } from '../../../src/daemon/monitoring/monitoring.ts';
import { watchWrites } from '../../../src/daemon/monitoring/watched-archive.ts';
import { exposition } from '../../../src/daemon/monitoring/exposition.ts';
import type { DaemonEvent } from '../../../src/frontends/web/contract/contract.ts';
import { smallDaemon } from '../../frontends/web/daemon-api.ts';
import { undoing } from '../../support/undo.ts';
import { storedValues } from '../../../src/archive/stored-values.ts';

const ALICE = 'alice@example.org';
const MINUTE = 60_000;
const undo = undoing();

function watched(pageLimit?: number) {
  const dir = mkdtempSync(join(tmpdir(), 'minimix-watch-'));
  undo.push(() => rmSync(dir, { recursive: true }));
  const life = new AbortController();
  undo.push(() => life.abort());
  const opened = openArchive(join(dir, 'archive.db'), pageLimit === undefined ? {} : { pageLimit });
  undo.push(opened.close);
  let now = Date.UTC(2026, 10, 27);
  const problems = openProblems(() => undefined);
  const { archive, writes } = watchWrites(opened, problems, () => now);
  const [account] = smallDaemon(ALICE).api.accounts();
  if (!account) throw new Error('no account');
  const shown = { ...account, sending: { ...account.sending, outbox: () => [] }, bookmarks: { ...account.bookmarks, held: () => [] } };
  let listener: (event: DaemonEvent) => void = () => undefined;
  const settings = { health: true, metrics: true, names: false, offlineMinutes: 5, unverifiedMinutes: 15 };
  const watch = startMonitoring({
    home: dir, version: '1.2.3', startedAt: now, accounts: () => [shown], subscribe: (given) => void (listener = given), archive, archivePath: join(dir, 'archive.db'),
    writes, problems: problems.list, settings: () => settings, logged: () => ({ debug: 0, info: 1, warn: 2, error: 3 }), now: () => now, signal: life.signal,
  });
  const connection = (state: 'online' | 'offline'): void =>
    listener({ type: 'status', status: { account: ALICE, rooms: 1, joined: 1, messages: 0, connection: state === 'online' ? { state, jid: `${ALICE}/m`, resumed: false, since: now } : { state } } });
  return { watch, archive, problems, settings, connection, pass: (minutes: number) => void (now += minutes * MINUTE) };
}

test('an account that stays offline fails after its limit, and is well again once it is online', () => {
  const { watch, connection, pass } = watched();
  connection('offline');
  pass(5);
  expect(watch.health(true)).toMatchObject({ status: 'ok', reasons: [] });
  pass(1);
  expect(watch.health(true)).toMatchObject({ status: 'failing', reasons: [{ code: 'account-offline', account: ALICE }] });
  expect(watch.health(false).reasons).toEqual([{ code: 'account-offline', count: 1, message: '1 accounts are offline for longer than the settings allow.' }]);
  connection('online');
  expect(watch.health(true).status).toBe('ok');
});

test('a joined room without proof for fifteen minutes fails', () => {
  const { watch, connection, pass, settings } = watched();
  connection('online');
  pass(16);
  expect(watch.health(true).reasons).toMatchObject([{ code: 'room-unverified', room: 'cave@muc.example.org' }]);
  settings.unverifiedMinutes = 60; // at once
  expect(watch.health(true).status).toBe('ok');
});

test('an archive that cannot be written fails, is a problem for the person, and is believed for a minute', () => {
  const { watch, archive, problems, connection, pass } = watched(60);
  connection('online');
  archive.transaction(() => archive.setValue(ALICE, storedValues.health, 0));
  expect(watch.health(false).status).toBe('ok');
  expect(() => archive.transaction(() => archive.setValue(ALICE, storedValues.accountNick, 'x'.repeat(1_000_000)))).toThrow('full');
  expect(watch.health(true).reasons).toEqual([{ code: 'archive-unwritable', message: 'The archive cannot be written: The disk with the archive is full.' }]);
  expect(problems.list()).toMatchObject([{ code: 'archive-unwritable' }]);
  pass(2);
  expect(watch.health(true).status).toBe('ok'); // it wrote, to know
  expect(problems.list()).toEqual([]);
});

test('metrics are well formed, count by state and frontend, and name nothing unless they are told to', () => {
  const { watch, connection, settings } = watched();
  connection('online');
  const text = watch.metrics(false);
  expect(text).toContain('minimix_build_info{version="1.2.3"} 1\n');
  expect(text).toContain('minimix_account_online{account="1"} 1\n');
  expect(text).toContain('minimix_rooms{account="1",state="joined"} 1\n');
  expect(text).toContain('minimix_log_lines_total{level="error"} 3\n');
  expect(text).not.toContain('@');
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"]*",?)+\})? -?[\d.e+-]+)$/);
  settings.names = true;
  expect(watch.metrics(false)).toContain(`minimix_room_joined{account="${ALICE}",room="cave@muc.example.org"} 1\n`);
});

test('labels and help are escaped as the format asks', () => {
  const family = { name: 'a', type: 'gauge', help: 'x\\y\nz', samples: [{ value: Infinity, labels: { of: 'a"b\\c\nd' } }, { value: NaN }] } as const;
  expect(exposition([family])).toBe('# HELP a x\\\\y\\nz\n# TYPE a gauge\na{of="a\\"b\\\\c\\nd"} +Inf\na NaN\n');
});
