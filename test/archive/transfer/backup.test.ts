import { chmodSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArchive } from '../../../src/archive/archive.ts';
import { isSaid } from '../../../src/account/history/checked-import.ts';
import { backUp, restore } from '../../../src/archive/transfer/backup.ts';
import { append, appendInside, BALL, bodies, JULIET, ORCHARD, ownArchive, page, T0 } from '../support.ts';
import { storedValues } from '../../../src/archive/stored-values.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
  own.archive.transaction(() => {
    for (let n = 0; n < 500; n++) appendInside(own.archive, { body: `${n} ${'x'.repeat(500)}`, arrivedAt: T0 + n });
  });
});
afterEach(() => own.close());

const nobodyAsks = (): Promise<string> => Promise.reject(new Error('nobody asks for a passphrase'));
const restoring = { now: new Date(T0), passphrase: nobodyAsks, isSaid: () => true };
const room = { account: JULIET, room: ORCHARD, membership: '{}', wanted: true, nick: undefined, subject: undefined };

test('a backup of an archive in use is whole, and holds no keys', async () => {
  own.archive.saveRoom({ ...room, password: 'wherefore-art-thou' });
  own.archive.saveStream(JULIET, '{"id":"resume-me-please"}');
  const bookmark = (password: string): string => JSON.stringify({ room: ORCHARD, autojoin: true, password });
  own.archive.setBookmark(JULIET, { place: 'list', room: ORCHARD, value: bookmark('bookmarked-password') });
  own.archive.addToBookmarkLog({ account: JULIET, at: T0, storage: 'native', room: ORCHARD, before: bookmark('password-before'), after: bookmark('password-after'), cause: 'edited' });
  own.archive.setValue(JULIET, storedValues.invitations, [{ room: 'tomb@example.org', by: 'nurse@a.example', reason: undefined, password: 'invited-by-password', mediated: true, at: T0 }]);
  const scram = { storedKey: 'c3RvcmVkLWtleQ==', serverKey: 'c2VydmVyLWtleQ==' };
  const device = { id: 'd1', name: 'phone', addedAt: T0, policy: 'everything' as const, policies: {}, words: [], sha1: scram, sha256: scram };
  own.archive.setValue(JULIET, storedValues.bouncerDevices, { salt: 'c2FsdA==', devices: [device] });
  own.archive.setValue(JULIET, storedValues.bouncerMail.of('d1'), [{ at: T0, xml: '<message><body>for the phone alone</body></message>' }]);
  own.archive.setValue(JULIET, storedValues.accountNick, 'Jule');
  own.archive.setValue(JULIET, { key: 'of-nobody', read: String, write: String }, 'nobody knows what this is');
  own.archive.quarantine({ account: JULIET, at: T0, sender: undefined, kind: 'iq', size: 9, cause: 'x', text: 'in-quarantine' });
  own.archive.saveRoom({ ...room, room: 'tomb@example.org', membership: JSON.stringify({ state: 'room-gone', venuePassword: 'of-the-new-venue' }), password: undefined });
  const target = `${own.path}.backup`;
  const shares: number[] = [];
  const running = backUp(own.path, target, { progress: (share) => shares.push(share) });
  append(own.archive, { body: 'meanwhile', arrivedAt: T0 + 9999 });
  await running;
  const copy = openArchive(target);
  expect(copy.count(JULIET)).toBeGreaterThanOrEqual(500);
  expect(copy.rooms(JULIET)).toMatchObject([{ room: ORCHARD, password: undefined }, { membership: '{"state":"room-gone"}' }]);
  expect(copy.bookmarks(JULIET, 'list')).toEqual([{ room: ORCHARD, value: JSON.stringify({ room: ORCHARD, autojoin: true }) }]);
  expect(copy.stream(JULIET)).toBeUndefined();
  expect(copy.value(JULIET, storedValues.bouncerDevices)).toBeUndefined();
  expect(copy.value(JULIET, storedValues.accountNick)).toBe('Jule');
  expect(copy.value(JULIET, storedValues.invitations)?.map(({ room: to, password }) => [to, password])).toEqual([['tomb@example.org', undefined]]);
  copy.close();
  const bytes = readFileSync(target, 'latin1');
  for (const key of ['wherefore-art-thou', 'resume-me-please', 'bookmarked-password', 'password-before', 'password-after', 'invited-by-password', 'of-the-new-venue', scram.storedKey, scram.serverKey, 'for the phone alone', 'nobody knows what this is', 'in-quarantine']) expect(bytes).not.toContain(key);
  expect(own.archive.rooms(JULIET)[0]?.password).toBe('wherefore-art-thou');
  await expect(backUp(own.path, target)).rejects.toThrow('already exists');
});

test('a backup is restored in place of what is there, which is set aside', async () => {
  const target = `${own.path}.backup`;
  await backUp(own.path, target);
  append(own.archive, { body: 'since', arrivedAt: T0 + 9999 });
  own.archive.close();
  const { setAside } = await restore(target, own.path, restoring);
  expect(own.reopen().count(JULIET)).toBe(500);
  const old = openArchive(setAside ?? '');
  expect(bodies(page(old, 1))).toEqual(['since']);
  old.close();
});

test('what is no whole archive is not restored, and nothing is touched', async () => {
  const before = readdirSync(dirname(own.path)).toSorted();
  const broken = `${own.path}.broken`;
  writeFileSync(broken, readFileSync(own.path));
  truncateSync(broken, 8192);
  await expect(restore(broken, own.path, restoring)).rejects.toThrow(expect.objectContaining({ code: 'archive-corrupt' }));
  await expect(restore(`${own.path}.none`, own.path, restoring)).rejects.toThrow('not a complete archive');
  expect(readdirSync(dirname(own.path)).filter((name) => !name.includes('broken')).toSorted()).toEqual(before);
});

test('a backup to a folder that is not there is refused by the folder’s name', async () => {
  const folder = `${own.path}-no-such-folder`;
  await expect(backUp(own.path, `${folder}/backup`)).rejects.toThrow(`No such folder: ${folder}.`);
});

test('a backup that fails leaves nothing behind', async () => {
  const target = `${own.path}${'x'.repeat(300)}`; // no disk takes a name so long
  const before = readdirSync(dirname(own.path)).toSorted();
  await expect(backUp(own.path, target)).rejects.toThrow('ENAMETOOLONG');
  expect(readdirSync(dirname(own.path)).toSorted()).toEqual(before);
});

test('what is restored is for its owner alone, whatever the backup lay there as', async () => {
  const target = `${own.path}.backup`;
  await backUp(own.path, target);
  chmodSync(target, 0o644);
  own.archive.close();
  await restore(target, own.path, restoring);
  expect(statSync(own.path).mode & 0o777).toBe(0o600);
  own.reopen();
});

test('a backup of somebody’s making brings no device, says nothing by itself, and gives no id again', async () => {
  const entry = { account: JULIET, room: ORCHARD, originId: 'o1', xml: '<message/>', createdAt: T0, stream: 'x', outbound: 3, state: 'waiting' as const };
  own.archive.addToOutbox(entry);
  const target = `${own.path}.backup`;
  await backUp(own.path, target);
  const scram = { storedKey: 'c3RvcmVk', serverKey: 'c2VydmVy' };
  const foreign = openArchive(target);
  foreign.setValue(JULIET, storedValues.bouncerDevices, { salt: 'c2FsdA==', devices: [{ id: 'd1', name: 'phone', addedAt: T0, policy: 'everything', policies: {}, words: [], sha1: scram, sha256: scram }] });
  foreign.close();
  own.archive.transaction(() => {
    for (let n = 0; n < 2_500; n += 1) appendInside(own.archive, { body: `since ${n}`, arrivedAt: T0 + 5_000 + n }); // more than any stretch of ids
  });
  const since = append(own.archive, { body: 'since', arrivedAt: T0 + 9999 });
  own.archive.close();
  await restore(target, own.path, restoring);
  const restored = own.reopen();
  expect(restored.value(JULIET, storedValues.bouncerDevices)).toBeUndefined();
  expect(restored.outbox(JULIET)).toMatchObject([{ originId: 'o1', state: 'ask', stream: undefined }]);
  const next = append(restored, { body: 'next', arrivedAt: T0 + 10_000 });
  expect(since.kept && next.kept && next.message.archiveId > since.message.archiveId).toBe(true);
});

test('a backup with a program of its own is not restored, and nothing is touched', async () => {
  const target = `${own.path}.backup`;
  await backUp(own.path, target);
  const hostile = new DatabaseSync(target);
  hostile.exec("CREATE TRIGGER again AFTER DELETE ON stream BEGIN INSERT INTO value VALUES (1, 'bouncer-devices', '{}'); END");
  hostile.close();
  await expect(restore(target, own.path, restoring)).rejects.toThrow('holds a program of its own (again)');
  expect(own.archive.count(JULIET)).toBe(500);
});

/** Of an own backup, with one table made anew by somebody else, and the rows that they want. */
async function reworked(table: string, make: (schema: string) => string, rows: string): Promise<string> {
  const target = `${own.path}.backup`;
  await backUp(own.path, target);
  const hostile = new DatabaseSync(target, { enableForeignKeyConstraints: false });
  const schema = String(hostile.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').get(table)?.['sql']);
  hostile.exec(`DROP TABLE ${table}; ${make(schema)}; ${rows}`);
  hostile.close();
  return target;
}

test.each([
  ['leaves a message as it is, to be said without being asked about', 'outbox', (schema: string) => schema.replace('state TEXT NOT NULL', 'state TEXT NOT NULL UNIQUE ON CONFLICT IGNORE'),
    "INSERT INTO outbox (account, room, origin_id, xml, created, state) VALUES (1, 'r@x.y', 'o1', '<message/>', 1, 'sent'), (1, 'r@x.y', 'o2', '<message/>', 1, 'waiting')"],
  ['makes a device of a value as the one beside it is taken out', 'value', () => "CREATE TABLE value (account INTEGER, name TEXT UNIQUE, key TEXT DEFAULT 'bouncer-devices' REFERENCES value (name) ON DELETE SET DEFAULT, value TEXT NOT NULL) STRICT",
    "INSERT INTO value VALUES (1, 'health', 'of-nobody', '1'), (1, NULL, 'health', '{\"salt\":\"c2FsdA==\",\"devices\":[]}'), (1, 'of-nobody', NULL, '1'), (1, 'bouncer-devices', NULL, '1')"],
])('a backup whose own table %s is not restored, and nothing is touched', async (_what, table, make, rows) => {
  const target = await reworked(table, make, rows);
  const outcome = await restore(target, own.path, restoring).then(() => 'restored', (error: unknown) => String(error));
  expect(outcome).toContain(`holds a program of its own (${table})`);
  expect(own.archive.count(JULIET)).toBe(500);
});

test('a stanza that a backup holds, and that is not what it is kept as, is restored as the words alone, wherever its text lies', async () => {
  const said = (text: string, more: object = {}): void => void appendInside(own.archive, { room: BALL, body: text, xml: text, ...more });
  const good = `<message xmlns='jabber:client' type='groupchat' from='${BALL}/Romeo'><body>as it was</body></message>`;
  const hostile = [
    `${good}<iq xmlns='jabber:client' type='set'><query xmlns='jabber:iq:roster'><item jid='mallory@x.y'/></query></iq>`,
    `<iq xmlns='jabber:client' type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='mallory@x.y'/></query></iq>`,
    good.replace('Romeo', 'Juliet'),
    good.replace(BALL, 'boss@x.y'),
    `</stream:stream>`,
  ];
  own.archive.transaction(() => {
    for (const text of [good, ...hostile]) said(text);
    said(good.replace("type='groupchat'", "type='chat' to='x'").replace(BALL, 'boss@x.y'), { kind: 'private', body: 'psst' });
    for (let n = 0; n < 1100; n++) appendInside(own.archive, { room: BALL, body: `${n}`, arrivedAt: T0 + 10_000 + n, xml: good });
  });
  while (own.archive.tidy(T0 + 365 * 86_400_000));
  const cold = new DatabaseSync(own.path, { readOnly: true });
  expect(cold.prepare('SELECT count(*) AS n FROM message WHERE block IS NOT NULL').get()?.['n']).toBeGreaterThan(10);
  cold.close();
  const target = `${own.path}.backup`;
  await backUp(own.path, target);
  await restore(target, own.path, { ...restoring, isSaid });
  const restored = own.reopen();
  const kept = restored.page({ account: JULIET, room: BALL, limit: hostile.length + 2, from: 0 });
  expect(kept.map(({ xml }) => xml)).toEqual([good, ...kept.slice(1).map(({ kind }) => expect.stringMatching(`^<message xmlns="jabber:client" type="${kind === 'private' ? 'chat' : 'groupchat'}" from="${BALL}/Romeo"><body>`) as unknown)]);
  expect(kept.map(({ body }) => body)).toEqual([good, ...hostile, 'psst']);
  for (const { xml, kind } of kept) expect(isSaid({ room: BALL, nick: 'Romeo', isPrivate: kind === 'private', xml })).toBe(true);
});
