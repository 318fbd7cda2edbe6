// XEP-0227 4.10: the message archives in a server's exported data, as far as they hold what rooms said
import type { Imported } from '../../archive/transfer/import.ts';
import { MinimixError } from '../../core/errors.ts';
import { bareOf } from '../../core/jid.ts';
import { readDelay } from '../../xmpp/xep/message/delay.ts';
import { readGroupchat } from '../../xmpp/xep/message/groupchat.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import { NS_CLIENT } from '../../xmpp/xep/service/namespaces.ts';
import { StreamFault } from '../../xmpp/transport/stream-fault.ts';
import { readXmlFile } from '../../xmpp/transport/xml-file.ts';
import { attributeOf, XmlError, type Element } from '../../xmpp/xml.ts';

const NS_PIE = 'urn:xmpp:pie:0';
const NS_PIE_MAM = 'urn:xmpp:pie:0#mam';
const NS_XINCLUDE = 'http://www.w3.org/2001/XInclude';
const NS_FORWARD = 'urn:xmpp:forward:0';
const MAX_RESULT = 4 * 1024 * 1024; // characters; no server lets a stanza of that size through
/** Characters that an element weighs beside its own. */
const ELEMENT = 50;
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
export function* fromServerData(file: string, chunks: Iterable<string>, { account, include }: { account: string; include: Include }): Generator<Imported> {
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
  const levels: (Level | undefined)[] = []; // of the open elements; undefined for what is passed over
  /** The element of a result that is open, and how many characters of text it has so far. */
  let here: Element | undefined;
  let length = 0;
  /** Open elements in it that are not kept any more. */
  let beyond = 0;
  for (const event of readXmlFile(chunks)) {
    if (event.what === 'text') {
      length += event.text.length;
      if (here && length <= MAX_RESULT) here.t(event.text);
    } else if (event.what === 'close') {
      levels.pop();
      if (beyond > 0) beyond--;
      else if (here) {
        const { parent } = here;
        if (parent === null) yield* resultOf(here, { length, owner: levels.at(-1)?.owner ?? '', account: course.account });
        here = parent ?? undefined;
      }
    } else {
      const { element, namespace } = event;
      const parent = levels.length === 0 ? course.within : levels.at(-1);
      if (levels.length === 0 && course.depth === 0 && namespace !== NS_PIE) throw new StreamFault('invalid-namespace', 'it is not a server’s data');
      if (here) {
        length += ELEMENT + element.toString().length;
        if (length > MAX_RESULT) beyond++;
        else here = here.cnode(element);
      } else if (parent?.kind === 'archive' && element.name === 'result' && namespace === NS_MAM) {
        here = element;
        length = 0;
      } else if (element.name === 'include' && namespace === NS_XINCLUDE && parent) yield* included(file, element, { ...course, within: parent });
      levels.push(levelOf(element, { namespace, parent, root: levels.length === 0 }));
    }
  }
}

function* resultOf(result: Element, { length, owner, account }: { length: number; owner: string; account: string }): Generator<Imported> {
  const read = length > MAX_RESULT ? { refused: 'a message that is too big' } : importedOf(result, owner, account);
  if (read) yield read;
}

function levelOf(element: Element, { namespace, parent, root }: { namespace: string; parent: Level | undefined; root: boolean }): Level | undefined {
  const known = parent ?? (root ? { kind: 'data' as const, host: '', owner: '' } : undefined);
  if (!known || known.kind === 'archive') return undefined;
  if (namespace === NS_PIE_MAM && element.name === 'archive' && known.owner !== '') return { ...known, kind: 'archive' };
  if (namespace !== NS_PIE) return undefined;
  const value = (name: string): string => attributeOf(element, name) ?? '';
  if (element.name === 'server-data') return { ...known, kind: 'data' };
  if (element.name === 'host') return { kind: 'host', host: value('jid'), owner: '' };
  if (element.name === 'user' && known.host !== '') return { ...known, kind: 'user', owner: bareOf(`${value('name')}@${known.host}`) };
  return undefined;
}

/** Section 5: a relative path, whole. What the included file has of trouble is its own: the rest is read all the same. */
function* included(file: string, element: Element, course: Course): Generator<Imported> {
  const value = (name: string): string | undefined => attributeOf(element, name);
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

function importedOf(result: Element, owner: string, account: string): Imported | undefined {
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
  const read = readGroupchat(message, { arrivedAt: at, stanzaIds: false, occupantIds: true, history: false });
  if (!read) return { refused: 'a message of no room' };
  const stanzaId = ofRoom ? attributeOf(result, 'id') : undefined;
  return { message: { ...read, stanzaId, at, delayed: true }, arrivedAt: at, xml: message.toString() };
}
