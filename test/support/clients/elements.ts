import { Element } from 'ltx';
import LtxParser from 'ltx/src/parsers/ltx.js';

/** Reads a stream's first-level elements, whole; `end` is told when the stream's own tag is closed. */
export function readElements(take: (element: Element) => void, end: () => void = () => undefined) {
  const parser = new LtxParser();
  let depth = 0;
  let current: Element | undefined;
  parser.on('startElement', (name: string, attrs: Record<string, string>) => {
    depth += 1;
    if (depth === 2) current = new Element(name, attrs);
    else if (current && depth > 2) current = current.cnode(new Element(name, attrs));
  });
  parser.on('text', (text: string) => void current?.t(text));
  parser.on('endElement', () => {
    depth -= 1;
    const done = current;
    current = depth >= 2 ? (current?.parent ?? undefined) : undefined;
    if (depth === 1 && done) take(done);
    if (depth === 0) end();
  });
  return parser;
}
