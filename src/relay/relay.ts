import { randomUUID } from 'node:crypto';
import type { Account } from '../account/contract.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import { readStanzaError } from '../xmpp/features/errors.ts';
import { addressEnvelope, relayEnvelope } from '../xmpp/features/relay-envelope.ts';

/** The relay: each kept room message, once, to each own resource that takes forwarded carbons. */
export function startRelay(account: Account, signal: AbortSignal): void {
  /** Marks our wrappers, so that an error in answer is known as one. */
  const mark = `mx-${randomUUID().slice(0, 8)}`;

  function relay(message: KeptMessage): void {
    const targets = account.relayTargets(message.room);
    if (targets.length === 0 || !relayable(message, account.jid)) return;
    const envelope = relayEnvelope(message.xml, message.arrivedAt);
    for (const { jid } of targets) account.write(addressEnvelope(envelope, jid, `${mark}-${message.archiveId}`));
  }

  account.subscribe((event) => {
    if (event.type === 'message' && event.fresh) relay(event.message);
    if (event.type === 'bounced' && event.stanza.id?.startsWith(mark)) {
      const error = readStanzaError(event.stanza.element);
      // a device that has just gone answers through its server; that is no refusal of the relay
      if (error && !gone.has(error.condition)) account.refuseRelay(event.from, error.text ?? error.condition);
    }
  }, signal);
}

const gone: ReadonlySet<string> = new Set(['recipient-unavailable', 'service-unavailable', 'item-not-found', 'gone']);

/**
 * DESIGN: only what a joined room sent us directly; nothing nested, and nothing with a stanza-id that claims the
 * account (XEP-0359 6: the account's own server would have removed it, had it been the server's to see).
 */
function relayable({ kind, xml }: KeptMessage, account: string): boolean {
  return kind !== 'private' && !xml.includes('urn:xmpp:forward:0') && !xml.includes(`by='${account}'`) && !xml.includes(`by="${account}"`);
}
