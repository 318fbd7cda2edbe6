import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromClient } from '../../../src/archive/transfer/import-clients.ts';
import { importAll, type ImportReport } from '../../../src/archive/transfer/import.ts';
import { append, JULIET, ORCHARD, ownArchive, page, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

/** The tables as the program itself made them (clients/README.md), and rows as it writes them. */
const schemaOf = (file: string): string => readFileSync(new URL(`clients/${file}`, import.meta.url), 'utf8');

const GAJIM = `${schemaOf('gajim-1.7.3.sql')}
INSERT INTO jids VALUES (1, '${JULIET}', 0), (2, '${ORCHARD}', 1), (3, 'nurse@capulet.lit', 0);
INSERT INTO logs (account_id, jid_id, contact_name, time, kind, message, stanza_id, message_id, occupant_id) VALUES
  (1, 2, 'Romeo', ${T0 / 1000}.25, 2, 'But <soft> & low', 's1', 'm1', 'o1'),
  (1, 2, 'Romeo', ${T0 / 1000 + 1}, 2, 'ok', NULL, NULL, NULL),
  (1, 2, 'Romeo', ${T0 / 1000 + 1}, 2, 'ok', NULL, NULL, NULL),
  (3, 2, 'Romeo', ${T0 / 1000 + 2}, 2, 'to the nurse', NULL, NULL, NULL),
  (1, 3, NULL, ${T0 / 1000 + 3}, 4, 'a chat, not a room', NULL, NULL, NULL),
  (1, 2, 'Romeo', ${T0 / 1000 + 4}, 2, NULL, NULL, NULL, NULL);`;

const DINO = `${schemaOf('dino-0.4.2.sql')}
INSERT INTO account (id, bare_jid) VALUES (1, '${JULIET}'), (2, 'nurse@capulet.lit');
INSERT INTO jid VALUES (1, '${ORCHARD}'), (2, 'nurse@capulet.lit');
INSERT INTO message (stanza_id, server_id, account_id, counterpart_id, our_resource, counterpart_resource, direction, type, time, body) VALUES
  ('m1', 's1', 1, 1, 'Juliet', 'Romeo', 0, 2, ${T0 / 1000}, 'But soft'),
  ('m2', NULL, 1, 1, 'Juliet', NULL, 1, 2, ${T0 / 1000 + 1}, 'Ay me'),
  ('m3', NULL, 1, 2, NULL, NULL, 0, 1, ${T0 / 1000 + 2}, 'a chat'),
  ('m4', NULL, 2, 1, 'Nurse', 'Romeo', 0, 2, ${T0 / 1000 + 3}, 'another account');
INSERT INTO real_jid VALUES (1, 'romeo@montague.lit');`;

let files = 0;

function imported(sql: string): ImportReport {
  const path = join(dirname(own.path), `foreign-${(files += 1)}.db`);
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
  return importAll(own.archive, { account: JULIET, messages: fromClient(path, JULIET) });
}

test('Gajim’s log gives its rooms’ messages, the same words said twice as two, and nothing the second time', () => {
  expect(imported(GAJIM)).toMatchObject({ read: 4, kept: 3, known: 0, refused: 1 });
  expect(imported(GAJIM)).toMatchObject({ kept: 0, known: 3 });
  expect(page(own.archive)).toMatchObject([
    { nick: 'Romeo', body: 'But <soft> & low', stanzaId: 's1', id: 'm1', occupantId: 'o1', at: T0 + 250 },
    { body: 'ok', at: T0 + 1000 },
    { body: 'ok', at: T0 + 1000 },
  ]);
  expect(page(own.archive)[0]?.xml).toContain('<body>But &lt;soft&gt; &amp; low</body>');
  expect(own.archive.search({ text: 'soft', limit: 5 })).toHaveLength(1);
});

test('Dino’s database gives what others and we said, and nothing the second time', () => {
  expect(imported(DINO)).toMatchObject({ kept: 2, refused: 0 });
  expect(imported(DINO)).toMatchObject({ kept: 0, known: 2 });
  expect(page(own.archive)).toMatchObject([
    { nick: 'Romeo', body: 'But soft', stanzaId: 's1', realJid: 'romeo@montague.lit' },
    { nick: 'Juliet', body: 'Ay me', id: 'm2' },
  ]);
});

test('an older file of Dino, without server ids, is read too', () => {
  const older = DINO.replace(' server_id TEXT,', '').replace(/^CREATE INDEX.*server_id.*$/gm, '').replace('(stanza_id, server_id,', '(stanza_id,').replaceAll(/\('m(\d)', (?:'s1'|NULL),/g, "('m$1',");
  expect(imported(older)).toMatchObject({ kept: 2 });
});

test('what the archive has of itself is met by what a client kept of the same', () => {
  append(own.archive, { body: 'But <soft> & low', stanzaId: 's1', arrivedAt: T0 + 400 });
  append(own.archive, { body: 'ok', id: 'x1', arrivedAt: T0 + 1400 });
  expect(imported(GAJIM)).toMatchObject({ kept: 1, known: 2 });
});

test('a view in the place of a table, such as one that never ends, is not read', () => {
  const endless = 'CREATE VIEW jids AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS jid_id, x AS jid FROM n;';
  const hostile = GAJIM.replace(/CREATE TABLE jids[^;]*;/, endless).replace(/INSERT INTO jids[^;]*;/, '');
  expect(hostile).toContain('CREATE VIEW jids');
  expect(() => imported(hostile)).toThrow('not a database of Gajim');
});

test('a file of another kind is refused with a sentence', () => {
  const path = join(dirname(own.path), 'note.txt');
  writeFileSync(path, 'Dear Romeo, '.repeat(99));
  expect(() => importAll(own.archive, { account: JULIET, messages: fromClient(path, JULIET) })).toThrow('cannot be read');
  expect(() => importAll(own.archive, { account: JULIET, messages: fromClient(own.path, JULIET) })).toThrow('not a database of Gajim');
});
