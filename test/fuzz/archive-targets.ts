// What the archive is asked, and what it is given from files.
import { writeFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { fromServerData } from '../../src/account/server/server-data.ts';
import { exported } from '../../src/archive/transfer/export.ts';
import { fromClient } from '../../src/archive/transfer/import-clients.ts';
import { fromJsonLines, importAll, type Imported } from '../../src/archive/transfer/import.ts';
import { MinimixError } from '../../src/core/errors.ts';
import { parseSearch } from '../../src/core/search.ts';
import { append, JULIET, ORCHARD, ownArchive, T0 } from '../archive/support.ts';
import { otherJson, spoiled, stanza, text } from './made.ts';
import type { FuzzTarget } from './target.ts';

export const archiveTargets: readonly FuzzTarget[] = [
  {
    name: 'a search finds something, or says what is wrong',
    async open() {
      const { archive, close } = spokenArchive();
      const piece = fc.oneof(text, fc.constantFrom('in:', 'from:', 'has:', 'before:', 'after:', '"', '-', '*', 'rose', '2026-02-30', '7d'));
      const query = fc.tuple(fc.array(piece, { maxLength: 8 }), fc.constantFrom('', ' ')).map(([parts, between]) => parts.join(between));
      const property = fc.property(query, (asked) => {
        const parsed = parseSearch(asked, { now: 1_800_000_000_000 });
        if (!parsed.ok && !(parsed.message !== '' && parsed.start <= parsed.end && parsed.end <= asked.length)) throw new Error(JSON.stringify(parsed));
        const found = archive.find({ account: JULIET, text: asked, limit: 20 });
        if (found.ok !== parsed.ok) throw new Error('the archive reads it otherwise');
      });
      return { property, close };
    },
  },
  {
    name: 'a file that is imported is taken or refused, line by line',
    async open() {
      const { archive, close, path } = spokenArchive();
      const dir = dirname(path);
      const lines = [...exported(archive, { account: JULIET }, 'jsonl')].join('').split('\n').filter((line) => line !== '');
      const changed = fc.constantFrom(...lines.slice(1)).chain((line) => otherJson(JSON.parse(line) as unknown));
      const jsonl = fc.array(fc.oneof(changed.map((value) => JSON.stringify(value) ?? ''), text), { maxLength: 5 });
      const results = fc.array(stanza, { maxLength: 3 }).map((list) => Buffer.from(serverData(list.join(''))));
      const db = join(dir, 'client.db');
      const database = spoiled(fc.constant(gajimLog(join(dir, 'sound.db'))));
      let kept = 0;
      const property = fc.property(jsonl, spoiled(results), database, (own, data, bytes) => {
        const all = (messages: Iterable<Imported>): void => tame(() => void (kept += importAll(archive, { account: JULIET, messages }).kept));
        all(fromJsonLines([lines[0] ?? '', ...own]));
        all(fromServerData('data.xml', [data.toString()], { account: JULIET, include: () => undefined }));
        writeFileSync(db, bytes);
        all(fromClient(db, JULIET));
        for (const format of ['jsonl', 'text', 'html'] as const) if (kept < 500) for (const part of exported(archive, { account: JULIET }, format)) void part;
      });
      return { property, close };
    },
  },
];

/** What a person is told is no failure of ours. */
function tame(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof MinimixError)) throw error;
  }
}

/** An archive in which something was said. */
function spokenArchive(): ReturnType<typeof ownArchive> {
  const own = ownArchive();
  const said = ['But soft, a rose by any other name', 'https://verona.test/lantern.png', '日本語のテスト', '__proto__', '<b>bold</b> & "quoted"'];
  for (const [n, body] of said.entries()) append(own.archive, { body, stanzaId: `s${n}`, id: `m${n}`, arrivedAt: T0 + n * 1000 });
  own.archive.transaction(() => own.archive.addGap({ account: JULIET, room: ORCHARD, from: T0, to: T0 + 5, cause: 'a hole' }));
  return own;
}

/** XEP-0227 4.10, with these stanzas as its results. */
function serverData(results: string): string {
  const [user = '', host = ''] = JULIET.split('@');
  return `<?xml version='1.0'?><server-data xmlns='urn:xmpp:pie:0'><host jid='${host}'><user name='${user}'><archive xmlns='urn:xmpp:pie:0#mam'>${results}</archive></user></host></server-data>`;
}

/** The bytes of a log of Gajim's. */
function gajimLog(path: string): Buffer {
  const db = new DatabaseSync(path);
  db.exec(`${readFileSync(new URL('../archive/transfer/clients/gajim-1.7.3.sql', import.meta.url), 'utf8')}
INSERT INTO jids VALUES (1, '${JULIET}', 0), (2, '${ORCHARD}', 1);
INSERT INTO logs (account_id, jid_id, contact_name, time, kind, message) VALUES (1, 2, 'Romeo', ${T0 / 1000}, 2, 'But soft');`);
  db.close();
  return readFileSync(path);
}
