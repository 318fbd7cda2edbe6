import { NS } from '../namespaces.ts';
import { createSplitter } from './splitter.ts';
import { StreamFault } from './tag.ts';

const HEADER = `<s:stream xmlns='${NS.client}' xmlns:s='${NS.streams}'>`;
const LIMITS = { stanzaBytes: 10 * 1024 * 1024, depth: 200, attributes: 200 };
const KINDS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/**
 * What keeps a text from being written as one stanza; undefined where nothing does. A control character in a
 * message would end the stream, and again each time that the outbox tries it.
 */
export function faultIn(text: string): string | undefined {
  let stanzas = 0;
  let foreign = '';
  const splitter = createSplitter(LIMITS, {
    open: () => undefined,
    element: ({ name, namespace }) => {
      stanzas++;
      if (namespace !== NS.client || !KINDS.has(name)) foreign = name;
    },
    close: () => (foreign = '/stream'),
  });
  try {
    splitter.write(HEADER);
    if (/[\ud800-\udfff]/.test(text) && !text.isWellFormed()) return 'half a character';
    splitter.write(text);
    if (!splitter.idle()) return 'it has no end';
  } catch (error) {
    if (error instanceof StreamFault) return error.message;
    throw error;
  }
  if (foreign !== '') return `<${foreign}> is none`;
  return stanzas === 1 ? undefined : `${stanzas} elements`;
}
