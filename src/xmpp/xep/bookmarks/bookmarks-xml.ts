// Elements that nobody here knows, kept byte for byte in meaning (XEP-0402 3.4: what is unknown must survive)
import type { Element } from '../../xml.ts';
import { escapeXML, escapeXMLText } from '../../xml.ts';

/**
 * An element as text that stands alone and is the same however a server has written it: namespaces resolved, prefixes
 * and the order of attributes of our own choice.
 */
export function canonical(element: Element, parent?: string): string {
  const namespace = element.getNS() ?? '';
  const name = element.getName();
  const declared = namespace === parent ? '' : ` xmlns="${escapeXML(namespace)}"`;
  const attributes = attributeTexts(foreignAttributes(element, []));
  const inner = element.children.map((child) => (typeof child === 'string' ? escapeXMLText(child) : canonical(child, namespace)));
  const start = `<${name}${declared}${attributes}`;
  return inner.length === 0 ? `${start}/>` : `${start}>${inner.join('')}</${name}>`;
}

/** Attributes without the declarations and without those that `known` names; a prefixed one as `{namespace}name`. */
export function foreignAttributes(element: Element, known: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries<unknown>(element.attrs)) {
    if (name === 'xmlns' || name.startsWith('xmlns:') || known.includes(name) || typeof value !== 'string') continue;
    const [prefix, local] = name.split(':');
    const namespace = local === undefined || prefix === undefined ? undefined : element.findNS(prefix);
    found[namespace === undefined || prefix === 'xml' ? name : `{${namespace}}${local}`] = value;
  }
  return found;
}

/** The attributes of `foreignAttributes` as a parser takes them, with prefixes of our own. */
export function writtenAttributes(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const written: Record<string, string> = {};
  let prefixes = 0;
  for (const name of Object.keys(attributes).toSorted()) {
    const [, namespace, local] = /^\{(.*)\}(.*)$/.exec(name) ?? [];
    const value = attributes[name] ?? '';
    if (namespace === undefined) {
      written[name] = value;
      continue;
    }
    const prefix = `ns${prefixes}`;
    prefixes += 1;
    written[`xmlns:${prefix}`] = namespace;
    written[`${prefix}:${local ?? ''}`] = value;
  }
  return written;
}

function attributeTexts(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(writtenAttributes(attributes)).map(([name, value]) => ` ${name}="${escapeXML(value)}"`).join('');
}
