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
  'http://jabber.org/protocol/pubsub': makesBookmarksOpen, // XEP-0060 8.1.3, XEP-0222 3
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

/** What the node's configuration has to say of a field, where it names it: nobody else reads or writes, and nothing is lost by itself. */
const KEPT: ReadonlyMap<string | undefined, ReadonlySet<string>> = new Map([
  ['pubsub#access_model', new Set(['whitelist'])],
  ['pubsub#publish_model', new Set(['publishers'])],
  ['pubsub#persist_items', new Set(['1', 'true'])],
  ['pubsub#purge_offline', new Set(['0', 'false'])],
]);

/** Deletion, purge, affiliations and unknown requests about the node; its configuration only if that changes what it has to say. */
function harmsBookmarks(action: Element): boolean {
  return isOfBookmarks(action) && (action.getName() !== 'configure' || changesKept(action));
}

/** The node may not be there yet: it is made as its maker, or its first publisher, configures it. */
function makesBookmarksOpen(pubsub: Element): boolean {
  const parts = elementsIn(pubsub);
  return parts.some(isOfBookmarks) && parts.some(changesKept);
}

function isOfBookmarks(action: Element): boolean {
  return BOOKMARK_NODES.has(attributeOf(action, 'node'));
}

function changesKept(action: Element): boolean {
  // every form and value that there is: Prosody heeds the first form, ejabberd the last
  const fields = action.getChildren('x').flatMap((form) => form.getChildren('field'));
  return fields.some((field) => {
    const kept = KEPT.get(attributeOf(field, 'var'));
    const values = field.getChildren('value').map((value) => value.getText());
    return kept !== undefined && !(values.length > 0 && values.every((value) => kept.has(value)));
  });
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
