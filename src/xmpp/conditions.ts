import type { Element } from 'ltx';
import { NS } from './namespaces.ts';

/** RFC 6120 8.3.3, and what RFC 3920 9.3.3 had beside it. */
const DEFINED: ReadonlySet<string> = new Set([
  'bad-request', 'conflict', 'feature-not-implemented', 'forbidden', 'gone', 'internal-server-error', 'item-not-found', 'jid-malformed',
  'not-acceptable', 'not-allowed', 'not-authorized', 'payment-required', 'policy-violation', 'recipient-unavailable', 'redirect',
  'registration-required', 'remote-server-not-found', 'remote-server-timeout', 'resource-constraint', 'service-unavailable',
  'subscription-required', 'undefined-condition', 'unexpected-request',
]);

/** The condition of an `<error/>`. One that is not defined is none: it could pass for a word of ours, or for what each object has. */
export function conditionIn(error: Element | undefined): string | undefined {
  const children = error?.children.filter((child) => typeof child !== 'string') ?? [];
  return children.map((child) => (child.getNS() === NS.stanzaErrors ? child.getName() : '')).find((name) => DEFINED.has(name));
}
