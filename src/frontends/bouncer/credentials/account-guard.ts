// XEP-0077 3.2, 3.3: what changes the account's password, or ends the account. It is not for a device, whose own password
// can be revoked: whoever has taken it must not be able to take the account.
import { NS } from '../../../xmpp/namespaces.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { escapeXML } from '../../../xmpp/xml.ts';

const NS_REGISTER = 'jabber:iq:register';

/** `account` is its bare JID; rooms and gateways have registrations of their own, which are none of this. */
export function changesAccount({ kind, type, to, element }: Stanza, account: string): boolean {
  // the tree, not the text: a namespace can be written in many ways
  return kind === 'iq' && type === 'set' && isOwnServer(to, account) && element.getChild('query', NS_REGISTER) !== undefined;
}

/** However it is written: a server prepares an address before it looks where it leads. */
function isOwnServer(to: string, account: string): boolean {
  const bare = to.normalize('NFKC').toLowerCase().split('/', 1)[0]?.replace(/\.$/, '') ?? '';
  return bare === '' || bare === account || bare === account.slice(account.indexOf('@') + 1);
}

/** Answers the device at `jid` in the place of its server. */
export function refusal({ id = '', to }: Stanza, jid: string): string {
  const from = to === '' ? '' : ` from='${escapeXML(to)}'`;
  return `<iq xmlns='jabber:client' type='error' id='${escapeXML(id)}'${from} to='${escapeXML(jid)}'><error type='cancel'><not-allowed xmlns='${NS.stanzaErrors}'/></error></iq>`;
}
