import type { Database } from '../schema/database.ts';

/** How many messages a room has: counted once, then only what is new, for a status must not walk a million rows. */
export interface Counts {
  count(chat: number): number;
  /** Messages were removed, or may have been. */
  forget(): void;
}

/** Archive ids only grow: whatever has come since has a greater one. */
export function counts(db: Database): Counts {
  const known = new Map<number, { readonly n: number; readonly upTo: number }>();
  return {
    count(chat) {
      const { n, upTo } = known.get(chat) ?? { n: 0, upTo: 0 };
      const row = db.sql('SELECT count(*) AS n, max(id) AS id FROM message INDEXED BY message_cursor WHERE chat = ? AND id > ?').get(chat, upTo);
      const now = { n: n + Number(row?.['n'] ?? 0), upTo: Number(row?.['id'] ?? upTo) };
      known.set(chat, now);
      return now.n;
    },
    forget: () => known.clear(),
  };
}
