import { NAME_RE } from 'xmlchars/xml/1.0/ed4.js';
import { NS } from '../namespaces.ts';
import { createElementParser } from './element-parser.ts';
import type { ElementParser, FirstLevel } from './element-parser.ts';
import { StanzaRefusal, StreamFault } from './stream-fault.ts';

const HEADER = `<s:stream xmlns='${NS.client}' xmlns:s='${NS.streams}'>`;
const MAX_DEPTH = 200;
const LIMITS = { attributes: 200 };
const KINDS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

let parser: ElementParser | undefined;

/**
 * What keeps a text from being written as one stanza; undefined where nothing does. A control character in a
 * message would end the stream, and again each time that the outbox tries it.
 */
export function faultIn(text: string): string | undefined {
  const read = stanzaIn(text);
  return typeof read === 'string' ? read : undefined;
}

/** The stanza that a text is, or why it is none that can be written. */
export function stanzaIn(text: string): FirstLevel | string {
  if (/[\ud800-\udfff]/.test(text) && !text.isWellFormed()) return 'half a character';
  let read: FirstLevel;
  try {
    read = (parser ??= createElementParser(HEADER, LIMITS, checkName)).parse(text);
  } catch (error) {
    if (error instanceof StreamFault || error instanceof StanzaRefusal) return error.message;
    throw error;
  }
  if (read.namespace !== NS.client || !KINDS.has(read.name)) return `<${read.name}> is none`;
  return depthOf(read) > MAX_DEPTH ? 'elements nested too deep' : read;
}

function depthOf({ outline }: FirstLevel): number {
  let depth = 0;
  let deepest = 0;
  for (const part of outline) {
    if (typeof part === 'object') deepest = Math.max(deepest, ++depth);
    else if (part === undefined) depth--;
  }
  return deepest;
}

/** expat, which most servers read with, holds names to XML 1.0's fourth edition; the fifth allows more. */
function checkName(name: string): void {
  if (!NAME_RE.test(name)) throw new StreamFault('not-well-formed', `a name that XML 1.0 of 2006 has not: ${name}`);
}
