import type { SQLOutputValue } from 'node:sqlite';
import type { KeptMessage, MessageKind } from '../../core/groupchat.ts';
import { MENTION_REASONS, type MentionReason } from '../../core/mention.ts';
import type { SqlRow } from './database.ts';
import type { Tables } from './tables.ts';

/** Stored by position: append-only. */
export const KINDS: readonly MessageKind[] = [
  'message',
  'subject',
  'correction',
  'retraction',
  'reaction',
  'marker',
  'encrypted',
  'private',
  'other',
];

export const DELAYED = 1;
export const SENT = 2;
/** The origin-id is the same text as the stanza's id, as most clients have it. */
export const ORIGIN_IS_ID = 4;

/** Came as history (XEP-0045) or from the room's archive (XEP-0313): its place was worked out, not observed. */
export const FROM_HISTORY = 8;
/** Came live, and a replay has told the room's own stamp since. */
export const STAMPED = 16;

/** It is meant for the person. The three bits above say why: a place in `MENTION_REASONS`. */
export const MENTION = 32;
const REASON_SHIFT = 6;
const REASON_MASK = 7;

/** A message with its texts, where they are not in a block. */
export const MESSAGES = `SELECT id, message.chat AS chat, ord, doc, kind, flags, nick, occupant, real_jid, arrived, lag, block,
  stanza_id, mid, origin_id, subject, body, xml, replaces, retracts, reacts_to, replies_to
  FROM message LEFT JOIN stanza ON stanza.message = message.id LEFT JOIN relation ON relation.message = message.id`;

export function mentionFlags(mention: MentionReason | undefined): number {
  return mention === undefined ? 0 : MENTION | (MENTION_REASONS.indexOf(mention) << REASON_SHIFT);
}

function mentionOf(flags: number): MentionReason | undefined {
  return flags & MENTION ? MENTION_REASONS[(flags >> REASON_SHIFT) & REASON_MASK] : undefined;
}

function optional(value: SQLOutputValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A row of `MESSAGES` as the contract has it. */
export function toKept(row: SqlRow, { names, blocks }: Pick<Tables, 'names' | 'blocks'>): KeptMessage {
  const chat = names.chatById(Number(row['chat']));
  const flags = Number(row['flags']);
  const named = (value: SQLOutputValue | undefined): string | undefined =>
    typeof value === 'number' ? names.text(value) : undefined;
  const arrivedAt = Number(row['arrived']);
  const texts = typeof row['block'] === 'number' ? blocks.texts(row['block'], Number(row['id'])) : row;
  const id = optional(texts['mid']);
  const mention = mentionOf(flags);
  return {
    archiveId: Number(row['id']),
    account: chat.account,
    room: chat.room,
    nick: named(row['nick']),
    kind: KINDS[Number(row['kind'])] ?? 'other',
    id,
    stanzaId: optional(texts['stanza_id']),
    originId: flags & ORIGIN_IS_ID ? id : optional(texts['origin_id']),
    occupantId: named(row['occupant']),
    realJid: named(row['real_jid']),
    body: optional(texts['body']),
    subject: optional(texts['subject']),
    at: arrivedAt - Number(row['lag']),
    delayed: (flags & DELAYED) !== 0,
    ...(hasRelation(row) ? relationsOf(row) : {}),
    ...(mention && { mention }),
    arrivedAt,
    xml: optional(texts['xml']) ?? '',
  };
}

function hasRelation(row: SqlRow): boolean {
  return row['replaces'] !== null || row['retracts'] !== null || row['reacts_to'] !== null || row['replies_to'] !== null;
}

function relationsOf(row: SqlRow): Pick<KeptMessage, 'replaces' | 'retracts' | 'reactsTo' | 'repliesTo'> {
  return {
    replaces: optional(row['replaces']),
    retracts: optional(row['retracts']),
    reactsTo: optional(row['reacts_to']),
    repliesTo: optional(row['replies_to']),
  };
}
