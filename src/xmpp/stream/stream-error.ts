// RFC 6120 4.9: what ends a stream, said and heard.
import { StreamEnd, asEnd } from '../faults.ts';
import { NS } from '../namespaces.ts';
import { StreamFault } from '../transport/stream-fault.ts';
import type { ConnectionStatus } from '../contract.ts';
import { xml } from '../xml.ts';
import type { Element } from '../xml.ts';

/** RFC 6120 4.9.3: what is, or may be, said of the peer's words; the others are of the peer, the host or the network. */
const OF_WORDS = new Set([
  'bad-format', 'bad-namespace-prefix', 'improper-addressing', 'invalid-from', 'invalid-namespace', 'invalid-xml', 'not-well-formed', 'restricted-xml',
  'unsupported-encoding', 'unsupported-feature', 'unsupported-stanza-type', 'undefined-condition', 'internal-server-error',
]);

/** The last words to a peer that sent what is no XML. */
export function errorOf({ condition }: StreamFault): string {
  return xml('stream:error', {}, xml(condition, { xmlns: NS.streamErrors })).toString();
}

/** What a stream error means for what comes next (RFC 6120 4.9.3). */
export function streamError(element: Element): StreamEnd {
  const children = element.children.filter((child) => typeof child !== 'string');
  const condition = children.find((child) => child.name !== 'text' && child.getNS() === NS.streamErrors);
  const text = element.getChildText('text', NS.streamErrors);
  const name = condition?.name ?? 'undefined-condition';
  const sentence = `the server ended the stream: ${name}${text ? ` (${text.slice(0, 200)})` : ''}`;
  if (name === 'conflict') return new StreamEnd('conflict', sentence);
  if (name === 'see-other-host') return new StreamEnd('moved', sentence, { host: condition?.getText() ?? '' });
  if (name === 'policy-violation') return new StreamEnd('policy', sentence);
  if (OF_WORDS.has(name)) return new StreamEnd('rejected', sentence);
  return new StreamEnd('lost', sentence);
}

/** What the library throws, as the end of a stream. */
export function endOf(error: Error): StreamEnd {
  const condition = 'condition' in error && typeof error.condition === 'string' ? error.condition : undefined;
  if (error.name === 'SASLError') return saslFailure(condition, 'text' in error && typeof error.text === 'string' ? error.text : '');
  if (error.name === 'StanzaError' && condition !== undefined) {
    return new StreamEnd(condition === 'conflict' ? 'conflict' : 'lost', `the server assigned no resource: ${condition}`, { cause: error });
  }
  return asEnd(error);
}

/** RFC 6120 6.5, in words of a person who has typed a password; what a server adds in its own is left out. */
const REFUSALS: Readonly<Record<string, string>> = {
  'not-authorized': 'The server does not accept this address and password.',
  'account-disabled': 'The server has disabled this account.',
  'credentials-expired': 'The password has expired. Change it with one of your other clients.',
  'temporary-auth-failure': 'the server cannot check passwords at the moment',
};

function saslFailure(condition: string | undefined, text: string): StreamEnd {
  if (condition === undefined || condition.startsWith('SASL: ')) return new StreamEnd('lost', 'the server offers no login method that Minimix supports');
  const words = REFUSALS[condition];
  const sentence = words ?? `The server refused the login: ${condition}${text === '' ? '' : ` (${text.slice(0, 200)})`}.`;
  // RFC 6120 6.5: only these two may be over by themselves.
  const temporary = condition === 'temporary-auth-failure' || condition === 'aborted';
  return new StreamEnd(temporary ? 'lost' : 'refused', sentence);
}

/** What a status tells of an end besides its sentence. */
export function causeOf({ kind, cause, certificate }: StreamEnd): Pick<Extract<ConnectionStatus, { state: 'waiting' }>, 'conflict' | 'unreadable' | 'certificate'> {
  if (certificate !== undefined) return { certificate };
  if (kind === 'conflict') return { conflict: true };
  return kind === 'unreadable' || cause instanceof StreamFault ? { unreadable: true } : {};
}
