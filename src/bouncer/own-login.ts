// XEP-0077 3.2, 3.3: what changes the account's password, or ends the account. It is not for a device, whose own password
// can be revoked: whoever has taken it must not be able to take the account.
import { NS } from '../xmpp/namespaces.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import { escapeXML } from '../xmpp/xml.ts';

const NS_REGISTER = 'jabber:iq:register';

/** `account` is its bare JID; rooms and gateways have registrations of their own, which are none of this. */
export function changesLogin({ kind, type, to, raw, element }: Stanza, account: string): boolean {
  if (kind !== 'iq' || type !== 'set' || !raw.includes(NS_REGISTER)) return false;
  const whom = to.toLowerCase();
  const ours = whom === '' || whom === account || whom === account.slice(account.indexOf('@') + 1);
  return ours && element.getChild('query', NS_REGISTER) !== undefined;
}

/** Answers the device at `jid` in the place of its server. */
export function refusal({ id = '', to }: Stanza, jid: string): string {
  const from = to === '' ? '' : ` from='${escapeXML(to)}'`;
  return `<iq xmlns='jabber:client' type='error' id='${escapeXML(id)}'${from} to='${escapeXML(jid)}'><error type='cancel'><not-allowed xmlns='${NS.stanzaErrors}'/></error></iq>`;
}
