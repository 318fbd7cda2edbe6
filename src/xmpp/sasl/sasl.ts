// RFC 6120 6: SASL. SCRAM first; PLAIN only within TLS, and only to a server that offers no SCRAM.
import type { Element } from 'ltx';
import { StreamEnd } from '../faults.ts';
import { NS } from '../namespaces.ts';
import { createScram } from './scram.ts';
import type { ScramHash } from './scram.ts';
import { xml } from '../xml.ts';

/** The stream, as far as a negotiation needs it. */
export interface Negotiator {
  write(text: string): void;
  /** The next element that is no stanza. */
  nonza(): Promise<Element>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly secure: boolean;
}

const SCRAMS: readonly [string, ScramHash][] = [
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-1', 'sha1'],
];

/** Authenticates by the best mechanism that both sides know, or throws `StreamEnd`. */
export async function authenticate(
  stream: Negotiator,
  features: Element,
  credentials: Credentials,
): Promise<void> {
  const offered = new Set(
    features
      .getChild('mechanisms', NS.sasl)
      ?.getChildren('mechanism')
      .map((mechanism) => mechanism.getText().trim()),
  );
  const scram = SCRAMS.find(([name]) => offered.has(name));
  if (scram !== undefined) return scramLogin(stream, scram, credentials);
  if (offered.has('PLAIN') && credentials.secure) return plainLogin(stream, credentials);
  const why = offered.has('PLAIN') ? 'offers only PLAIN, without TLS' : 'offers no login method that Minimix supports';
  throw new StreamEnd('lost', `the server ${why}`);
}

async function scramLogin(
  stream: Negotiator,
  [mechanism, hash]: [string, ScramHash],
  { username, password }: Credentials,
): Promise<void> {
  const scram = createScram(hash, username, password);
  stream.write(xml('auth', { xmlns: NS.sasl, mechanism }, encode(scram.first)).toString());
  const challenge = await answer(stream, 'challenge');
  stream.write(xml('response', { xmlns: NS.sasl }, encode(await scram.answer(decode(challenge)))).toString());
  // The signature comes with <success/>, or in a challenge before it (RFC 5802 5: additional data).
  const last = await answer(stream, 'success', 'challenge');
  scram.verify(decode(last));
  if (last.name === 'success') return;
  stream.write(xml('response', { xmlns: NS.sasl }).toString());
  await answer(stream, 'success');
}

async function plainLogin(stream: Negotiator, { username, password }: Credentials): Promise<void> {
  const message = encode(`\0${username}\0${password}`);
  stream.write(xml('auth', { xmlns: NS.sasl, mechanism: 'PLAIN' }, message).toString());
  await answer(stream, 'success');
}

/** The next element, one of those named; a `<failure/>` throws. */
async function answer(stream: Negotiator, ...names: string[]): Promise<Element> {
  const element = await stream.nonza();
  if (element.is('failure', NS.sasl)) throw failure(element);
  if (element.getNS() === NS.sasl && names.includes(element.name)) return element;
  throw new StreamEnd('lost', `the server answered the login with <${element.name}/>`);
}

function failure(element: Element): StreamEnd {
  const children = element.children.filter((child) => typeof child !== 'string');
  const condition = children.find((child) => child.name !== 'text')?.name ?? 'not-authorized';
  const text = element.getChildText('text');
  const sentence = `the server refused the login: ${condition}${text ? ` (${text.slice(0, 200)})` : ''}`;
  // RFC 6120 6.5: only these two may be over by themselves.
  const passing = condition === 'temporary-auth-failure' || condition === 'aborted';
  return new StreamEnd(passing ? 'lost' : 'refused', sentence);
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function decode(element: Element): string {
  return Buffer.from(element.getText().trim(), 'base64').toString('utf8');
}
