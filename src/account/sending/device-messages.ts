import { createHash, randomUUID } from 'node:crypto';
import type { SaidByDevice } from '../../archive/stored-values.ts';
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
import type { SaidByDevices } from './said-by-devices.ts';

/** What the devices say in the rooms through us (each stanza is on disk before it is on the wire). */
export interface DeviceMessages {
  /** Reads a message of an own resource. True where it wants something said; a refusal is answered with an error. */
  receive(transaction: Transaction, stanza: Stanza): boolean;
}

/** RFC 6120 8.3.3, for what we refuse ourselves. */
const conditions: Readonly<Record<string, readonly [type: string, condition: string]>> = {
  'not-joined': ['cancel', 'item-not-found'],
  'no-voice': ['auth', 'forbidden'],
  'too-large': ['modify', 'policy-violation'],
  malformed: ['modify', 'bad-request'],
  conflict: ['cancel', 'conflict'],
  congested: ['wait', 'resource-constraint'],
};

interface DeviceMessageParts {
  readonly outbox: Pick<Outbox, 'put'>;
  readonly said: SaidByDevices;
  readonly deviceOf: (resource: string) => string | undefined;
}

export function openDeviceMessages(context: AccountContext, { outbox, said, deviceOf }: DeviceMessageParts): DeviceMessages {
  context.events.subscribe((event) => {
    const message = event.type === 'refused' ? said.find(event.originId) : undefined;
    if (event.type === 'refused' && message) context.connection.send(errorTo(message, event.error));
  }, context.signal, 'device messages');

  function refuse(transaction: Transaction, stanza: Stanza, { error: [type, condition], text }: { error: readonly [string, string]; text: string }): void {
    transaction.onCommit(() => { context.connection.send(errorAnswer(stanza.element, { type, condition, text })); });
  }

  function say(transaction: Transaction, stanza: Stanza, wish: Extract<ForwardedSay, { ok: true }>): void {
    const id = wish.id ?? randomUUID();
    const text = groupchatOf({ room: wish.room, id, payload: wish.payload, lang: wish.lang }).toString();
    const digest = createHash('sha256').update(text).digest('base64url');
    if (said.has(transaction, id, digest)) return; // sent again by a careful device
    const put = outbox.put(transaction, { room: wish.room, xml: text, originId: id });
    if (!put.ok) {
      return refuse(transaction, stanza, { error: conditions[put.error.code] ?? ['cancel', 'not-acceptable'], text: put.error.message });
    }
    said.add(transaction, { id, digest, device: deviceOf(resourceOf(stanza.from)), from: stanza.from, wrapper: stanza.id });
  }

  return {
    receive(transaction, stanza) {
      if (stanza.type === 'error' || stanza.type === 'groupchat') return false;
      const wish = readForwardedSay(stanza.element);
      if (!wish) return false;
      if (wish.ok) say(transaction, stanza, wish);
      else refuse(transaction, stanza, { error: ['modify', 'bad-request'], text: wish.why });
      return true;
    },
  };
}

function errorTo({ from, wrapper }: SaidByDevice, { type, condition, text }: StanzaFault): Element {
  const asked = xml('message', wrapper === undefined ? { from } : { from, id: wrapper });
  return errorAnswer(asked, { type: type ?? 'cancel', condition, text: text ?? 'The room refused it.' });
}
