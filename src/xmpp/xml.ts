import { Element, createElement, escapeXML, escapeXMLText } from 'ltx';
import { SaxesParser } from 'saxes';

export { Element, createElement as xml, escapeXML, escapeXMLText };

/** Text that is not one well-formed element. */
export class XmlError extends Error {
  override name = 'XmlError';
}

/** The tree of one element's text, read by saxes: ltx itself takes what is no XML. Throws `XmlError`. */
export function parseElement(text: string): Element {
  const root = new Element('');
  let here = root;
  const parser = new SaxesParser({ xmlns: false, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  const forbidden = (): never => {
    throw new XmlError('a DTD');
  };
  parser.on('doctype', forbidden);
  parser.on('opentag', ({ name, attributes }) => (here = here.cnode(elementOf(name, attributes))));
  parser.on('closetag', () => { here = here.parent ?? root; });
  const inElement = (piece: string): void => {
    if (here !== root) addText(here, piece);
  };
  parser.on('text', inElement);
  parser.on('cdata', inElement);
  try {
    parser.write(text).close();
  } catch (error) {
    throw new XmlError('not well-formed', { cause: error });
  }
  const [tree] = root.children;
  if (tree === undefined || typeof tree === 'string') throw new XmlError('not well-formed');
  tree.parent = null;
  return tree;
}

function elementOf(name: string, attributes: Readonly<Record<string, string>>): Element {
  const element = new Element(name);
  for (const key in attributes) element.attrs[key] = attributes[key];
  return element;
}

/** Texts that meet are one. */
function addText(element: Element, piece: string): void {
  const last = element.children.length - 1;
  const before = element.children[last];
  if (typeof before === 'string') element.children[last] = before + piece;
  else element.t(piece);
}

/** Its attributes, none where there is no element; ltx itself gives them out untyped. */
export function attrsOf(element: Element | undefined): Readonly<Partial<Record<string, string>>> {
  return element?.attrs ?? {};
}

/** One attribute's value. */
export function attributeOf(element: Element | undefined, name: string): string | undefined {
  return attrsOf(element)[name];
}
