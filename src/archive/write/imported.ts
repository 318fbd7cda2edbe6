import type { GroupchatMessage } from '../../core/groupchat.ts';
import { KINDS, MESSAGES, toKept } from '../schema/rows.ts';
import type { Tables } from '../schema/tables.ts';

const SECOND = 1000; // other programs' files have no finer stamps
const HOUR = 3_600_000;

interface SoughtImport {
  readonly chat: number;
  readonly message: GroupchatMessage;
  /** Archive ids that the file has brought so far. */
  readonly met: ReadonlySet<number>;
}

/** The kept message that one in a file is: same sender, words and second; ids agree where both have them. */
export function findImported(tables: Tables, { chat, message, met }: SoughtImport): number | undefined {
  const { db, names } = tables;
  const rows = db
    .sql(
      `${MESSAGES} WHERE message.chat = ? AND ord BETWEEN ? AND ? AND kind = ? AND nick IS ?
       AND arrived - lag BETWEEN ? AND ? ORDER BY ord, id`,
    )
    .all(
      chat,
      (message.at - HOUR) * 1000,
      (message.at + HOUR) * 1000,
      KINDS.indexOf(message.kind),
      message.nick === undefined ? null : names.term(message.nick),
      message.at - SECOND,
      message.at + SECOND,
    );
  for (const row of rows) {
    if (met.has(Number(row['id']))) continue;
    const kept = toKept(row, tables);
    if (kept.body !== message.body || kept.subject !== message.subject) continue;
    if (agree(kept.id, message.id) && agree(kept.stanzaId, message.stanzaId)) return kept.archiveId;
  }
  return undefined;
}

function agree(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}
