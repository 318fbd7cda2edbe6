import { SaxesParser } from 'saxes';
import type { SaxesTagNS } from 'saxes';
import { Element } from '../xml.ts';
import { StreamFault, notWellFormed } from './stream-fault.ts';

/** What an XML file says, piece by piece. An element stands for itself: its namespaces are its own, and it has no prefix. */
type XmlEvent =
  | { readonly what: 'open'; readonly element: Element; readonly namespace: string }
  | { readonly what: 'text'; readonly text: string }
  | { readonly what: 'close' };

const MAX_PIECE = 2.5 * 1024 * 1024; // characters of one tag, or of one text
const MAX_DEPTH = 200;
const MAX_ATTRIBUTES = 200;

/** Reads a file that comes in chunks, without holding more of it than one. Throws `StreamFault`; a DTD is refused. */
export function* readXmlFile(chunks: Iterable<string>): Generator<XmlEvent> {
  let events: XmlEvent[] = [];
  let depth = 0;
  /** Characters since the last event. */
  let silent = 0;
  const parser = new SaxesParser({ xmlns: true, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  parser.on('doctype', () => {
    throw new StreamFault('restricted-xml', 'it has a DTD');
  });
  parser.on('opentag', (tag) => {
    if (++depth > MAX_DEPTH) throw new StreamFault('policy-violation', 'its elements are nested too deeply');
    events.push({ what: 'open', element: elementOf(tag), namespace: tag.uri });
  });
  parser.on('closetag', () => {
    depth--;
    events.push({ what: 'close' });
  });
  const text = (piece: string): void => { events.push({ what: 'text', text: piece }); };
  parser.on('text', text);
  parser.on('cdata', text);
  for (const chunk of chunks) {
    feed(() => parser.write(chunk));
    silent = events.length > 0 ? 0 : silent + chunk.length;
    if (silent > MAX_PIECE) throw new StreamFault('policy-violation', 'a tag or a text is too long');
    yield* events;
    events = [];
  }
  if (depth > 0) throw notWellFormed('it ends too early');
  feed(() => parser.close());
  yield* events;
}

function feed(write: () => unknown): void {
  try {
    write();
  } catch (error) {
    if (error instanceof StreamFault) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw notWellFormed(/^un(?:matched|expected) clos/.test(message) ? 'its tags do not match' : message.replace(/\.$/, ''));
  }
}

function elementOf({ local, uri, attributes }: SaxesTagNS): Element {
  const element = new Element(local, uri === '' ? {} : { xmlns: uri });
  const all = Object.values(attributes);
  if (all.length > MAX_ATTRIBUTES) throw new StreamFault('policy-violation', 'an element has too many attributes');
  for (const { name, prefix, uri: of, value } of all) {
    if (name === 'xmlns' || prefix === 'xmlns') continue;
    element.attrs[name] = value;
    if (prefix !== '' && prefix !== 'xml') element.attrs[`xmlns:${prefix}`] = of;
  }
  return element;
}
