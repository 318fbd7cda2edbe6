import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { openArchive } from '../../src/archive/archive.ts';
import type { Archive } from '../../src/archive/contract.ts';
import { refuseNewer } from '../../src/archive/schema/database.ts';
import { migrations } from '../../src/archive/schema/migrations/list.ts';
import { secrecyOf, storedBookmark, storedStream, storedValues } from '../../src/archive/stored-values.ts';
import { isSaid } from '../../src/account/history/checked-import.ts';
import { restore } from '../../src/archive/transfer/backup.ts';
import { readSettings } from '../../src/config/config.ts';
import type { KeptMessage } from '../../src/core/groupchat.ts';
import type { Viewed } from '../../src/core/view.ts';

const FIXTURE = resolve(import.meta.dirname, '../fixtures/home-2026-11-28');
const ACCOUNTS = ['juliet@capulet.example', 'nurse@capulet.example'];
const JULIET = 'juliet@capulet.example';

const ofAccount = z.object({
  messages: z.record(z.string(), z.object({ count: z.number(), first: z.unknown(), last: z.unknown(), sha256: z.string() })),
  viewed: z.record(z.string(), z.string()),
  found: z.array(z.number()),
  rooms: z.array(z.unknown()),
  occupants: z.array(z.unknown()),
  stream: z.string().optional(),
  outbox: z.array(z.unknown()),
  cursors: z.record(z.string(), z.tuple([z.number().optional(), z.number().optional()]).or(z.tuple([z.null(), z.null()]))),
  bookmarks: z.record(z.string(), z.array(z.unknown())),
  bookmarkLog: z.array(z.unknown()),
  ledger: z.array(z.unknown()),
  gaps: z.array(z.unknown()),
  retention: z.array(z.unknown()),
  lastId: z.number(),
});
const expectedShape = z.object({
  'juliet@capulet.example': ofAccount,
  'nurse@capulet.example': ofAccount,
  values: z.array(z.object({ jid: z.string(), key: z.string(), value: z.string() })),
  userVersion: z.number(),
  cold: z.number(),
});
const expected = expectedShape.parse(JSON.parse(readFileSync(join(FIXTURE, 'expected.json'), 'utf8')));

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minimix-old-home-'));
  path = join(home, 'archive.db');
  writeFileSync(path, zstdDecompressSync(readFileSync(join(FIXTURE, 'archive.db.zst'))));
  writeFileSync(join(home, 'settings.json'), readFileSync(join(FIXTURE, 'settings.json')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Of all that the code of then gave out; `mention` it kept as a flag, and gave to nobody (there is a test for it). */
const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, (key, inner: unknown) => (key === 'mention' ? undefined : inner))).digest('hex');
/** As JSON has it: without what is undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function messagesOf(archive: Archive, account: string, room: string): KeptMessage[] {
  const found: KeptMessage[] = [];
  for (let after = 0; ; ) {
    const page = archive.page({ account, room, after, limit: 500 });
    found.push(...page);
    if (page.length < 500) return found;
    after = page.at(-1)?.archiveId ?? Number.MAX_SAFE_INTEGER;
  }
}

function readAs(archive: Archive, account: string): unknown {
  const rooms = archive.keptRooms(account);
  return asJson({
    messages: Object.fromEntries(rooms.map((room) => {
      const all = messagesOf(archive, account, room);
      return [room, { count: all.length, first: all[0], last: all.at(-1), sha256: digest(all) }];
    })),
    viewed: Object.fromEntries(rooms.map((room) => [room, digest(archive.view({ account, room, limit: 500 }).map(asThen))])),
    found: archive.search({ account, text: 'window', limit: 500 }).map(({ archiveId }) => archiveId),
    rooms: archive.rooms(account),
    occupants: archive.occupants(account),
    stream: archive.stream(account),
    outbox: archive.outbox(account).map(({ ends, cause, ...before }) => (expect({ ends, cause }).toEqual({ ends: 0, cause: undefined }), before)),
    cursors: Object.fromEntries(['device:d1', 'device:d2', 'device:b1'].map((owner) => [owner, ['orchard', 'ball'].map((room) => archive.cursor(account, owner, `${room}@rooms.example`))])),
    bookmarks: Object.fromEntries(['list', 'native', 'private'].map((place) => [place, archive.bookmarks(account, place)])),
    bookmarkLog: archive.bookmarkLog(account, { limit: 100 }),
    ledger: archive.ledger(account, 'orchard@rooms.example', 100),
    gaps: rooms.map((room) => archive.gaps(account, room)),
    retention: rooms.map((room) => archive.retention(account, room)),
    lastId: archive.lastId(),
  });
}

test('a home of November 2026 opens whole, brought up to today in one start, with nothing lost', () => {
  expect(expected.cold).toBeGreaterThan(300);
  expect(readSettings(home).accounts.map(({ jid }) => jid)).toEqual(ACCOUNTS);
  const archive = openArchive(path);
  expect(archive.accounts()).toEqual(ACCOUNTS);
  for (const account of [JULIET, 'nurse@capulet.example'] as const) expect(readAs(archive, account)).toEqual(expected[account]);
  archive.close();
  const raw = new DatabaseSync(path);
  expect(raw.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
  expect(raw.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  expect(raw.prepare('SELECT jid, key, value FROM value JOIN account ON account.id = account ORDER BY jid, key').all()).toEqual(expected.values);
  expect(raw.prepare('SELECT count(*) AS n FROM message WHERE block IS NOT NULL').get()).toEqual({ n: expected.cold });
  raw.close();
});

test('what an old home flagged as a mention is one, of which only that is known', () => {
  const archive = openArchive(path);
  const all = archive.keptRooms(JULIET).flatMap((room) => messagesOf(archive, JULIET, room));
  const flagged = new DatabaseSync(path);
  const ids = flagged.prepare('SELECT message.id AS id FROM message JOIN chat ON chat.id = message.chat JOIN account ON account.id = chat.account WHERE jid = ? AND flags & 32 ORDER BY message.id').all(JULIET);
  flagged.close();
  expect(ids.length).toBeGreaterThan(0);
  const mentions = all.filter(({ mention }) => mention !== undefined).toSorted((a, b) => a.archiveId - b.archiveId);
  expect(mentions.map(({ archiveId, mention }) => [archiveId, mention])).toEqual(ids.map(({ id }) => [id, 'nick']));
  archive.close();
});

test('every value and record of a home of November 2026 is what today’s code reads', () => {
  const archive = openArchive(path);
  const families = ['read', 'read-private', 'relay-floor', 'whole-from', 'bouncer-mail', 'bouncer-push', 'bouncer-room'];
  for (const { jid, key } of expected.values) {
    expect(families.some((prefix) => key.startsWith(`${prefix}:`)) || Object.values(storedValues).some((entry) => 'key' in entry && entry.key === key), key).toBe(true);
    const secret = key.startsWith('bouncer-') && !key.startsWith('bouncer-room:');
    expect(secrecyOf(key) === 'secret', key).toBe(secret);
    expect(jid).toBe(JULIET);
  }
  expect(archive.value(JULIET, storedValues.devices)?.map(({ id, policy, limit }) => [id, policy, limit.messages])).toEqual([['d1', 'mentions', 2000], ['d2', 'mentions', 2000]]);
  expect(archive.value(JULIET, storedValues.bouncerDevices)?.devices.map(({ name, leaves }) => [name, leaves])).toEqual([['Phone', 'everywhere']]);
  expect(archive.value(JULIET, storedValues.bookmarkMeta)).toMatchObject({ held: [{ rooms: ['tomb@rooms.example'] }], looked: ['native', 'private'] });
  expect(archive.value(JULIET, storedValues.relayPause)).toBe(Infinity);
  expect(archive.value(JULIET, storedValues.readTo.of('orchard@rooms.example'))).toBe(1300);
  expect(archive.value(JULIET, storedValues.orderUnproven)).toEqual({ 'orchard@rooms.example': { after: 's1399', follows: 1399 } });
  expect(archive.value(JULIET, storedValues.accountNick)).toBe('Juliet');
  expect(archive.value(JULIET, storedValues.presenceOffline)).toEqual({ show: 'xa', status: 'asleep' });
  for (const { value } of archive.bookmarks(JULIET, 'list')) expect(storedBookmark.read(value)).toMatchObject({ autojoin: true, nick: 'Juliet' });
  expect(storedStream.read(archive.stream(JULIET) ?? '')).toMatchObject({ id: 'resumption', inbound: 77 });
  archive.close();
});

test('an archive of today is refused, in words, by code that knows no more than the home of November 2026', () => {
  openArchive(path).close();
  const raw = new DatabaseSync(path, { readOnly: true });
  const version = Number(raw.prepare('PRAGMA user_version').get()?.['user_version']);
  raw.close();
  expect(() => refuseNewer(version, expected.userVersion)).toThrow(`written by a newer version of Minimix (archive version ${migrations.length}, this one knows ${expected.userVersion}). It is left as it is`);
  expect(() => refuseNewer(version)).not.toThrow();
});

test('the archive of November 2026 is taken for one of ours by a restore, as it was and as it is once it was opened, with each stanza as it is', async () => {
  const passphrase = (): Promise<string> => Promise.reject(new Error('nobody asks for a passphrase'));
  const stanzas = (at: string): (string | number)[][] => {
    const archive = openArchive(at);
    const kept = archive.keptRooms(JULIET).flatMap((room) => [...pagesOf(archive, room)]);
    const all = kept.filter(({ kind }) => kind !== 'private').map(({ archiveId, xml }) => [archiveId, xml]); // this one’s private message was made up as one to all
    archive.close();
    return all;
  };
  for (const name of ['then.db', 'now.db']) {
    await restore(path, join(home, name), { now: new Date(0), passphrase, isSaid });
    expect(stanzas(join(home, name))).toEqual(stanzas(path));
  }
});

function* pagesOf(archive: Archive, room: string): Generator<KeptMessage> {
  for (let after = 0; ; ) {
    const page = archive.page({ account: JULIET, room, limit: 500, ...(after === 0 ? { from: 0 } : { after }) });
    yield* page;
    if (page.length < 500) return;
    after = page.at(-1)?.archiveId ?? 0;
  }
}

/** A view as it was when the home was recorded: a quote's own words came later. */
function asThen({ reply, ...rest }: Viewed): object {
  return { ...rest, reply: reply && { id: reply.id, message: reply.message } };
}
