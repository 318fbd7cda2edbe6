// RFC 6120 4.9: what ends a stream, said and heard.
import { StreamEnd } from '../faults.ts';
import { NS } from '../namespaces.ts';
import type { StreamFault } from '../transport/stream-fault.ts';
import { xml } from '../xml.ts';
import type { Element } from '../xml.ts';

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
  return new StreamEnd('lost', sentence);
}
