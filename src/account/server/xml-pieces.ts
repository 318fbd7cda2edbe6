import { StreamFault } from '../../xmpp/transport/stream-fault.ts';

/** A stretch of an XML file: a tag, or what lies between two. */
export interface XmlPiece {
  /** The whole tag from `<` to `>`, where it is one. */
  readonly tag: string | undefined;
  /** As it is written; text may come in several pieces. Comments and processing instructions are left out. */
  readonly text: string;
}

const MAX_TOKEN = 1024 * 1024; // characters of one tag, comment or CDATA section
const SKIPPED: readonly (readonly [begin: string, end: string])[] = [
  ['<!--', '-->'],
  ['<?', '?>'],
];
const CDATA = '<![CDATA[';

/** Cuts a file that comes in chunks into its tags and texts. Throws `StreamFault`; a DTD is refused. */
export function* xmlPieces(chunks: Iterable<string>): Generator<XmlPiece> {
  let rest = '';
  let first = true;
  for (const chunk of chunks) {
    rest += first ? chunk.replace(/^\uFEFF/, '') : chunk;
    first &&= chunk === '';
    let at = 0;
    for (;;) {
      const lt = rest.indexOf('<', at);
      if (lt !== at && at < rest.length) yield { tag: undefined, text: rest.slice(at, lt === -1 ? rest.length : lt) };
      at = lt === -1 ? rest.length : lt;
      const end = lt === -1 ? undefined : tokenEnd(rest, lt);
      if (end === undefined) break;
      const text = rest.slice(lt, end);
      if (text.startsWith(CDATA)) yield { tag: undefined, text };
      else if (!SKIPPED.some(([begin]) => text.startsWith(begin))) yield { tag: text, text };
      at = end;
    }
    rest = rest.slice(at);
    if (rest.length > MAX_TOKEN) throw new StreamFault('policy-violation', 'a tag is too long');
  }
  if (rest !== '') throw new StreamFault('not-well-formed', 'it ends within a tag');
}

/** Where the tag, comment or section that begins at `lt` ends; `undefined` where more text is needed to tell. */
function tokenEnd(text: string, lt: number): number | undefined {
  if (text.length - lt < CDATA.length && /^<(?:!.*|)$/.test(text.slice(lt))) return undefined;
  for (const [begin, end] of [...SKIPPED, [CDATA, ']]>'] as const]) {
    if (!text.startsWith(begin, lt)) continue;
    const close = text.indexOf(end, lt + begin.length);
    return close === -1 ? undefined : close + end.length;
  }
  if (text.startsWith('<!', lt)) throw new StreamFault('restricted-xml', 'it has a DTD');
  let quote = '';
  for (let at = lt; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at + 1;
  }
  return undefined;
}
