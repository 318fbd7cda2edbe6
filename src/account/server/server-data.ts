// XEP-0227 4.10: the message archives in a server's exported data, as far as they hold what rooms said
import type { Imported } from '../../archive/transfer/import.ts';
import { MinimixError } from '../../core/errors.ts';
import { bareOf } from '../../core/jid.ts';
import { readDelay } from '../../xmpp/xep/message/delay.ts';
import { readGroupchat } from '../../xmpp/xep/message/groupchat.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import { NS_CLIENT } from '../../xmpp/xep/service/namespaces.ts';
import { createScope } from '../../xmpp/scope.ts';
import { StreamFault } from '../../xmpp/transport/stream-fault.ts';
import { parseTag, type Tag } from '../../xmpp/transport/tag.ts';
import { attributeOf, parseElement, XmlError, type Element } from '../../xmpp/xml.ts';
import { xmlPieces } from './xml-pieces.ts';

const NS_PIE = 'urn:xmpp:pie:0';
const NS_PIE_MAM = 'urn:xmpp:pie:0#mam';
const NS_XINCLUDE = 'http://www.w3.org/2001/XInclude';
const NS_FORWARD = 'urn:xmpp:forward:0';
const MAX_DEPTH = 200;
const MAX_ATTRIBUTES = 200;
const MAX_RESULT = 4 * 1024 * 1024; // characters; no server lets a stanza of that size through
const MAX_INCLUDES = 3; // within each other: hosts, users, and one for good measure

/** Gives the text of a file that another one includes by a relative path; `undefined` where there is none. */
export type Include = (from: string, href: string) => { readonly file: string; readonly chunks: Iterable<string> } | undefined;

/** An element that leads to an archive, or is one; all else in the file is passed over. */
interface Level {
  readonly kind: 'data' | 'host' | 'user' | 'archive';
  readonly host: string;
  readonly owner: string;
}

/**
 * What rooms said to this account, and what the file has of rooms' own archives. Reads the file as a stream; a result
 * that is none is refused by itself. Throws `import-unknown` where the file is no server's data or no XML.
 */
export function* fromServerData(file: string, chunks: Iterable<string>, account: string, include: Include): Generator<Imported> {
  try {
    yield* fileOf(file, chunks, { account, include, depth: 0, within: undefined });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new MinimixError('import-unknown', `${file} cannot be read: ${error.message}.`, error);
  }
}

interface Course {
  readonly account: string;
  readonly include: Include;
  readonly depth: number;
  /** Where the including file stood. */
  readonly within: Level | undefined;
}

function* fileOf(file: string, chunks: Iterable<string>, course: Course): Generator<Imported> {
  const scope = createScope();
  const names: string[] = [];
  const levels: (Level | undefined)[] = []; // as `names`; undefined for what is passed over
  const above = (): Level | undefined => (levels.length === 0 ? course.within : levels.at(-1));
  let result = ''; // the text of the result so far
  let resultAt = 0; // at which depth it began
  for (const { tag: written, text } of xmlPieces(chunks)) {
    if (resultAt > 0 && result.length <= MAX_RESULT) result += text;
    if (written === undefined) continue;
    const tag = parseTag(written, MAX_ATTRIBUTES);
    if (tag.form !== 'close') {
      scope.enter(tag);
      names.push(tag.name);
      if (names.length > MAX_DEPTH) throw new StreamFault('policy-violation', 'its elements are nested too deeply');
      const { local, namespace } = nameOf(tag, scope.lookup);
      if (names.length === 1 && course.depth === 0 && namespace !== NS_PIE) throw new StreamFault('invalid-namespace', 'it is not a server’s data');
      const parent = above();
      if (local === 'include' && namespace === NS_XINCLUDE && parent) yield* included(file, tag, { ...course, within: parent });
      if (parent?.kind === 'archive' && resultAt === 0 && local === 'result' && namespace === NS_MAM) {
        resultAt = names.length;
        result = written;
      }
      levels.push(levelOf(tag, local, namespace, parent, names.length === 1));
    }
    if (tag.form !== 'open') {
      if (tag.form === 'close' && names.at(-1) !== tag.name) throw new StreamFault('not-well-formed', 'its tags do not match');
      if (names.length === resultAt) {
        const read = importedOf(result, archiveOwner(levels), course.account);
        if (read) yield read;
        resultAt = 0;
        result = '';
      }
      scope.leave();
      names.pop();
      levels.pop();
    }
  }
  if (names.length > 0) throw new StreamFault('not-well-formed', 'it ends too early');
}

/** The archive that the element which is about to end lies in. */
function archiveOwner(levels: readonly (Level | undefined)[]): string {
  return levels.at(-2)?.owner ?? '';
}

function nameOf(tag: Tag, lookup: (prefix: string) => string | undefined): { local: string; namespace: string } {
  const colon = tag.name.indexOf(':');
  return { local: tag.name.slice(colon + 1), namespace: lookup(colon === -1 ? '' : tag.name.slice(0, colon)) ?? '' };
}

function levelOf(tag: Tag, local: string, namespace: string, parent: Level | undefined, root: boolean): Level | undefined {
  const known = parent ?? (root ? { kind: 'data' as const, host: '', owner: '' } : undefined);
  if (!known || known.kind === 'archive') return undefined;
  if (namespace === NS_PIE_MAM && local === 'archive' && known.owner !== '') return { ...known, kind: 'archive' };
  if (namespace !== NS_PIE) return undefined;
  const value = (name: string): string => tag.attributes.find((one) => one.name === name)?.value ?? '';
  if (local === 'server-data') return { ...known, kind: 'data' };
  if (local === 'host') return { kind: 'host', host: value('jid'), owner: '' };
  if (local === 'user' && known.host !== '') return { ...known, kind: 'user', owner: bareOf(`${value('name')}@${known.host}`) };
  return undefined;
}

/** Section 5: a relative path, whole. What the included file has of trouble is its own: the rest is read all the same. */
function* included(file: string, tag: Tag, course: Course): Generator<Imported> {
  const value = (name: string): string | undefined => tag.attributes.find((one) => one.name === name)?.value;
  const href = value('href') ?? '';
  const whole = value('parse') === undefined && value('xpointer') === undefined;
  const found = whole && course.depth < MAX_INCLUDES ? course.include(file, href) : undefined;
  if (!found) {
    yield { refused: `the file ${href} that it includes cannot be read` };
    return;
  }
  try {
    yield* fileOf(found.file, found.chunks, { ...course, depth: course.depth + 1 });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    yield { refused: `the file ${href}: ${error.message}` };
  }
}

function importedOf(text: string, owner: string, account: string): Imported | undefined {
  if (text.length > MAX_RESULT) return { refused: 'a message that is too big' };
  let result: Element;
  try {
    result = parseElement(text);
  } catch (error) {
    if (error instanceof XmlError) return { refused: error.message };
    throw error;
  }
  const forwarded = result.getChild('forwarded', NS_FORWARD);
  const message = forwarded?.getChild('message');
  if (!forwarded || !message) return { refused: 'a result without a message' };
  const room = bareOf(attributeOf(message, 'from') ?? '');
  // A room's archive is its own word; in a person's, the id is that archive's and says nothing of the room's.
  const ofRoom = room === owner;
  if (attributeOf(message, 'type') !== 'groupchat' || room === account || !(ofRoom || owner === account)) return undefined;
  const at = readDelay(forwarded) ?? readDelay(message, room);
  if (at === undefined) return { refused: 'a message without its time' };
  message.attrs['xmlns'] ??= NS_CLIENT;
  const read = readGroupchat(message, { arrivedAt: at, stanzaIds: false, history: false });
  if (!read) return { refused: 'a message of no room' };
  const stanzaId = ofRoom ? attributeOf(result, 'id') : undefined;
  return { message: { ...read, stanzaId, at, delayed: true }, arrivedAt: at, xml: message.toString() };
}
