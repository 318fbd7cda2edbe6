import type { LedgerRecord, Archive } from '../contract.ts';
import type { Database } from '../schema/database.ts';
import type { Dictionary } from '../schema/dictionary.ts';

/** Entries that a room's ledger keeps of ours, and as many of others' (`occupant-…`); the oldest go first. */
export const LEDGER_LIMIT = 1_000;
/** The ledger is cut back once in so many entries, not at each. */
const SLACK = 100;

type Ledger = Pick<Archive, 'ledger' | 'addToLedger'>;

/** What happened in each room, oldest first, bounded: a flood of presences cannot make it grow. */
export function ledgerRecords(db: Database, names: Dictionary): Ledger {
  return {
    ledger(account, room, limit) {
      return db
        .sql(
          `SELECT * FROM (SELECT id, at, event, nick, text FROM ledger WHERE account = ? AND room = ?
           ORDER BY id DESC LIMIT ?) ORDER BY id`,
        )
        .all(names.findAccount(account) ?? -1, room, limit)
        .map((row): LedgerRecord => ({
          id: Number(row['id']),
          account,
          room,
          at: Number(row['at']),
          event: String(row['event']),
          nick: row['nick'] === null ? undefined : String(row['nick']),
          text: row['text'] === null ? undefined : String(row['text']),
        }));
    },
    addToLedger({ account, room, at, event, nick, text }) {
      const owner = names.account(account);
      const others = event.startsWith('occupant-') ? 1 : 0;
      const added = db
        .sql('INSERT INTO ledger (account, room, at, event, others, nick, text) VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(owner, room, at, event, others, nick ?? null, text ?? null);
      if (added.id % SLACK !== 0) return;
      db.sql(
        `DELETE FROM ledger WHERE account = ?1 AND room = ?2 AND others = ?3 AND id <= (SELECT id FROM ledger
         WHERE account = ?1 AND room = ?2 AND others = ?3 ORDER BY id DESC LIMIT 1 OFFSET ${LEDGER_LIMIT})`,
      ).run(owner, room, others);
    },
  };
}
