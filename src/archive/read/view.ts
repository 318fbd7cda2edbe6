import type { KeptMessage } from '../../core/groupchat.ts';
import { isApplied, viewed, type Viewed } from '../../core/view.ts';
import type { PageQuery } from '../query-contract.ts';
import { MESSAGES, toKept } from '../schema/rows.ts';
import type { Tables } from '../schema/tables.ts';
import { sidOf, stanzaHash } from '../write/stanza-id.ts';

const MAX_ABOUT = 500; // said of one message
const MAX_ROUNDS = 10;

/** A page of what is to be read; goes on through raw pages until it is full or the room ends. */
export function viewOf(tables: Tables, page: (query: PageQuery) => KeptMessage[], query: PageQuery): Viewed[] {
  const chat = tables.names.findChat(query.account, query.room)?.id;
  if (chat === undefined) return [];
  const found: Viewed[] = [];
  let rest = query;
  for (let round = 0; round < MAX_ROUNDS && found.length < query.limit; round++) {
    const raw = page(rest);
    const shown = raw
      .filter((message) => !isApplied(message, targetsOf(tables, chat, message)))
      .map((message) => viewed(message, aboutOf(tables, chat, message), answeredBy(tables, chat, message)));
    if (query.after === undefined && query.from === undefined) {
      found.unshift(...shown.slice(-(query.limit - found.length)));
      rest = { ...rest, before: raw[0]?.archiveId ?? 0 };
    } else {
      found.push(...shown.slice(0, query.limit - found.length));
      rest = { ...rest, after: raw.at(-1)?.archiveId ?? 0 };
    }
    if (raw.length < query.limit) break;
  }
  return found;
}

/**
 * What says something of it, what was done to it first: who floods it with reactions, or with what is not theirs to say, hides
 * nothing. By an id that its sender gave it, only what came behind it, and is not said of the message that the room has given that id.
 */
function aboutOf(tables: Tables, chat: number, message: KeptMessage): KeptMessage[] {
  const ids = [message.id, message.originId, message.stanzaId].filter((id) => id !== undefined);
  const hashes = JSON.stringify([...new Set(ids)].map(stanzaHash));
  return tables.db
    .sql(
      `${MESSAGES} JOIN (SELECT nick AS said_by, occupant AS said_as, ord AS said_at FROM message WHERE id = ?)
       WHERE relation.chat = ? AND relation.target IN (SELECT value FROM json_each(?))
       AND (ord > said_at OR relation.target = ?) AND (reacts_to IS NOT NULL OR nick IS NULL OR nick = said_by OR occupant = said_as)
       ORDER BY retracts IS NULL, replaces IS NULL, ord, id LIMIT ${MAX_ABOUT}`,
    )
    .all(message.archiveId, chat, hashes, sidOf(message))
    .map((row) => toKept(row, tables))
    .filter((other) => {
      const target = targetOf(other);
      return target === message.stanzaId || target === other.replaces || byStanzaId(tables, chat, target ?? '').length === 0;
    });
}

/** The kept messages that this one says something of: by the room's id, or among the sender's ids before it. */
function targetsOf(tables: Tables, chat: number, message: KeptMessage): KeptMessage[] {
  const target = targetOf(message);
  if (target === undefined) return [];
  const byStanza = byStanzaId(tables, chat, target);
  if (byStanza.length > 0) return byStanza;
  return tables.db
    .sql(
      `${MESSAGES} WHERE (block IS NOT NULL OR mid = ? OR origin_id = ?) AND id IN (
         SELECT id FROM message WHERE chat = ? AND ord <= (SELECT ord FROM message WHERE id = ?) ORDER BY ord DESC LIMIT ${MAX_ABOUT})
       ORDER BY ord DESC`,
    )
    .all(target, target, chat, message.archiveId)
    .map((row) => toKept(row, tables))
    .filter((kept) => kept.id === target || kept.originId === target);
}

function targetOf({ replaces, retracts, reactsTo }: KeptMessage): string | undefined {
  return replaces ?? retracts ?? reactsTo;
}

function answeredBy(tables: Tables, chat: number, message: KeptMessage): Viewed | undefined {
  const answered = message.repliesTo === undefined ? undefined : byStanzaId(tables, chat, message.repliesTo)[0];
  return answered && viewed(answered, aboutOf(tables, chat, answered));
}

/**
 * Where the words of a kept message stand now: the archive id of the message that shows them. `undefined` where nobody reads them
 * any more: a correction has taken their place, they were retracted, or they only say something of another message.
 */
export function standsAt(tables: Tables, message: KeptMessage): number | undefined {
  const chat = tables.names.findChat(message.account, message.room)?.id;
  if (chat === undefined) return undefined;
  const target = targetsOf(tables, chat, message).find((one) => isApplied(message, [one]));
  if (target && message.replaces === undefined) return undefined;
  const { message: shown, corrections, retracted } = viewed(target ?? message, aboutOf(tables, chat, target ?? message));
  const last = corrections.at(-1)?.archiveId ?? shown.archiveId;
  return retracted || last !== message.archiveId ? undefined : shown.archiveId;
}

function byStanzaId(tables: Tables, chat: number, stanzaId: string): KeptMessage[] {
  return tables.db
    .sql(`${MESSAGES} WHERE message.chat = ? AND sid = ?`)
    .all(chat, stanzaHash(stanzaId))
    .map((row) => toKept(row, tables))
    .filter((kept) => kept.stanzaId === stanzaId);
}
