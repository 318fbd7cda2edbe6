// What strangers might send: stanzas of the corpus, changed as a hostile or a broken peer would change them.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { clone } from 'ltx';
import { parseElement, type Element } from '../../src/xmpp/xml.ts';

const fixtures = new URL('../xmpp/xep/fixtures/', import.meta.url);

/** One stanza each, as text. */
export const corpus: readonly string[] = [
  ...parseElement(readFileSync(new URL('corpus.xml', import.meta.url), 'utf8'))
    .getChildElements()
    .map(String),
  ...readdirSync(fixtures)
    .filter((name) => name.endsWith('.xml'))
    .map((name) => readFileSync(new URL(name, fixtures), 'utf8').trim()),
];

/** What opens a client's stream. */
export const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='scripted.test' version='1.0'>`;

const spaces = [...new Set(corpus.flatMap((text) => [...text.matchAll(/xmlns=["']([^"']+)/g)].map(([, uri = '']) => uri)))];
const names = [...new Set(corpus.flatMap((text) => [...text.matchAll(/<([\w-]+)/g)].map(([, name = '']) => name)))];

/** What breaks readers: numbers that are none, dates that never were, names of an object's own parts, text that turns. */
const awkward = [
  '', ' ', '0', '-1', '1e999', 'NaN', '4294967296', '99999999999999999999', '0x10', '٣', '1.5', 'true', 'max',
  '2026-13-45T99:99:99Z', '+275760-09-13T00:00:00.001Z', '0000-00-00', '2026-11-01T10:00:00', '1969-12-31T23:59:59-14:00',
  '__proto__', 'constructor', 'hasOwnProperty', 'toString', '@', 'a@', '@b', 'a@b/', 'a@b@c', '/', 'romeo@scripted.test',
  'cave@rooms.scripted.test', 'CAVE@ROOMS.SCRIPTED.TEST/Ro Meo', 'xmpp:a@b?join;password=%zz', 'data:text/html,x', '%', '../../etc',
  '<script>alert(1)</script>', '\u202Eevil\u2066', '\uFEFF', 'é'.repeat(600), '👩‍👩‍👧‍👦'.repeat(40), 'x'.repeat(4000), "'; DROP TABLE message; --", '"* OR "', 'a\nb\tc',
];

/** Text that XML can hold. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...awkward),
  // oxlint-disable-next-line no-control-regex -- XML 1.0 2.2
  fc.string({ unit: 'binary', maxLength: 30 }).map((made) => made.toWellFormed().replaceAll(/[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g, '')),
);

type Change =
  | { readonly what: 'drop' | 'double' | 'empty' | 'nest'; readonly at: number }
  | { readonly what: 'rename' | 'space'; readonly at: number; readonly to: string }
  | { readonly what: 'attribute'; readonly at: number; readonly which: number; readonly to: string }
  | { readonly what: 'text'; readonly at: number; readonly to: string }
  | { readonly what: 'graft'; readonly at: number; readonly from: string; readonly piece: number };

const place = fc.nat({ max: 40 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ what: fc.constantFrom('drop', 'double', 'empty', 'nest'), at: place }),
  fc.record({ what: fc.constant('rename'), at: place, to: fc.constantFrom(...names) }),
  fc.record({ what: fc.constant('space'), at: place, to: fc.constantFrom(...spaces) }),
  fc.record({ what: fc.constant('attribute'), at: place, which: fc.nat({ max: 5 }), to: text }),
  fc.record({ what: fc.constant('text'), at: place, to: text }),
  fc.record({ what: fc.constant('graft'), at: place, from: fc.constantFrom(...corpus), piece: place }),
);

/** A stanza after a few changes; still well-formed, and a stanza. */
export function mutated(...sources: readonly string[]): fc.Arbitrary<Element> {
  return fc
    .tuple(fc.constantFrom(...sources), fc.array(change, { maxLength: 6 }))
    .map(([source, changes]) => changes.reduce(changed, parseElement(source)));
}

/** One of the corpus. */
export const stanza: fc.Arbitrary<Element> = mutated(...corpus);

/** All elements of a tree, the root first. */
export function all(root: Element): Element[] {
  return [root, ...root.getChildElements().flatMap(all)];
}

function changed(root: Element, { at, ...how }: Change): Element {
  const elements = all(root);
  const one = elements[at % elements.length] ?? root;
  const parent = one.parent;
  if (how.what === 'drop' && parent) parent.remove(one);
  else if (how.what === 'double' && parent) parent.cnode(clone(one));
  else if (how.what === 'empty') one.children = [];
  else if (how.what === 'nest') one.cnode(clone(one));
  else if (how.what === 'rename' && parent) one.name = how.to;
  else if (how.what === 'space' && parent) one.attrs['xmlns'] = how.to;
  else if (how.what === 'text') one.t(how.to);
  else if (how.what === 'graft') {
    const pieces = all(parseElement(how.from));
    one.cnode(clone(pieces[how.piece % pieces.length] ?? one));
  } else if (how.what === 'attribute') {
    const keys = Object.keys(one.attrs).filter((key) => !key.startsWith('xmlns') && !(one === root && key === 'to'));
    const key = keys[how.which % (keys.length || 1)];
    if (key !== undefined) one.attrs[key] = how.to;
  }
  return root;
}

/** Bytes in which some were changed, taken out, said twice or put in. */
export function spoiled(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const cut = fc.record({ at: fc.nat({ max: 1_000_000 }), out: fc.nat({ max: 12 }), put: fc.uint8Array({ maxLength: 8 }) });
  return fc.tuple(bytes, fc.array(cut, { maxLength: 4 })).map(([whole, cuts]) =>
    cuts.reduce((done, { at, out, put }) => {
      const from = at % (done.length + 1);
      return Buffer.concat([done.subarray(0, from), put, done.subarray(from + out)]);
    }, whole),
  );
}

/** JSON in which values are not what is expected. */
export function otherJson(sample: unknown): fc.Arbitrary<unknown> {
  const odd = fc.oneof(text, fc.constantFrom(null, true, -1, 0, 1.5, 2 ** 53, 1e308, [], {}), fc.jsonValue({ maxDepth: 2 }));
  if (Array.isArray(sample)) return fc.oneof({ weight: 4, arbitrary: fc.tuple(...sample.map(otherJson)) }, { weight: 1, arbitrary: odd });
  if (typeof sample !== 'object' || sample === null) return fc.oneof({ weight: 3, arbitrary: fc.constant(sample) }, { weight: 1, arbitrary: odd });
  const parts = Object.fromEntries(Object.entries(sample).map(([key, value]) => [key, otherJson(value)]));
  return fc.oneof({ weight: 6, arbitrary: fc.record(parts, { requiredKeys: [] }) }, { weight: 1, arbitrary: odd });
}
