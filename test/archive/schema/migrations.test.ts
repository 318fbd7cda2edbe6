import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { migrate } from '../../../src/archive/schema/database.ts';
import { migrations } from '../../../src/archive/schema/migrations/list.ts';

/** A database of version `version` with one message in it, as that version would have written it. */
function at(version: number): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  migrate(db, 0, version);
  db.exec(`INSERT INTO account VALUES (1, 'juliet@capulet.lit');
    INSERT INTO chat (id, account, room) VALUES (1, 1, 'orchard@rooms.lit');
    INSERT INTO message (id, chat, ord, doc, kind, flags, arrived, lag) VALUES (1, 1, 1000, 1, 0, 0, 1, 0);
    INSERT INTO stanza (message, body, xml) VALUES (1, 'But soft', '<message/>');
    INSERT INTO word (rowid, text, mark) VALUES (1, 'but soft', 'r1');`);
  return db;
}

const version = (db: DatabaseSync): unknown => db.prepare('PRAGMA user_version').get()?.['user_version'];

test('001 begins an archive whose words are found', () => {
  const db = at(1);
  expect(version(db)).toBe(1);
  expect(db.prepare("SELECT rowid FROM word WHERE word MATCH 'text : soft AND mark : r1'").all()).toEqual([{ rowid: 1 }]);
});

test('003 keeps every room for ever until someone says otherwise', () => {
  const db = at(2);
  migrate(db, 2, 3);
  expect(db.prepare('SELECT room, retention FROM chat').all()).toEqual([{ room: 'orchard@rooms.lit', retention: null }]);
});

test('004 leaves the messages as they are, related to none', () => {
  const db = at(3);
  migrate(db, 3, 4);
  expect(db.prepare('SELECT body, replaces FROM stanza LEFT JOIN relation USING (message)').all()).toEqual([
    { body: 'But soft', replaces: null },
  ]);
});

test('006 finds what is private without going through the room', () => {
  const db = at(5);
  migrate(db, 5, 6);
  const plan = db.prepare('EXPLAIN QUERY PLAN SELECT id FROM message WHERE chat = 1 AND (ord, id) < (9, 9) AND kind = 7 ORDER BY ord DESC, id DESC LIMIT 5').all();
  expect(JSON.stringify(plan)).toContain('message_private');
});

test('007 begins with nobody in quarantine', () => {
  const db = at(6);
  migrate(db, 6, 7);
  expect(db.prepare('SELECT count(*) AS n FROM quarantine').get()).toEqual({ n: 0 });
  db.exec("PRAGMA foreign_keys = ON; INSERT INTO quarantine VALUES (1, 1, 1, NULL, 'message', 1, 'too big', ''); DELETE FROM account");
  expect(db.prepare('SELECT count(*) AS n FROM quarantine').get()).toEqual({ n: 0 });
});

test('008 lets what waits to be sent have ended nothing', () => {
  const db = at(7);
  db.exec("INSERT INTO outbox (account, room, origin_id, xml, created, state) VALUES (1, 'orchard@rooms.lit', 'o1', '<message/>', 1, 'sent')");
  migrate(db, 7, 8);
  expect(db.prepare('SELECT state, ends, cause FROM outbox').all()).toEqual([{ state: 'sent', ends: 0, cause: null }]);
});

test('from every version the way leads to the newest, and a migration that fails changes nothing', () => {
  for (let from = 1; from <= migrations.length; from++) {
    const db = at(from);
    migrate(db, from, migrations.length);
    expect(version(db)).toBe(migrations.length);
    expect(db.prepare('SELECT count(*) AS n FROM message').get()).toEqual({ n: 1 });
  }
  const db = at(2);
  db.exec('ALTER TABLE chat ADD COLUMN retention TEXT');
  expect(() => migrate(db, 2, 4)).toThrow('duplicate column');
  expect(version(db)).toBe(2);
  expect(db.isTransaction).toBe(false);
});
