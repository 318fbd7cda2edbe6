import { SaxesParser } from 'saxes';
import type { SaxesTagNS } from 'saxes';
import type { StreamLimits } from '../contract.ts';
import { NS } from '../namespaces.ts';
import { escapeXML } from '../xml.ts';
import { StanzaRefusal, StreamFault, notWellFormed } from './stream-fault.ts';
import type { Outline, OutlineTag } from './tree.ts';

/** A child of the stream's root, read. */
export interface FirstLevel {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Its own text; on the root every namespace is declared that the stream header lent it. */
  readonly raw: string;
  /** The same as its tags and texts, of which `treeOf` makes the tree. */
  readonly outline: Outline;
}

export interface ElementParser {
  /** The text of one child of the root. Throws `StreamFault` where it is no XML, `StanzaRefusal` where it is, and is not taken. */
  parse(text: string): FirstLevel;
  /** The text of the root's end tag. Throws where it is none. */
  end(text: string): void;
  /** Of the root. */
  readonly header: ReadonlyMap<string, string>;
}

const OPTIONS = { xmlns: true, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' } as const;

/** What saxes says of names and prefixes (Namespaces in XML 1.0): well-formed XML all the same, and ejabberd hands it on. */
const OF_NAMESPACES = /^(?:unbound namespace prefix|malformed name|tags may not have "xmlns"|duplicate attribute: \{|xmlns? prefix must|(?:the default namespace|may) (?:may )?not (?:be set|assign)|invalid attempt to undefine prefix)/;

/**
 * Reads what stands within a stream, by saxes: it holds text to XML 1.0 and its namespaces, which ltx does not. One parser
 * reads on from stanza to stanza, behind the stream's own header. `checkName` throws what a name may be refused for.
 */
export function createElementParser(headerText: string, limits: Pick<StreamLimits, 'attributes'>, checkName?: (name: string) => void): ElementParser {
  let parser: SaxesParser<typeof OPTIONS> | undefined;
  let header: SaxesTagNS | undefined;
  let outline: (OutlineTag | string | undefined)[] = [];
  /** Open elements, the stream's root among them. */
  let depth = 0;
  let elements = 0;
  /** Characters that the parser was given before the text at hand, and where in it the element ended. */
  let given = 0;
  let endedAt = 0;
  /** What each open element declares. */
  const declared: Readonly<Record<string, string>>[] = [];
  /** Prefixes of the header that the element uses. */
  const lent = new Set<string>();

  function begin(): SaxesParser<typeof OPTIONS> {
    const fresh = new SaxesParser(OPTIONS);
    depth = given = 0;
    fresh.on('opentag', opened);
    fresh.on('closetag', closed);
    fresh.on('text', (text) => { if (depth > 1) outline.push(text); });
    fresh.on('cdata', (text) => { if (depth > 1) outline.push(text); });
    fresh.on('comment', () => forbidden('a comment'));
    fresh.on('processinginstruction', () => forbidden('a processing instruction'));
    fresh.on('doctype', () => forbidden('a DTD'));
    try {
      fresh.write(headerText);
    } catch (error) {
      throw faultOf(error);
    }
    if (depth !== 1) throw notWellFormed('not the header of a stream');
    given = headerText.length;
    return fresh;
  }

  function opened(tag: SaxesTagNS): void {
    depth++;
    if (depth === 1) {
      header = tag;
      return;
    }
    declared.push(tag.ns);
    const attributes: [string, string][] = [];
    for (const { name, prefix, value } of Object.values(tag.attributes)) {
      attributes.push([name, value]);
      if (prefix !== '' && prefix !== 'xmlns') borrow(prefix);
      checkName?.(name);
    }
    if (attributes.length > limits.attributes) throw new StanzaRefusal('attributes', 'too many attributes');
    if (tag.prefix !== '') borrow(tag.prefix);
    checkName?.(tag.name);
    if (depth === 2) {
      elements++;
      if (tag.prefix === '' && tag.ns[''] === undefined) lent.add('');
    }
    outline.push({ name: tag.name, namespace: tag.uri, attributes });
  }

  function closed(): void {
    depth--;
    declared.pop();
    outline.push(undefined);
    if (depth === 1) endedAt = (parser?.position ?? 0) - given;
  }

  function borrow(prefix: string): void {
    if (prefix === 'xml' || declared.some((ns) => ns[prefix] !== undefined)) return;
    lent.add(prefix);
  }

  function parse(text: string): FirstLevel {
    outline = [];
    declared.length = 0;
    lent.clear();
    elements = endedAt = 0;
    try {
      parser ??= begin();
      parser.write(text);
      if (depth !== 1 || elements !== 1 || endedAt !== text.length) throw notWellFormed('not one whole element');
      given += text.length;
    } catch (error) {
      parser = undefined; // it may stand anywhere
      throw faultOf(error);
    }
    return firstLevel(text);
  }

  function end(text: string): void {
    try {
      parser ??= begin();
      parser.write(text);
    } catch (error) {
      throw faultOf(error);
    }
    if (depth !== 0) throw notWellFormed('tags that do not match');
  }

  function firstLevel(text: string): FirstLevel {
    const [root] = outline;
    if (typeof root !== 'object') throw notWellFormed('text between stanzas');
    const namespaces = [...lent].map((prefix): [string, string] => [prefix === '' ? 'xmlns' : `xmlns:${prefix}`, header?.ns[prefix] ?? '']);
    const behindName = 1 + root.name.length;
    const declarations = namespaces.map(([name, uri]) => ` ${name}='${escapeXML(uri)}'`).join('');
    return {
      name: root.name.slice(root.name.indexOf(':') + 1),
      namespace: root.namespace,
      attributes: new Map(root.attributes),
      raw: text.slice(0, behindName) + declarations + text.slice(behindName),
      outline: namespaces.length === 0 ? outline : [{ ...root, attributes: [...namespaces, ...root.attributes] }, ...outline.slice(1)],
    };
  }

  parser = begin();
  if (header?.local !== 'stream' || header.uri !== NS.streams) throw new StreamFault('invalid-namespace', 'not the header of a stream');
  return { parse, end, header: new Map(Object.values(header.attributes).map(({ name, value }) => [name, value])) };
}

/** The name and attributes of the element that begins a text, as far as that goes; the text may be cut anywhere. */
export function startTagOf(text: string): { readonly name: string; readonly attributes: ReadonlyMap<string, string> } {
  let name = '';
  const attributes = new Map<string, string>();
  const parser = new SaxesParser({ position: false });
  parser.on('opentagstart', (tag) => (name ||= tag.name));
  parser.on('attribute', (attribute) => {
    if (!attributes.has(attribute.name)) attributes.set(attribute.name, attribute.value);
  });
  parser.on('opentag', () => {
    throw new StreamFault('', 'read'); // the rest is of no interest
  });
  try {
    parser.write(text);
  } catch {
    return { name, attributes };
  }
  return { name, attributes };
}

function forbidden(what: string): never {
  throw new StreamFault('restricted-xml', what);
}

function faultOf(error: unknown): Error {
  if (error instanceof StreamFault || error instanceof StanzaRefusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (OF_NAMESPACES.test(message)) {
    return new StanzaRefusal('namespace', message.replace(/\.$/, ''), /prefix|namespace|URI/.test(message) ? 'bad-namespace-prefix' : 'not-well-formed');
  }
  // RFC 6120 11.1 forbids all entities but the predefined ones.
  if (message === 'undefined entity.') return new StreamFault('restricted-xml', 'an entity that XMPP forbids');
  return notWellFormed(message.replace(/\.$/, ''));
}
