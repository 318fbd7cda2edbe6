import { jid as parse } from '@xmpp/jid';

/** A JID in its parts (RFC 7622). `resource` is the occupant's nick where the JID is a room's. */
export interface Jid {
  readonly local: string;
  readonly domain: string;
  readonly resource: string;
}

const MAX_PART_BYTES = 1023; // RFC 7622 3.1

/** Reads a JID typed by a person or sent by a peer; `undefined` where it is not one. */
export function parseJid(text: string): Jid | undefined {
  if (/[\s<>"&'\p{Cc}]/u.test(bareOf(text)) || /\p{Cc}/u.test(text)) return undefined;
  let read;
  try {
    read = parse(text.normalize('NFC'));
  } catch {
    return undefined; // @xmpp/jid throws where the domain is missing
  }
  const [local, domain, resource] = [read.getLocal(), read.getDomain(), read.getResource()];
  const bytes = [local, domain, resource].map((part) => Buffer.byteLength(part));
  if (bytes.some((n) => n > MAX_PART_BYTES)) return undefined;
  if (text.startsWith('@') || domain.includes('@') || (resource === '' && text.includes('/'))) return undefined;
  return { local, domain, resource };
}

/** Reads a bare JID with a local part, such as an account's or a room's, and writes it in its normal form. */
export function parseBareJid(text: string): string | undefined {
  const jid = parseJid(text.trim());
  return jid && jid.local !== '' && jid.resource === '' ? `${jid.local}@${jid.domain}` : undefined;
}

/** The JID without its resource. Plain text work: what a server has stamped is already normal. */
export function bareOf(jid: string): string {
  const slash = jid.indexOf('/');
  return slash === -1 ? jid : jid.slice(0, slash);
}

/** The resource, or '' where there is none. */
export function resourceOf(jid: string): string {
  const slash = jid.indexOf('/');
  return slash === -1 ? '' : jid.slice(slash + 1);
}

/** The domain. */
export function domainOf(jid: string): string {
  const bare = bareOf(jid);
  return bare.slice(bare.indexOf('@') + 1);
}

/** The local part, or '' where there is none. */
export function localOf(jid: string): string {
  const bare = bareOf(jid);
  const at = bare.indexOf('@');
  return at === -1 ? '' : bare.slice(0, at);
}
