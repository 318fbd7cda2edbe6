// What takes in what others have written, and what must hold whatever that is. `npm run fuzz` asks for long,
// `fuzz.test.ts` for a moment; both give the seed that shows a failure again.
import fc from 'fast-check';
import { readHistoryWish } from '../../src/frontends/bouncer/rooms/room-history.ts';
import { readSettingsText } from '../../src/config/settings-text.ts';
import { parseBareJid, parseJid } from '../../src/core/jid.ts';
import { indented, oneLine, safeJson } from '../../src/core/printable.ts';
import { readPageRequest } from '../../src/frontends/mam/query.ts';
import { faultIn } from '../../src/xmpp/transport/outgoing.ts';
import { createReader } from '../../src/xmpp/transport/reader.ts';
import { DEFAULT_LIMITS } from '../../src/xmpp/transport/splitter.ts';
import type { Stanza } from '../../src/xmpp/stanza.ts';
import { parseElement } from '../../src/xmpp/xml.ts';
import { apiTargets } from './api-targets.ts';
import { archiveTargets } from './archive-targets.ts';
import { accountTargets } from './account-targets.ts';
import { bookmarkTargets } from './bookmark-targets.ts';
import { bouncerTargets } from './bouncer-targets.ts';
import { deviceTargets } from './device-targets.ts';
import { corpus, HEADER, otherJson, spoiled, stanza, text } from './made.ts';
import { allReaders } from './readers.ts';
import { pieces, pure, type FuzzTarget } from './target.ts';

const ACCOUNT = 'romeo@scripted.test';

export const targets: readonly FuzzTarget[] = [
  pure('a stream is read the same however it is cut, and only a fault ends it', () => {
    const stream = fc.array(stanza, { maxLength: 4 }).map((list) => Buffer.from(HEADER + list.join('')));
    return fc.property(spoiled(stream), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (bytes, sizes) => {
      const [whole, cut] = [streamOf([bytes]), streamOf(pieces(bytes, sizes))];
      // a read that holds what is no UTF-8 is refused whole, so that there the cut decides how far one gets
      if (whole !== cut && !whole.endsWith('unsupported-encoding')) throw new Error(`whole: ${whole}\ncut: ${cut}`);
    });
  }),
  {
    name: 'every reader gives a value or nothing',
    async open() {
      const readers = await allReaders();
      const property = fc.property(stanza, (made) => {
        const before = made.toString();
        for (const { name, read } of readers) {
          for (const element of [made, ...made.getChildElements()]) within(name, () => read(element));
        }
        readPageRequest(made.getChildElements()[0] ?? made, ACCOUNT);
        readHistoryWish(made, 1_000_000);
        if (made.toString() !== before) throw new Error('a reader has changed what it read');
      });
      return { property, close: () => undefined };
    },
  },
  pure('what is sent is one stanza, or is refused', () =>
    fc.property(fc.oneof(stanza.map(String), text, fc.tuple(fc.constantFrom(...corpus), text).map((two) => two.join(''))), (made) => {
      if (faultIn(made) !== undefined) return;
      const { items, fault, closed } = createReader(DEFAULT_LIMITS).read(Buffer.from(HEADER + made));
      if (fault?.condition === 'improper-addressing') return; // a server's answer to that is an error, no end
      if (fault ?? closed) throw new Error('passed as a stanza, and ends the stream');
      if (items.length !== 1) throw new Error(`passed as one stanza, and is ${items.length}`);
    }),
  ),
  pure('an address is read as itself, or refused', () =>
    fc.property(text, (made) => {
      const bare = parseBareJid(made);
      if (bare !== undefined && parseBareJid(bare) !== bare) throw new Error(`${bare} is not what it reads as`);
      parseJid(made);
    }),
  ),
  pure('nothing that a terminal obeys is printed', () =>
    fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (made) => {
      // oxlint-disable-next-line no-control-regex
      const harm = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
      for (const shown of [oneLine(made), indented(made, '  '), safeJson({ made, [made]: 1 })]) {
        if (harm.test(shown)) throw new Error(JSON.stringify(shown));
      }
      if (oneLine(made).includes('\n') || JSON.stringify(JSON.parse(safeJson(made))) !== JSON.stringify(made)) throw new Error('changed');
    }),
  ),
  pure('settings are read, or refused with a place', () => {
    const sample = { version: 1, web: { port: 7722 }, accounts: [{ jid: ACCOUNT, resource: 'x', server: { host: 'h', port: 5222 } }] };
    const file = fc.oneof(otherJson(sample).map((value) => JSON.stringify(value) ?? ''), text);
    return fc.property(fc.oneof(file, spoiled(file.map((whole) => Buffer.from(whole))).map(String)), (made) => {
      const read = readSettingsText(made);
      if (!read.ok && (read.line < 1 || read.column < 1 || read.reason === '')) throw new Error(JSON.stringify(read));
    });
  }),
  ...archiveTargets,
  ...bookmarkTargets,
  ...bouncerTargets,
  ...deviceTargets,
  ...accountTargets,
  ...apiTargets,
];

function within(what: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    throw new Error(`${what} throws`, { cause: error });
  }
}

/** What a stream says up to its end or its first fault. */
function streamOf(chunks: Iterable<Buffer>): string {
  const reader = createReader(DEFAULT_LIMITS);
  const seen: string[] = [];
  for (const chunk of chunks) {
    const { items, fault, closed } = reader.read(chunk);
    for (const item of items) seen.push('stanza' in item ? `${item.stanza.raw}${treeIn(item.stanza)}` : item.nonza.toString());
    if (fault) return [...seen, fault.condition].join('\n');
    if (closed) return [...seen, 'closed'].join('\n');
  }
  return seen.join('\n');
}

/** The tree that the reader gives: the one that ltx reads from the text, but that white space in a value is spaces (XML 1.0 3.3.3). */
function treeIn({ raw, element }: Stanza): string {
  const [ours, ltx] = [element, parseElement(raw)].map((tree) => tree.toString().replaceAll(/\r\n|[\t\r\n]/g, ' '));
  if (ours !== ltx) throw new Error(`ours: ${ours}\nltx: ${ltx}`);
  return element.toString();
}
