// The bouncer's side of a stream, before anybody has logged in.
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import type { StreamHost } from '../../src/frontends/bouncer/server/host.ts';
import { serveDevice } from '../../src/frontends/bouncer/server/stream.ts';
import { createThrottle } from '../../src/frontends/bouncer/server/throttle.ts';
import { spoiled, stanza, text, HEADER } from './made.ts';
import { pieces, pure, type FuzzTarget } from './target.ts';

export const bouncerTargets: readonly FuzzTarget[] = [
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
