// The bouncer's side of a stream, before anybody has logged in.
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { createElement as xml, type Element } from 'ltx';
import type { StreamHost } from '../../src/frontends/bouncer/server/host.ts';
import { openStreamLogin } from '../../src/frontends/bouncer/server/stream-login.ts';
import { serveDevice } from '../../src/frontends/bouncer/server/stream.ts';
import { createThrottle } from '../../src/frontends/bouncer/server/throttle.ts';
import { parseElement } from '../../src/xmpp/xml.ts';
import { spoiled, stanza, text, HEADER } from './made.ts';
import { pieces, pure, type FuzzTarget } from './target.ts';

export const bouncerTargets: readonly FuzzTarget[] = [
  pure('a login by SASL2 is refused, whatever is asked for beside it', () => {
    const mechanism = fc.constantFrom('SCRAM-SHA-512', 'SCRAM-SHA-256-PLUS', 'HT-SHA-256-NONE', 'HT-SHA-256-ENDP', 'PLAIN', '');
    const first = fc.oneof(fc.constantFrom('n,,n=romeo,r=abcdefgh1234', 'p=tls-server-end-point,,n=romeo,r=abcdefgh1234', `romeo\0${'x'.repeat(32)}`), text);
    const beside = fc.array(fc.oneof(fc.constantFrom(...BESIDE), stanza), { maxLength: 4 });
    const request = fc.record({ mechanism, first, beside }).map((made) => xml('authenticate', { xmlns: SASL2, mechanism: made.mechanism }, xml('initial-response', {}, Buffer.from(made.first).toString('base64')), ...made.beside));
    const next = fc.oneof(request, text.map((said) => xml('response', { xmlns: SASL2 }, Buffer.from(said).toString('base64'))), fc.constant(xml('abort', { xmlns: SASL2 })));
    return fc.asyncProperty(fc.array(next, { minLength: 1, maxLength: 4 }), isRefused);
  }),
  pure('a stranger at the bouncer gets no further than the login', () => {
    const nonzas = [
      `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`,
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>biwsbj1yb21lbyxyPWFiY2RlZmdoaWprbA==</auth>`,
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHJvbWVvAHBlbmNpbA==</auth>`,
      `<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>Yz1iaXdzLHI9YWJjLHA9QUFBQQ==</response>`,
      `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-256'><initial-response>biwsbj1yb21lbyxyPWFiY2RlZmdoaWprbA==</initial-response></authenticate>`,
      `<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`,
      `<resume xmlns='urn:xmpp:sm:3' previd='x' h='1'/>`,
      `<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`,
    ];
    const said = fc.array(fc.oneof(fc.constantFrom(...nonzas), stanza.map(String), text), { maxLength: 5 }).map((parts) => Buffer.from(HEADER + parts.join('')));
    return fc.asyncProperty(spoiled(said), fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 5 }), strangerIsKept);
  }),
];

const SASL2 = 'urn:xmpp:sasl:2';
const BESIDE = [
  xml('user-agent', { id: 'd4565fa7-4d72-4749-b3d3-740edbf87770' }),
  xml('fast', { xmlns: 'urn:xmpp:fast:0', count: '999999999999999999999', invalidate: 'true' }),
  xml('request-token', { xmlns: 'urn:xmpp:fast:0', mechanism: 'HT-SHA-256-NONE' }),
  xml('resume', { xmlns: 'urn:xmpp:sm:3', previd: 'x', h: '-1' }),
  xml('bind', { xmlns: 'urn:xmpp:bind:0' }, xml('tag', {}, 'x'.repeat(300)), xml('enable', { xmlns: 'urn:xmpp:sm:3' })),
];

async function isRefused(said: readonly Element[]): Promise<void> {
  const out: string[] = [];
  let over = false;
  const login = openStreamLogin({
    address: 'fuzz', peer: 'fuzz', tls: true,
    bindings: new Map([['tls-server-end-point', Buffer.alloc(32)]]),
    domain: () => 'scripted.test',
    from: () => undefined,
    behind: () => false,
    books: () => () => undefined,
    hashes: () => ['sha512', 'sha256', 'sha1'],
    tokens: () => undefined,
    fast: () => true,
    throttle: createThrottle(() => 0, { first: 0, most: 0, forgiven: 0 }),
    log: () => undefined,
    over: () => over,
    put: (words) => void out.push(words),
    end: () => (over = true),
    succeeded: async () => {
      throw new Error('a stranger was let in');
    },
  });
  login.offers();
  for (const element of said) if (!over) await login.take(parseElement(element.toString()));
  if (!over && out.length < said.length) throw new Error('a login was left without an answer');
}

async function strangerIsKept(bytes: Buffer, sizes: readonly number[]): Promise<void> {
  let bound = false;
  const errors: string[] = [];
  const host: StreamHost = {
    log: (level, message) => void (level === 'error' && errors.push(message)),
    throttle: createThrottle(() => 0, { first: 0, most: 0, forgiven: 0 }),
    times: { login: 60_000, bind: 60_000 },
    limits: { stanzaBytes: 100_000, idle: 60_000 },
    identity: () => {
      throw new Error('no TLS on this wire');
    },
    hosts: (domain) => domain === 'scripted.test',
    books: () => () => undefined,
    hashes: () => ['sha512', 'sha256', 'sha1'],
    fast: () => true,
    tokens: () => undefined,
    features: () => '',
    bind: async () => ((bound = true), { ok: false, condition: 'conflict', why: 'never' }),
    resume: () => ((bound = true), { ok: false, condition: 'item-not-found', why: 'never' }),
  };
  const [wire, answers] = [new PassThrough(), new PassThrough()];
  const socket = Object.assign(wire, { write: answers.write.bind(answers), end: answers.end.bind(answers) });
  const out: Buffer[] = [];
  answers.on('data', (data: Buffer) => out.push(data));
  const stream = serveDevice(socket, host, { security: 'loopback', address: 'fuzz', peer: 'fuzz' });
  for (const piece of pieces(bytes, sizes)) wire.emit('data', piece);
  await new Promise(setImmediate);
  stream.end('system-shutdown');
  wire.destroy();
  if (bound || String(Buffer.concat(out)).includes('<success')) throw new Error('a stranger was let in');
  if (errors.length > 0) throw new Error(errors.join('; '));
}
