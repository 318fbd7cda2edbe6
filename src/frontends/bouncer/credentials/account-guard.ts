// A device may not change the account's login, delete the account or delete its bookmarks: whoever steals a device, whose own
// password can be revoked, must not be able to take over the account.
import { domainToASCII } from 'node:url';
import { domainOf, parseJid } from '../../../core/jid.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import { NS_BOOKMARKS } from '../../../xmpp/xep/bookmarks/bookmarks.ts';
import { NS_STORAGE } from '../../../xmpp/xep/bookmarks/legacy-bookmarks.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { attributeOf, escapeXML, type Element } from '../../../xmpp/xml.ts';

const BOOKMARK_NODES: ReadonlySet<string | undefined> = new Set([NS_BOOKMARKS, NS_STORAGE]);
/** XEP-0401: an invitation changes nothing of the account. Every other command of the server is refused, unknown ones too. */
const COMMANDS_ALLOWED: ReadonlySet<string | undefined> = new Set(['urn:xmpp:invite#invite']);

/** By the payload's namespace: whether it is dangerous if the account's own server receives it. */
const DANGERS: Readonly<Record<string, (payload: Element) => boolean>> = {
  'jabber:iq:register': () => true, // XEP-0077 3.2, 3.3: changes the password, deletes the account
  'jabber:iq:auth': () => true, // XEP-0078: logs in again on the same stream
  'urn:ietf:params:xml:ns:xmpp-bind': () => true, // the resource is the session's
  'urn:xmpp:cam:0': () => true, // XEP-0494: revokes clients, the daemon among them
  'http://jabber.org/protocol/commands': (command) => !COMMANDS_ALLOWED.has(attributeOf(command, 'node')), // XEP-0050, XEP-0133
  'http://jabber.org/protocol/pubsub#owner': (pubsub) => elementsIn(pubsub).some(harmsBookmarks), // XEP-0060 8
};

/** `account` is its bare JID. Registrations and commands of rooms and gateways are allowed. */
export function endangersAccount({ kind, type, to, element }: Stanza, account: string): boolean {
  if (kind !== 'iq' || type === 'get' || type === 'result' || type === 'error') return false;
  // the tree, not the text: a namespace can be written in many ways
  const dangerous = elementsIn(element).some((payload) => DANGERS[payload.getNS() ?? '']?.(payload) === true);
  return dangerous && !isElsewhere(to, account);
}

function elementsIn(parent: Element): readonly Element[] {
  return parent.children.filter((child) => typeof child !== 'string');
}

/** Deletion, purge, affiliations and unknown requests about the node; its configuration only if that gives others access. */
function harmsBookmarks(action: Element): boolean {
  if (!BOOKMARK_NODES.has(attributeOf(action, 'node'))) return false;
  if (action.getName() !== 'configure') return true;
  const fields = action.getChild('x', 'jabber:x:data')?.getChildren('field') ?? [];
  return fields.some((field) => attributeOf(field, 'var') === 'pubsub#access_model' && field.getChildText('value') !== 'whitelist');
}

/** Whether every way in which a server may read the address leads to another domain. In doubt: no. */
function isElsewhere(to: string, account: string): boolean {
  const [there, own] = [spellings(to), spellings(account)];
  return !there.includes('') && !there.some((spelling) => own.includes(spelling));
}

/** The domain by nameprep (RFC 3491), as today's servers read it, by its successor (UTS 46), and with every compatibility character folded. */
function spellings(jid: string): readonly string[] {
  const written = domainOf(jid);
  const bare = written.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC').toLowerCase();
  const folded = bare.toUpperCase().toLowerCase().normalize('NFKC').replaceAll('ς', 'σ');
  // node reads by UTS 46; what it cannot read is ''
  return [written, parseJid(written)?.domain ?? '', folded].map((text) => withoutDot(domainToASCII(withoutDot(text))));
}

function withoutDot(domain: string): string {
  return domain.replace(/[.。．｡]+$/u, '');
}

/** Answers the device at `jid` instead of its server. */
export function refusal({ id = '', to }: Stanza, jid: string): string {
  const from = to === '' ? '' : ` from='${escapeXML(to)}'`;
  return `<iq xmlns='jabber:client' type='error' id='${escapeXML(id)}'${from} to='${escapeXML(jid)}'><error type='cancel'><not-allowed xmlns='${NS.stanzaErrors}'/></error></iq>`;
}
