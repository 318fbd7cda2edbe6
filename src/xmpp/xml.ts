import { Element, createElement, escapeXML, escapeXMLText } from 'ltx';
import { Parser } from 'ltx';

export { Element, createElement as xml, escapeXML, escapeXMLText };

/** Text that is not one well-formed element. */
export class XmlError extends Error {
  override name = 'XmlError';
}

/** The tree of one element's text. Throws `XmlError`. */
export function parseElement(text: string): Element {
  const parser = new Parser();
  let tree: Element | undefined;
  let error: unknown;
  parser.on('tree', (element: Element) => (tree = element));
  parser.on('error', (e: unknown) => (error = e));
  // COMPAT: ltx 3.1 loses the text that follows a CDATA section; < is never in a value, so this finds
  // sections only.
  const sections = /<!\[CDATA\[([^]*?)\]\]>/g;
  parser.write(text.includes('<![CDATA[') ? text.replace(sections, (_, t: string) => escapeXMLText(t)) : text);
  parser.end('');
  if (error !== undefined || tree === undefined) throw new XmlError('not well-formed', { cause: error });
  return tree;
}

/** Its attributes, none where there is no element; ltx itself gives them out untyped. */
export function attrsOf(element: Element | undefined): Readonly<Partial<Record<string, string>>> {
  return element?.attrs ?? {};
}

/** One attribute's value. */
export function attributeOf(element: Element | undefined, name: string): string | undefined {
  return attrsOf(element)[name];
}
