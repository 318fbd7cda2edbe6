import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockHome } from '../../src/config/lock.ts';
import { openService } from '../../src/config/service.ts';
import { erase, removeStarters } from '../../src/daemon/retire.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'minimix-retire-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('only what Minimix wrote is erased, whatever lies beside it', async () => {
  const ours = ['archive.db', 'archive.db-wal', 'archive.db.damaged-2026-11-27T00-00-00-000Z', 'archive.db.before-2026', 'settings.json', 'settings.good.json', 'secrets.json', 'sessions.json', 'bouncer-ca.pem', 'bouncer-ca.key', 'bouncer-example.org.pem', '.settings.json.0123456789ab', 'last-backup.json', 'retire.json'];
  const theirs = ['archive.db.copy', 'archive.jsonl', 'notes.txt', 'settings.json.mine', 'my.pem'];
  for (const name of [...ours, ...theirs]) writeFileSync(join(dir, name), name);
  for (const folder of ['log', 'avatars', 'sandbox']) {
    mkdirSync(join(dir, folder));
    writeFileSync(join(dir, folder, 'minimix.log'), '');
  }
  const { left } = await erase(dir);
  expect(readdirSync(dir).toSorted()).toEqual(theirs.toSorted());
  expect(left.toSorted()).toEqual(theirs.map((name) => join(dir, name)).toSorted());
});

test('a home that a daemon has again is not touched', async () => {
  writeFileSync(join(dir, 'archive.db'), 'kept');
  const lock = lockHome(dir, 0);
  await expect(erase(dir)).rejects.toThrow('Minimix is running on');
  expect(existsSync(join(dir, 'archive.db'))).toBe(true);
  lock?.release();
});

test('unit and autostart are taken away, with systemd and without it', async () => {
  const place = { home: join(dir, 'home'), usual: join(dir, 'home'), config: dir, command: ['minimix'] };
  const entry = join(dir, 'minimix.desktop');
  for (const there of [true, false]) {
    const called: string[] = [];
    const service = openService(place, async (_program, args) => {
      called.push(args.join(' '));
      if (!there) throw new Error('no bus');
      return '';
    });
    const { path, text } = await service.unit(false);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    writeFileSync(entry, '[Desktop Entry]');
    expect(await removeStarters(service, entry)).toBe(`Removed ${path} and ${entry}: Minimix no longer starts on its own.`);
    expect([existsSync(path), existsSync(entry)]).toEqual([false, false]);
    expect(called.includes('--user disable --now minimix.service')).toBe(there);
    expect(await removeStarters(service, undefined)).toBeUndefined();
  }
});
