import { A1, nameprep, nodeprep, resourceprep } from 'stanza/lib/stringprep/index.js';

/** A JID in its parts (RFC 7622). `resource` is the occupant's nick where the JID is a room's. */
interface Jid {
  readonly local: string;
  readonly domain: string;
  readonly resource: string;
}

const MAX_PART_BYTES = 1023; // RFC 7622 3.1
/** Characters of a part as it is written: to prepare a longer one costs the square of its length. */
const MAX_WRITTEN = 1023;
/** Plain ASCII in small letters, as nearly every address is written: each profile leaves it as it is. */
const PLAIN = /^[!#-%(-.0-9;=?[-~]*$/;

/**
 * Reads a JID typed by a person or sent by a peer, and writes its parts in the form in which today's servers compare them:
 * by nodeprep, nameprep and resourceprep (RFC 6122). PRECIS (RFC 7622) would keep ß, which Prosody and ejabberd fold.
 * `undefined` where it is no JID.
 */
export function parseJid(text: string): Jid | undefined {
  const bare = bareOf(text);
  if (/[\s<>"&'\p{Cc}]/u.test(bare) || /\p{Cc}/u.test(text) || !text.isWellFormed()) return undefined;
  if (text.startsWith('@') || text.endsWith('/') && bare.length === text.length - 1) return undefined;
  if ([localOf(bare), domainOf(bare), resourceOf(text)].some((part) => part.length > MAX_WRITTEN)) return undefined;
  const local = prepared(nodeprep, localOf(bare));
  const domain = prepared(nameprep, domainOf(bare).replace(/\.$/, ''));
  const resource = prepared(resourceprep, resourceOf(text));
  if (local === undefined || resource === undefined || !domain || domain.includes('@')) return undefined;
  // What is left out in comparing may be all that there was, and what is folded may be a separator (U+FE6B is an @).
  if (/[\s"&'/:<>@]/u.test(local) || /[\s<>"&'/]/u.test(domain) || (local === '' && bare.includes('@')) || (resource === '' && text.includes('/'))) return undefined;
  if ([local, domain, resource].some((part) => utf8Length(part) > MAX_PART_BYTES)) return undefined;
  return { local, domain, resource };
}

/** Reads a bare JID with a local part, such as an account's or a room's, and writes it in its normal form. */
export function parseBareJid(text: string): string | undefined {
  const jid = parseJid(text.trim());
  return jid && jid.local !== '' && jid.resource === '' ? `${jid.local}@${jid.domain}` : undefined;
}

/** The form in which two spellings of one address are the same text; what is no address stays as it is. */
export function canonicalJid(text: string): string {
  if (PLAIN.test(localOf(text)) && PLAIN.test(domainOf(text)) && PLAIN.test(resourceOf(text)) && !domainOf(text).endsWith('.')) return text;
  const jid = parseJid(text);
  if (!jid) return text;
  return `${jid.local === '' ? '' : `${jid.local}@`}${jid.domain}${jid.resource === '' ? '' : `/${jid.resource}`}`;
}

/** Whether two spellings are one address, as a server compares them. */
export function sameJid(a: string, b: string): boolean {
  return a === b || canonicalJid(a) === canonicalJid(b);
}

/** By a profile of stringprep (RFC 3454), `undefined` where that prohibits the text. */
function prepared(profile: (text: string) => string, text: string): string | undefined {
  if (PLAIN.test(text)) return text;
  try {
    return assignedRuns(text).map((run) => (run.known ? profile(run.text) : run.text)).join('');
  } catch {
    return undefined; // the library throws at a code point that the profile prohibits
  }
}

/** Stringprep is of Unicode 3.2: what came later (A.1) stays as it is, though a normalisation of today would change it. */
function assignedRuns(text: string): { text: string; readonly known: boolean }[] {
  const runs: { text: string; known: boolean }[] = [];
  for (const character of text) {
    const known = !A1.contains(character.codePointAt(0) ?? 0);
    const last = runs.at(-1);
    if (last?.known === known) last.text += character;
    else runs.push({ text: character, known });
  }
  return runs;
}

/** Bytes of a text as it is written to a stream. */
function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
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
