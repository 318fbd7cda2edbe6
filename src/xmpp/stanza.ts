import type { Element } from 'ltx';
import type { PassCause } from './transport/stream-fault.ts';
import { treeOf } from './transport/tree.ts';
import type { Outline } from './transport/tree.ts';
import { attrsOf, parseElement } from './xml.ts';

export type StanzaKind = 'message' | 'presence' | 'iq';

/** One stanza, whole, as it came off the stream. The tree is built when somebody first asks for it. */
export interface Stanza {
  readonly kind: StanzaKind;
  /** The stanza's own text, with the `jabber:client` namespace made explicit on its root. */
  readonly raw: string;
  /** As the server stamped it; '' where the server left it out (our own account is meant). */
  readonly from: string;
  readonly to: string;
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly element: Element;
  /** Of an answer that is to be handled at its place among what else came: tells whoever has asked. */
  readonly settle?: (() => void) | undefined;
}

/** Why a stanza was passed over that has more bytes than any may have. */
export const TOO_BIG = 'a stanza is too big';

/** A stanza that was not taken: what its start tag says, and why. */
export interface PassedOver extends Pick<Stanza, 'kind' | 'from' | 'to' | 'type' | 'id'> {
  readonly cause: PassCause;
  /** The cause, in words. */
  readonly why: string;
  /** Bytes of it, as it came. */
  readonly size: number;
  /** Its first thousand characters, which may be no XML. */
  readonly head: string;
}

/** A stanza from its text. Throws `XmlError` where the text is not one well-formed element. */
export function stanzaFrom(raw: string): Stanza {
  const element = parseElement(raw);
  const attributes = attrsOf(element);
  return {
    kind: element.name as StanzaKind, // a stream's reader, and whoever wrote it to the disk, let nothing else through
    raw,
    from: attributes['from'] ?? '',
    to: attributes['to'] ?? '',
    type: attributes['type'],
    id: attributes['id'],
    element,
  };
}

/** A stanza that the stream reader has checked: its tree is built when somebody first asks for it. */
export function lazyStanza({ kind, raw, attributes, outline }: { kind: StanzaKind; raw: string; attributes: ReadonlyMap<string, string>; outline: Outline }): Stanza {
  let tree: Element | undefined;
  return {
    kind,
    raw,
    from: attributes.get('from') ?? '',
    to: attributes.get('to') ?? '',
    type: attributes.get('type'),
    id: attributes.get('id'),
    get element() {
      return (tree ??= treeOf(outline));
    },
  };
}
