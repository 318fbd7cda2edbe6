import type { QuarantinedStanza, Archive } from '../contract.ts';
import type { Database } from '../schema/database.ts';
import type { Dictionary } from '../schema/dictionary.ts';

/** Stanzas that an account's quarantine keeps; the oldest go first. */
export const QUARANTINE_LIMIT = 500;
/** The quarantine is cut back once in so many stanzas, not at each. */
const SLACK = 50;

const MAX_TEXT = 4096; // characters: enough to see what it was
const MAX_SENDER = 3071; // the longest address that there is (RFC 7622 3.1)
const MAX_CAUSE = 500;

/** The stanzas that could not be taken, with what of them is worth a look. */
export function quarantineRecords(db: Database, names: Dictionary): Pick<Archive, 'quarantine' | 'quarantined'> {
  return {
    quarantine({ account, at, sender, kind, size, cause, text }) {
      const owner = names.account(account);
      const added = db
        .sql('INSERT INTO quarantine (account, at, sender, kind, size, cause, text) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(owner, at, sender === undefined ? null : cut(sender, MAX_SENDER), kind, size, cut(cause, MAX_CAUSE), cut(text, MAX_TEXT));
      if (added.id % SLACK === 0) {
        db.sql(
          `DELETE FROM quarantine WHERE account = ?1 AND id <= (SELECT id FROM quarantine WHERE account = ?1
           ORDER BY id DESC LIMIT 1 OFFSET ${QUARANTINE_LIMIT})`,
        ).run(owner);
      }
      return added.id;
    },
    quarantined(account, limit = QUARANTINE_LIMIT) {
      return db
        .sql('SELECT * FROM (SELECT * FROM quarantine WHERE account = ? ORDER BY id DESC LIMIT ?) ORDER BY id')
        .all(names.findAccount(account) ?? -1, limit)
        .map((row): QuarantinedStanza => ({
          id: Number(row['id']),
          account,
          at: Number(row['at']),
          sender: row['sender'] === null ? undefined : String(row['sender']),
          kind: kindOf(row['kind']),
          size: Number(row['size']),
          cause: String(row['cause']),
          text: String(row['text']),
        }));
    },
  };
}

/** The cut may fall inside a character: half of one is no text. */
function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}

function kindOf(kind: unknown): QuarantinedStanza['kind'] {
  return kind === 'message' || kind === 'presence' || kind === 'iq' ? kind : 'other';
}
