// XEP-0478 0.2: Stream Limits Advertisement, and what is done where a server announces nothing.
import { attributeOf } from '../xml.ts';
import type { Element } from '../xml.ts';
import type { LearnedLimit } from '../contract.ts';

const NS_LIMITS = 'urn:xmpp:stream-limits:0';
const NS_CAPS = 'http://jabber.org/protocol/caps';
/** RFC 6120 13.12: no server may take less. */
const LEAST = 10_000;
const UNKNOWN = 64 * 1024;
/** Before the first login, when nothing is known and nothing is written. */
const BEFORE = 256 * 1024;
/** What these take as they are shipped, by the node of their capabilities (XEP-0115 6.3). COMPAT: Prosody 0.12 and ejabberd announce nothing. */
const SHIPPED: Readonly<Record<string, number>> = {
  'http://prosody.im': 256 * 1024,
  'http://www.process-one.net/en/ejabberd/': 256 * 1024, // 23.01
  'https://www.process-one.net/ejabberd/': 256 * 1024, // 24.12
};

/** How large a stanza the server takes, in bytes as it is written; more ends the stream. */
interface OutgoingLimit {
  now(): number;
  /** What was learned from refusals, and under which announcement. */
  learned(): LearnedLimit | undefined;
  /** A new login: what it offers. What was learned before holds as long as it announces the same. */
  offered(features: Element): void;
  /** The server took one of this size. */
  taken(bytes: number): void;
  /** The server ended the stream over its policy; this was the largest that it had not acknowledged. True where that may be why. */
  refused(bytes: number): boolean;
}

export function createOutgoingLimit(before?: LearnedLimit): OutgoingLimit {
  let announced = before?.announced ?? BEFORE;
  let learned = before?.learned ?? Infinity;
  let proven = LEAST;

  return {
    now: () => Math.max(LEAST, Math.min(announced, learned)),
    learned: () => (learned === Infinity ? undefined : { learned, announced }),
    offered(features) {
      const max = features.getChild('limits', NS_LIMITS)?.getChildText('max-bytes')?.trim() ?? '';
      const node = attributeOf(features.getChild('c', NS_CAPS), 'node') ?? '';
      const next = /^[1-9]\d{0,14}$/.test(max) ? Number(max) : (SHIPPED[node] ?? UNKNOWN);
      if (next !== announced) learned = Infinity; // another version of the server, or it was set up anew
      announced = next;
    },
    taken: (bytes) => { proven = Math.max(proven, bytes); },
    refused(bytes) {
      if (bytes <= LEAST) return false;
      if (bytes <= proven) proven = LEAST; // its limit has changed
      learned = Math.min(learned, Math.max(proven, Math.floor(bytes / 2)));
      return true;
    },
  };
}
