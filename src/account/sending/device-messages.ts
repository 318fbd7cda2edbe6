import { createHash, randomUUID } from 'node:crypto';
import { storedValues, type SaidByDevice } from '../../archive/stored-values.ts';
import type { StanzaFault } from '../../xmpp/contract.ts';
import { resourceOf } from '../../core/jid.ts';
import { errorAnswer } from '../../xmpp/xep/service/errors.ts';
import { groupchatOf, readForwardedSay } from '../../xmpp/xep/message/forwarded-say.ts';
import type { ForwardedSay } from '../../xmpp/xep/message/forwarded-say.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Element } from '../../xmpp/xml.ts';
import { xml } from '../../xmpp/xml.ts';
import type { Transaction, AccountContext } from '../context.ts';
import type { Outbox } from './outbox.ts';

/** What the devices say in the rooms through us (each stanza is on disk before it is on the wire). */
export interface DeviceMessages {
  /** Reads a message of an own resource. True where it wants something said; a refusal is answered with an error. */
  receive(transaction: Transaction, stanza: Stanza): boolean;
  /** The room has refused it: the device is told. */
  refused(originId: string, error: StanzaFault): void;
  /** The device that has said it, as long as we remember. */
  saidBy(originId: string): string | undefined;
}

const MAX_REMEMBERED = 100;

/** RFC 6120 8.3.3, for what we refuse ourselves. */
const conditions: Readonly<Record<string, readonly [type: string, condition: string]>> = {
  'not-joined': ['cancel', 'item-not-found'],
  'no-voice': ['auth', 'forbidden'],
  'too-large': ['modify', 'policy-violation'],
  malformed: ['modify', 'bad-request'],
  conflict: ['cancel', 'conflict'],
  congested: ['wait', 'resource-constraint'],
};

export function openDeviceMessages(context: AccountContext, outbox: () => Outbox, deviceOf: (resource: string) => string | undefined): DeviceMessages {
  const { archive, jid } = context;
  let remembered: readonly SaidByDevice[] = archive.value(jid, storedValues.saidByDevices) ?? [];
  /** What a transaction has added: true once it has committed. */
  const drafted = new WeakMap<Transaction, readonly SaidByDevice[]>();

  function refuse(transaction: Transaction, stanza: Stanza, [type, condition]: readonly [string, string], text: string): void {
    transaction.onCommit(() => { context.connection.send(errorAnswer(stanza.element, type, condition, text)); });
  }

  function say(transaction: Transaction, stanza: Stanza, wish: Extract<ForwardedSay, { ok: true }>): void {
    const id = wish.id ?? randomUUID();
    const text = groupchatOf(wish.room, id, wish.payload, wish.lang).toString();
    const digest = createHash('sha256').update(text).digest('base64url');
    const before = drafted.get(transaction) ?? remembered;
    if (before.some((one) => one.id === id && one.digest === digest)) return; // sent again by a careful device
    const put = outbox().put(transaction, wish.room, text, id);
    if (!put.ok) {
      return refuse(transaction, stanza, conditions[put.error.code] ?? ['cancel', 'not-acceptable'], put.error.message);
    }
    const device = deviceOf(resourceOf(stanza.from));
    const said: SaidByDevice = { id, digest, device, from: stanza.from, wrapper: stanza.id };
    const next = [...before, said].slice(-MAX_REMEMBERED);
    archive.setValue(jid, storedValues.saidByDevices, next);
    drafted.set(transaction, next);
    transaction.onCommit(() => (remembered = next));
  }

  return {
    receive(transaction, stanza) {
      if (stanza.type === 'error' || stanza.type === 'groupchat') return false;
      const wish = readForwardedSay(stanza.element);
      if (!wish) return false;
      if (wish.ok) say(transaction, stanza, wish);
      else refuse(transaction, stanza, ['modify', 'bad-request'], wish.why);
      return true;
    },
    refused(originId, error) {
      const said = remembered.findLast(({ id }) => id === originId);
      if (said) context.connection.send(errorTo(said, error));
    },
    saidBy: (originId) => remembered.findLast(({ id }) => id === originId)?.device,
  };
}

function errorTo({ from, wrapper }: SaidByDevice, { type, condition, text }: StanzaFault): Element {
  const asked = xml('message', wrapper === undefined ? { from } : { from, id: wrapper });
  return errorAnswer(asked, type ?? 'cancel', condition, text ?? 'The room refused it.');
}
