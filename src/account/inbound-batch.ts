import { isDiskFault } from '../archive/schema/disk-fault.ts';
import { sentenceOf } from '../core/errors.ts';
import { bareOf } from '../core/jid.ts';
import type { PassedOver, Stanza } from '../xmpp/stanza.ts';
import { errorAnswer } from '../xmpp/xep/service/errors.ts';
import type { Transaction, AccountContext } from './context.ts';

interface InboundBatch {
  readonly stanzas: readonly Stanza[];
  /** What the wire could not take. */
  readonly passedOver: readonly PassedOver[];
  /** Hands one stanza to whom it concerns; may throw. */
  readonly take: (transaction: Transaction, stanza: Stanza) => void;
  /** Keeps the stream's counters with the rest. */
  readonly save: (transaction: Transaction) => void;
  /** A presence of this room was lost: who is in it, we among them, is uncertain. */
  readonly askRoom: (room: string) => void;
}

/**
 * Takes all that came in one read, in one transaction. Where a handler throws, the batch is taken anew, each stanza in a
 * transaction of its own: the one that cannot be taken is quarantined, alone. What the disk refuses is never quarantined: it
 * is thrown, nothing is acknowledged, and the server keeps it for later.
 */
export function takeBatch(context: AccountContext, batch: InboundBatch): void {
  try {
    context.transact((transaction) => {
      for (const stanza of batch.stanzas) batch.take(transaction, stanza);
      finish(context, transaction, batch);
    });
  } catch (error) {
    if (isDiskFault(error)) throw error;
    for (const stanza of batch.stanzas) takeAlone(context, batch, stanza);
    context.transact((transaction) => finish(context, transaction, batch));
  }
}

function finish(context: AccountContext, transaction: Transaction, { passedOver, save, askRoom }: InboundBatch): void {
  for (const stanza of passedOver) {
    const { from, kind, size, why, head } = stanza;
    context.archive.quarantine({ account: context.jid, at: transaction.at, sender: from === '' ? undefined : from, kind, size, cause: why, text: head });
    transaction.onCommit(() => lost(context, stanza, askRoom));
  }
  save(transaction);
}

function takeAlone(context: AccountContext, { take, askRoom }: InboundBatch, stanza: Stanza): void {
  try {
    context.transact((transaction) => take(transaction, stanza));
  } catch (error) {
    if (isDiskFault(error)) throw error;
    const { from, kind, raw } = stanza;
    const cause = `It could not be handled: ${sentenceOf(error)}`;
    context.log('error', `a stanza is quarantined: ${sentenceOf(error)}`, { from, kind, error });
    context.transact((transaction) => {
      context.archive.quarantine({ account: context.jid, at: transaction.at, sender: from === '' ? undefined : from, kind, size: Buffer.byteLength(raw), cause, text: raw });
      transaction.onCommit(() => lost(context, stanza, askRoom));
    });
    if (kind === 'iq' && (stanza.type === 'get' || stanza.type === 'set')) context.connection.send(errorAnswer(stanza.element, 'cancel', 'internal-server-error'));
  }
}

function lost(context: AccountContext, { kind, from }: Pick<Stanza, 'kind' | 'from'>, askRoom: (room: string) => void): void {
  const room = bareOf(from);
  if (kind === 'presence' && context.room(room)) askRoom(room);
}
