import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attachOrStart, reachOf, type DaemonReach, type StatusAnswer } from '../../src/tray/attach.ts';

const address = { pid: 1, url: 'http://127.0.0.1:7722', token: 'secret' };
const life = new AbortController();
const status: StatusAnswer = { version: '0', home: '/home', pid: 1, startedAt: '2026-11-23T00:00:00Z', accounts: [], problems: [] };

/** A home whose daemon answers once `ready` waits have passed; undefined for never. */
function home(options: { file: boolean; answersAfter: number | undefined; daemonStarts?: boolean }) {
  const seen = { starts: 0, waits: 0 };
  const reach: DaemonReach = {
    read: () => (options.file || seen.starts > 0 ? address : undefined),
    ask: async () => (options.answersAfter !== undefined && seen.waits >= options.answersAfter ? status : undefined),
    start: () => void (seen.starts += 1),
    wait: async () => void (seen.waits += 1),
  };
  return { reach, seen };
}

test('a running daemon is attached to, and none is started', async () => {
  const { reach, seen } = home({ file: true, answersAfter: 0 });
  expect(await attachOrStart(reach, 'It does not answer.', life.signal)).toEqual({ ok: true, value: address });
  expect(seen.starts).toBe(0);
});

test('where none runs one is started, once, and waited for', async () => {
  const { reach, seen } = home({ file: false, answersAfter: 5 });
  expect(await attachOrStart(reach, 'It does not answer.', life.signal)).toEqual({ ok: true, value: address });
  expect(seen.starts).toBe(1);
});

test('a daemon.json that a crash left behind is not trusted', async () => {
  const { reach, seen } = home({ file: true, answersAfter: 3 });
  expect(await attachOrStart(reach, 'It does not answer.', life.signal)).toEqual({ ok: true, value: address });
  expect(seen.starts).toBe(1);
});

test('a daemon that never answers is an error in one sentence', async () => {
  const { reach, seen } = home({ file: false, answersAfter: undefined });
  expect(await attachOrStart(reach, 'It does not answer.', life.signal)).toMatchObject({ ok: false, error: { code: 'no-daemon', message: 'It does not answer.' } });
  expect(seen.starts).toBe(1);
});

test('a tray that ends waits for no daemon, and starts none', async () => {
  const { reach, seen } = home({ file: false, answersAfter: undefined });
  const ending = new AbortController();
  const wait = async (): Promise<void> => {
    seen.waits += 1;
    if (seen.waits === 2) ending.abort();
  };
  await expect(attachOrStart({ ...reach, wait }, 'It does not answer.', ending.signal)).rejects.toThrow('aborted');
  await expect(attachOrStart(reach, 'It does not answer.', ending.signal)).rejects.toThrow('aborted');
  expect(seen).toEqual({ starts: 1, waits: 2 });
  await expect(reachOf('/nowhere', () => undefined).wait(ending.signal)).rejects.toThrow('aborted');
});

test.each([
  ['half a file', '{"pid": 1, "url": "ht'],
  ['another program’s file', '{"pid": "x"}'],
])('%s is no daemon', (_name, text) => {
  const dir = mkdtempSync(join(tmpdir(), 'tray-'));
  writeFileSync(join(dir, 'daemon.json'), text);
  expect(reachOf(dir, () => undefined).read()).toBeUndefined();
  rmSync(dir, { recursive: true });
});
