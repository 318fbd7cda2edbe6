import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StreamLimits } from '../../../src/xmpp/contract.ts';
import { createLenientReader, createReader, isWireJid } from '../../../src/xmpp/transport/reader.ts';
import { createSplitter, DEFAULT_LIMITS } from '../../../src/xmpp/transport/splitter.ts';
import { createElementParser } from '../../../src/xmpp/transport/element-parser.ts';
import type { ElementParser, FirstLevel } from '../../../src/xmpp/transport/element-parser.ts';
import { StanzaRefusal, StreamFault } from '../../../src/xmpp/transport/stream-fault.ts';
import { parseElement } from '../../../src/xmpp/xml.ts';
import { faultIn } from '../../../src/xmpp/transport/outgoing.ts';

const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='urn:db' id='1' version='1.0'>`;

interface Outcome {
  elements: FirstLevel[];
  fault: StreamFault | undefined;
  closed: boolean;
}

/** The splitter and the parser behind it, without what the reader asks of addresses. */
function split(pieces: Iterable<string>, limits: Partial<StreamLimits> = {}): Outcome {
  const outcome: Outcome = { elements: [], fault: undefined, closed: false };
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  let parser: ElementParser | undefined;
  const splitter = createSplitter(bounds, {
    open: (header) => (parser = createElementParser(header.toString(), bounds)),
    element: (bytes) => {
      const read = parser?.parse(bytes.toString());
      if (read) outcome.elements.push(read);
    },
    excess: (cause) => {
      throw new StanzaRefusal(cause, 'over the limit');
    },
    readPast: () => undefined,
    close: () => (outcome.closed = true),
  });
  try {
    for (const piece of pieces) splitter.write(Buffer.from(piece));
  } catch (error) {
    if (error instanceof StanzaRefusal) outcome.fault = error.asFault();
    else if (error instanceof StreamFault) outcome.fault = error;
    else throw error;
  }
  return outcome;
}

const one = (body: string, limits?: Partial<StreamLimits>): Outcome => split([HEADER + body], limits);

describe('what goes through', () => {
  test('a stanza keeps its own text, with its namespace made explicit', () => {
    const { elements, fault } = one(`<message  to='a@b'\n><body>&lt;3 &#x1F600; <![CDATA[<raw>]]>tail</body></message > `);
    expect(fault).toBeUndefined();
    expect(elements.map(({ raw }) => raw)).toEqual([
      `<message xmlns='jabber:client'  to='a@b'\n><body>&lt;3 &#x1F600; <![CDATA[<raw>]]>tail</body></message >`,
    ]);
  });

  test('the tree of a stanza has the text around a CDATA section', () => {
    const raw = `<message><body>a<![CDATA[<b> & ]]>c</body></message>`;
    expect(parseElement(raw).getChildText('body')).toBe('a<b> & c');
  });

  test('the tree comes out of the same reading, however the text is cut', () => {
    const stanza = `<message from='a@b/&lt;' id="1\n2"><db:x db:y='&#65;'/><body>a &amp; b<![CDATA[<c> & ]]>d</body><empty/></message>`;
    const bytes = Buffer.from(HEADER + stanza);
    for (const size of [1, 2, 7, bytes.length]) {
      const reader = createReader(DEFAULT_LIMITS);
      const items = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => reader.read(bytes.subarray(n * size, (n + 1) * size))).flatMap((read) => read.items);
      const tree = items.map((item) => ('stanza' in item ? item.stanza.element : item.nonza))[0];
      expect(tree?.attrs).toEqual({ xmlns: 'jabber:client', 'xmlns:db': 'urn:db', from: 'a@b/<', id: '1 2' });
      expect(tree?.children.map(String)).toEqual([`<db:x db:y="A"/>`, `<body>a &amp; b&lt;c&gt; &amp; d</body>`, `<empty/>`]);
      expect(tree?.getChild('body')?.children).toEqual(['a & b<c> & d']);
      expect(tree?.getChild('x', 'urn:db')?.parent).toBe(tree);
      expect(tree?.parent).toBeNull();
    }
  });

  test('a namespace that is explicit already is not written twice', () => {
    expect(one(`<presence xmlns="jabber:client"/>`).elements[0]?.raw).toBe(`<presence xmlns="jabber:client"/>`);
  });

  test('prefixes that the stream header lends are declared on the stanza', () => {
    const [features, message] = one(`<stream:features><a/></stream:features><message><db:x/></message>`).elements;
    expect(features).toMatchObject({
      name: 'features',
      namespace: 'http://etherx.jabber.org/streams',
      raw: `<stream:features xmlns:stream='http://etherx.jabber.org/streams'><a/></stream:features>`,
    });
    expect(message?.raw).toBe(`<message xmlns='jabber:client' xmlns:db='urn:db'><db:x/></message>`);
  });

  test('attributes are read with their references resolved', () => {
    const { elements } = one(`<message from='a@b/&lt;&#65;&quot;' id="it's\n&#x42;"/>`);
    expect(elements[0]?.attributes.get('from')).toBe('a@b/<A"');
    expect(elements[0]?.attributes.get('id')).toBe("it's B");
  });

  test('a quote, a > and the other quote may stand in a value', () => {
    expect(one(`<message a='>"&gt;'><x y=">'/>"/></message>`).fault).toBeUndefined();
  });

  test('the end of the stream is told, and what follows is not read', () => {
    const { closed, elements, fault } = one(`<iq/></stream:stream><message/><oops`);
    expect({ closed, count: elements.length, fault }).toEqual({ closed: true, count: 1, fault: undefined });
  });

  test('a made-up prefix is forgotten with its element', () => {
    expect(one(`<message><p:a xmlns:p='urn:p'/><p:a/></message>`).fault?.condition).toBe('bad-namespace-prefix');
  });
});

describe('what ends the stream', () => {
  const refused: Record<string, [body: string, condition: string]> = {
    'tags that do not match': ['<message><a></b></message>', 'not-well-formed'],
    'a value without quotes': ['<message a=b/>', 'not-well-formed'],
    'an attribute without a value': ['<message a/>', 'not-well-formed'],
    'attributes that run together': [`<message a='b'c='d'/>`, 'not-well-formed'],
    'two attributes of one name': [`<message a='b' a='c'/>`, 'not-well-formed'],
    'one attribute by two prefixes': [`<message xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>`, 'not-well-formed'],
    'a < in a value': [`<message a='<'/>`, 'not-well-formed'],
    'a bare &': ['<message>a & b</message>', 'not-well-formed'],
    'a bare & in a value': [`<message a='&'/>`, 'not-well-formed'],
    'an entity that is not predefined': ['<message>&foo;</message>', 'restricted-xml'],
    'such an entity in a value': [`<message a='&foo;'/>`, 'restricted-xml'],
    'a reference to a control character': ['<message>&#1;</message>', 'not-well-formed'],
    'a reference to a surrogate': ['<message>&#xD800;</message>', 'not-well-formed'],
    'a reference beyond Unicode': ['<message>&#x110000;</message>', 'not-well-formed'],
    'a control character': ['<message>\u0001</message>', 'not-well-formed'],
    'a NUL': ['<message>\u0000</message>', 'not-well-formed'],
    'U+FFFF': ['<message>\uffff</message>', 'not-well-formed'],
    'a comment': ['<message><!-- x --></message>', 'restricted-xml'],
    'a processing instruction': ['<message><?php x ?></message>', 'restricted-xml'],
    'a second XML declaration': [`<?xml version='1.0'?><message/>`, 'restricted-xml'],
    'a DTD': ['<!DOCTYPE x>', 'restricted-xml'],
    'CDATA between stanzas': ['<![CDATA[x]]>', 'restricted-xml'],
    ']]> in text': ['<message>]]></message>', 'not-well-formed'],
    'text between stanzas': ['hello<message/>', 'not-well-formed'],
    'an element without a name': ['<message>< a/></message>', 'not-well-formed'],
    'a name that begins with a digit': ['<message><1a/></message>', 'not-well-formed'],
    'a name with two colons': ['<message><a:b:c/></message>', 'not-well-formed'],
    'a prefix that nobody declared': ['<message><p:a/></message>', 'bad-namespace-prefix'],
    'an attribute with such a prefix': [`<message><a p:b='c'/></message>`, 'bad-namespace-prefix'],
    'the prefix xmlns bound': [`<message xmlns:xmlns='u'/>`, 'bad-namespace-prefix'],
    'a prefix bound to nothing': [`<message xmlns:p=''/>`, 'bad-namespace-prefix'],
    'an end tag with an attribute': [`<message></message a='b'>`, 'not-well-formed'],
  };
  for (const [what, [body, condition]] of Object.entries(refused)) {
    test(`${what}, after what was well before it is given out, in one piece or in many`, () => {
      const whole = `${HEADER}<presence/>${body} <message>   </message>`;
      for (const pieces of [[whole], whole.split('')]) {
        const { elements, fault } = split(pieces);
        expect(elements.map(({ name }) => name)).toEqual(['presence']);
        expect(fault?.condition).toBe(condition);
      }
    });
  }

  test('a header that is not one of a stream', () => {
    for (const header of ['<html>', `<stream xmlns='jabber:client'>`, 'x', `<s:stream xmlns:s='urn:x'>`, `<?php ?>`]) {
      expect(split([header]).fault, header).toBeInstanceOf(StreamFault);
    }
  });

  test('a stanza over the limit of bytes, as soon as it is over', () => {
    const limits = { stanzaBytes: 1000 };
    expect(one(`<message>${'é'.repeat(480)}</message>`, limits).fault).toBeUndefined();
    expect(one(`<message>${'é'.repeat(500)}</message>`, limits).fault?.condition).toBe('policy-violation');
    expect(split([HEADER, '<message>', 'x'.repeat(1000)], limits).fault?.condition).toBe('policy-violation');
    expect(split([HEADER, `<message a='`, 'x'.repeat(1000)], limits).fault?.condition).toBe('policy-violation');
  });

  test('elements nested over the limit of depth', () => {
    const nested = (depth: number): string => '<message>' + '<a>'.repeat(depth - 1) + '</a>'.repeat(depth - 1) + '</message>';
    expect(one(nested(10), { depth: 10 }).fault).toBeUndefined();
    expect(one(nested(11), { depth: 10 }).fault?.condition).toBe('policy-violation');
  });

  test('more attributes than the limit', () => {
    const many = (count: number): string => `<message ${Array.from({ length: count }, (_, i) => `a${i}=''`).join(' ')}/>`;
    expect(one(many(10), { attributes: 10 }).fault).toBeUndefined();
    expect(one(many(11), { attributes: 10 }).fault?.condition).toBe('policy-violation');
  });
});

describe('any cutting of the stream', () => {
  const text = fc.stringMatching(/^[a-zé€😀 \]\n]{0,12}$/u);
  const piece = fc.oneof(
    text,
    fc.constantFrom('&amp;', '&lt;', '&#10;', '&#x1F600;', '<![CDATA[x]]y<z>&]]>', '<![CDATA[]]>', ']]&gt;'),
  );
  const name = fc.constantFrom('body', 'x', 'db:result', 'é-1', 'p_2');
  const attribute = fc.tuple(fc.constantFrom('a', 'b', 'xml:lang', 'db:c'), fc.constantFrom(`'v'`, `"it's > &quot;"`, `'é'`, `''`));
  const element: fc.Arbitrary<string> = fc.letrec<{ node: string; content: string }>((tie) => ({
    node: fc
      .tuple(name, fc.uniqueArray(attribute, { selector: ([key]) => key, maxLength: 3 }), fc.array(tie('content'), { maxLength: 3 }))
      .map(([tag, attributes, content]) => {
        const head = `${tag}${attributes.map(([key, value]) => ` ${key} =${value}`).join('')}`;
        return content.length === 0 ? `<${head} />` : `<${head}>${content.join('').replaceAll(']]>', ']] >').replaceAll(/(<!\[CDATA\[[^]*?\]\]) >/g, '$1>')}</${tag} >`;
      }),
    content: fc.oneof({ depthSize: 'small' }, piece, tie('node')),
  })).node;
  const stanza = fc
    .tuple(fc.constantFrom('message', 'presence', 'iq'), fc.array(element, { maxLength: 3 }))
    .map(([kind, children]) => `<${kind} from='é@b/ü'>${children.join('')}</${kind}>`);

  test('gives the same stanzas as the whole, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(stanza, { maxLength: 4 }), fc.array(fc.nat({ max: 40 }), { minLength: 1 }), (stanzas, cuts) => {
        const bytes = Buffer.from(HEADER + stanzas.join('\n') + '</stream:stream>');
        const whole = read([bytes]);
        expect(whole.raws.length).toBe(stanzas.length);
        expect(read(pieces(bytes, cuts))).toEqual(whole);
        whole.raws.forEach((raw, at) => expect(withoutLent(raw)).toBe(stanzas[at]));
      }),
      { numRuns: 300 },
    );
  });

  function* pieces(bytes: Buffer, cuts: readonly number[]): Generator<Buffer> {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = (cuts[i % cuts.length] ?? 0) + 1;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }

  function read(chunks: Iterable<Buffer>): { raws: string[]; closed: boolean } {
    const reader = createReader(DEFAULT_LIMITS);
    const raws: string[] = [];
    let closed = false;
    for (const chunk of chunks) {
      const got = reader.read(chunk);
      if (got.fault) throw got.fault;
      closed = got.closed;
      raws.push(...got.items.map((item) => ('stanza' in item ? item.stanza.raw : item.nonza.toString())));
    }
    return { raws, closed };
  }

  const withoutLent = (raw: string): string => raw.replace(` xmlns='jabber:client'`, '').replace(` xmlns:db='urn:db'`, '');
});

describe('the reader', () => {
  const reader = (body: string | Buffer) => createReader(DEFAULT_LIMITS).read(Buffer.concat([Buffer.from(HEADER), Buffer.from(body)]));

  test('takes only stanzas whose addresses can be JIDs', () => {
    for (const bad of ['@', '@b', 'a@', '/x', 'a@b/', 'a@b@c', 'a b@c', '', `${'a'.repeat(1024)}@b`]) {
      expect(isWireJid(bad), bad).toBe(false);
      expect(reader(`<message from='${bad}'/>`).fault?.condition, bad).toBe('improper-addressing');
    }
    for (const good of ['b', 'a@b', 'room@muc.b/nick with / and @ and "', 'a@b//', 'a@[::1]/x']) expect(isWireJid(good), good).toBe(true);
  });

  test('takes no bytes that are not UTF-8', () => {
    expect(reader(Buffer.from([0x3c, 0x61, 0xff])).fault?.condition).toBe('unsupported-encoding');
    expect(reader(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])).fault?.condition).toBe('unsupported-encoding');
  });

  test('takes no header with a prefix that nobody bound, and says so', () => {
    for (const create of [createReader, createLenientReader]) {
      const header = HEADER.replace(" id='1'", " p:id='1'");
      expect(create(DEFAULT_LIMITS).read(Buffer.from(header)).fault?.condition).toBe('bad-namespace-prefix');
    }
  });

  test('takes no stranger among the stanzas', () => {
    expect(reader('<stanza/>').fault?.condition).toBe('unsupported-stanza-type');
  });

  test('reads what is said word for word again as the first time, and in the middle of something else as a part of it', () => {
    const again = createReader(DEFAULT_LIMITS);
    const said = (text: string): string[] => again.read(Buffer.from(text)).items.map((item) => ('stanza' in item ? item.stanza.raw : item.nonza.toString()));
    const request = `<r xmlns='urn:xmpp:sm:3'/>`;
    said(HEADER);
    const first = said(request);
    expect([first, said(request)]).toEqual([['<r xmlns="urn:xmpp:sm:3"/>'], first]);
    expect(said('<message>')).toEqual([]);
    expect(said(request)).toEqual([]);
    expect(said('</message>')).toEqual([`<message xmlns='jabber:client'>${request}</message>`]);
    expect(said(request)).toEqual(first);
    expect(again.read(Buffer.from('<!-- x -->')).fault?.condition).toBe('restricted-xml');
    expect(said(request)).toEqual([]);
  });

  test('reads nothing more behind the end of the stream, however well it is known', () => {
    const again = createReader(DEFAULT_LIMITS);
    for (const text of [HEADER, `<r xmlns='urn:xmpp:sm:3'/>`, '</stream:stream>']) again.read(Buffer.from(text));
    expect(again.read(Buffer.from(`<r xmlns='urn:xmpp:sm:3'/>`))).toMatchObject({ items: [], closed: true });
  });
});

describe('what is passed over', () => {
  const limits = { stanzaBytes: 40_000, depth: 10, attributes: 10 };
  const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  const cases: Record<string, [cause: string, stanza: string]> = {
    'a stanza that is too big': ['size', `<message from='a@b/c' id='7'><body>${'&quot;'.repeat(20_000)}</body></message>`],
    'one whose elements lie too deep in each other': ['depth', `<message from='a@b/c' id='7'>${nested(20_000)}</message>`],
    'one with too many attributes': ['attributes', `<message from='a@b/c' id='7'><x ${Array.from({ length: 11 }, (_, i) => `a${i}=''`).join(' ')}/></message>`],
    'one with a prefix that nobody bound': ['namespace', `<message from='a@b/c' id='7'><p:x/></message>`],
    'one with a name of two colons': ['namespace', `<message from='a@b/c' id='7'><a:b:c/></message>`],
    'one with an attribute by two prefixes': ['namespace', `<message from='a@b/c' id='7'><x xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/></message>`],
    'one from what is no address': ['address', `<message from='a@b/' id='7'/>`],
  };
  for (const [what, [cause, stanza]] of Object.entries(cases)) {
    test(`${what}: with its start tag, its size and its first kilobyte; what follows is read`, () => {
      const bytes = Buffer.from(`${HEADER}<presence/>${stanza}<iq type='result' id='8'/></stream:stream>`);
      for (const size of [bytes.length, 4096, 13]) {
        const reader = createLenientReader(limits);
        const reads = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => reader.read(bytes.subarray(n * size, (n + 1) * size)));
        expect(reads.flatMap(({ fault }) => fault ?? [])).toEqual([]);
        const items = reads.flatMap((read) => read.items);
        expect(items.map((item) => ('stanza' in item ? item.stanza.kind : 'passedOver' in item ? 'passed over' : 'nonza'))).toEqual(['presence', 'passed over', 'iq']);
        const passed = items.flatMap((item) => ('passedOver' in item ? item.passedOver : []));
        expect(passed).toMatchObject([{ kind: 'message', id: '7', cause, size: Buffer.byteLength(stanza), head: stanza.slice(0, 1024) }]);
        expect(passed[0]?.from.startsWith('a@b/')).toBe(true);
        expect(reads.at(-1)?.closed).toBe(true);
      }
    });
  }

  test('a start tag that is longer than anybody reads is known by its name', () => {
    const stanza = `<iq id='7' ${Array.from({ length: 5000 }, (_, i) => `a${i}=''`).join(' ')}/>`;
    const { items } = createLenientReader(limits).read(Buffer.from(HEADER + stanza));
    expect(items).toMatchObject([{ passedOver: { kind: 'iq', id: '7', cause: 'size' } }]);
  });

  test('what is too big and no stanza ends the stream', () => {
    const { fault } = createLenientReader(limits).read(Buffer.from(`${HEADER}<stream:features>${'<a/>'.repeat(20_000)}</stream:features>`));
    expect(fault?.condition).toBe('policy-violation');
  });

  test('a stanza that is no XML ends the stream, and is told by its start', () => {
    for (const size of [10_000, 7]) {
      const bytes = Buffer.from(`${HEADER}<message from='a@b/c' id='7'>&#1;</message>`);
      const reader = createLenientReader(limits);
      const last = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => reader.read(bytes.subarray(n * size, (n + 1) * size))).at(-1);
      expect(last).toMatchObject({ fault: { condition: 'not-well-formed' }, broken: { kind: 'message', from: 'a@b/c', id: '7', cause: 'not-xml' } });
    }
  });

  test('a hundred megabytes are read past in the memory of a few', () => {
    const reader = createLenientReader(limits);
    reader.read(Buffer.from(`${HEADER}<message from='a@b/c'><body>`));
    const piece = Buffer.alloc(64 * 1024, 'x');
    const before = process.memoryUsage();
    let most = 0;
    for (let i = 0; i < 1600; i++) {
      reader.read(piece);
      const { arrayBuffers, heapUsed } = process.memoryUsage();
      most = Math.max(most, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
    }
    expect(reader.read(Buffer.from('</body></message>')).items).toMatchObject([{ passedOver: { size: 100 * 1024 * 1024 + 45, cause: 'size' } }]);
    expect(most).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('what is sent', () => {
  test('must be one whole stanza', () => {
    expect(faultIn(`<message to='a@b'><body>x</body></message>`)).toBeUndefined();
    expect(faultIn(`<iq xmlns='jabber:client'/>`)).toBeUndefined();
    const bad = ['', '<message>', '<message/><message/>', '<x/>', `<message xmlns='urn:x'/>`, '<message>\u0001</message>',
      '<message>\ud800</message>', '</s:stream>', '<message/></s:stream><message/>', 'x', '<message/>&amp', '<message/><mess'];
    for (const text of bad) expect(faultIn(text), text).toBeTypeOf('string');
  });
});
