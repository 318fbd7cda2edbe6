// XEP-0115: Entity Capabilities
import { createHash } from 'node:crypto';
import type { Element } from '../../xml.ts';
import { attrsOf, xml } from '../../xml.ts';
import type { Identity } from './disco.ts';

export const NS_CAPS = 'http://jabber.org/protocol/caps';

/** 5.1: the verification string of identities without xml:lang and of features, with no forms. */
export function capsVersion(identities: readonly Identity[], features: readonly string[]): string {
  const lines = identities.map(({ category, type, name }) => `${category}/${type}//${name ?? ''}`).toSorted(octets);
  const text = [...lines, ...features.toSorted(octets)].map((line) => `${line}<`).join('');
  return createHash('sha1').update(text).digest('base64');
}

/** The `<c/>` of our presence. */
export function capsElement(node: string, version: string): Element {
  return xml('c', { xmlns: NS_CAPS, hash: 'sha-1', node, ver: version });
}

/** The node and version that a presence announces. */
export function readCaps(presence: Element): { node: string; ver: string } | undefined {
  const c = presence.getChild('c', NS_CAPS);
  const { node, ver } = attrsOf(c);
  return node !== undefined && ver !== undefined ? { node, ver } : undefined;
}

function octets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
