// Logins by SASL and SASL2, by hand: nothing of src/ is used here, so that a test has a second opinion on them.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { Element, parse } from 'ltx';
import { until } from '../../support/until.ts';
import type { Stranger } from './stranger.ts';

export const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const SASL2 = 'urn:xmpp:sasl:2';

export const base64 = (data: string | Buffer): string => Buffer.from(data).toString('base64');

/** What is heard, read on from where the last reading ended. */
export interface Talk {
  send(text: string): void;
  /** The next element of one of these names. */
  element(...names: string[]): Promise<Element>;
  /** What was heard and not read yet. */
  left(): string;
}

export function talkTo(stranger: Stranger): Talk {
  let read = 0;
  return {
    send: stranger.send,
    left: () => stranger.heard().slice(read),
    async element(...names) {
      const found = (): RegExpExecArray | null => new RegExp(`<(${names.join('|')})(?=[\\s/>])(?:[^>]*/>|[^]*?</\\1>)`).exec(stranger.heard().slice(read));
      await until(() => found() !== null, { what: `one of ${names.join(', ')}; heard ${stranger.heard().slice(-700)}` });
      const match = found();
      if (!match) throw new Error('it was there');
      read += match.index + match[0].length;
      return parse(match[0].replace(/^<stream:\w+/, "$& xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'"));
    },
  };
}

/** What the features before a login offer. */
export interface Offer {
  readonly sasl1: readonly string[];
  readonly sasl2: readonly string[];
  readonly bindings: readonly string[];
  readonly fast: readonly string[];
  /** Names and namespaces of what is taken inline. */
  readonly inline: readonly string[];
  readonly bindInline: readonly string[];
}

export function offerIn(features: Element): Offer {
  const mechanisms = (list: Element | undefined): string[] => (list?.getChildren('mechanism') ?? []).map((one) => one.getText());
  const authentication = features.getChild('authentication', SASL2);
  const inline = authentication?.getChild('inline');
  return {
    sasl1: mechanisms(features.getChild('mechanisms', SASL)),
    sasl2: mechanisms(authentication),
    bindings: (features.getChild('sasl-channel-binding', 'urn:xmpp:sasl-cb:0')?.getChildren('channel-binding') ?? []).map((one) => String(one.attrs['type'])),
    fast: mechanisms(inline?.getChild('fast', 'urn:xmpp:fast:0')),
    inline: (inline?.children ?? []).flatMap((child) => (child instanceof Element ? [`${child.name} ${String(child.attrs['xmlns'])}`] : [])),
    bindInline: (inline?.getChild('bind', 'urn:xmpp:bind:0')?.getChild('inline')?.getChildren('feature') ?? []).map((one) => String(one.attrs['var'])),
  };
}

export interface ScramOptions {
  /** The channel that is bound; without it the flag is `n`, or what `flag` says. */
  readonly bound?: { readonly type: string; readonly data: Buffer };
  readonly flag?: 'n' | 'y';
  readonly authzid?: string;
  /** Attributes that no server knows (RFC 5802 7), as Monal sends them. */
  readonly grease?: boolean;
}

export interface Scram {
  readonly mechanism: string;
  readonly first: string;
  /** client-final. */
  answer(serverFirst: string): string;
  /** The server's h of XEP-0474, once it has answered. */
  hash(): string | undefined;
  /** Whether the server's last word shows that it knows the password. */
  verifies(serverFinal: string): boolean;
}

const HASHES = { 'SCRAM-SHA-1': ['sha1', 20], 'SCRAM-SHA-256': ['sha256', 32], 'SCRAM-SHA-512': ['sha512', 64] } as const;

function hashOf(mechanism: string): (typeof HASHES)[keyof typeof HASHES] {
  const found = Object.entries(HASHES).find(([name]) => mechanism === name || mechanism === `${name}-PLUS`);
  if (!found) throw new Error(`${mechanism} is no SCRAM`);
  return found[1];
}

export function scram(mechanism: string, user: string, password: string, { bound, flag = 'n', authzid, grease }: ScramOptions = {}): Scram {
  const [hash, size] = hashOf(mechanism);
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const gs2 = `${bound ? `p=${bound.type}` : flag},${authzid === undefined ? '' : `a=${authzid}`},`;
  const bare = `n=${user},r=${randomBytes(12).toString('base64url')}${grease ? `,g=${randomBytes(6).toString('hex')}` : ''}`;
  let signature = '';
  let told: string | undefined;
  return {
    mechanism,
    first: gs2 + bare,
    answer(serverFirst) {
      const field = (name: string): string => serverFirst.split(',').find((part) => part.startsWith(`${name}=`))?.slice(2) ?? '';
      told = field('h') || undefined;
      const salted = pbkdf2Sync(password, Buffer.from(field('s'), 'base64'), Number(field('i')), size, hash);
      const clientKey = hmac(salted, 'Client Key');
      const channel = base64(Buffer.concat([Buffer.from(gs2), bound?.data ?? Buffer.alloc(0)]));
      const last = `c=${channel},r=${field('r')}${grease ? `,x=${randomBytes(6).toString('hex')}` : ''}`;
      const auth = `${bare},${serverFirst},${last}`;
      const clientSignature = hmac(createHash(hash).update(clientKey).digest(), auth);
      signature = base64(hmac(hmac(salted, 'Server Key'), auth));
      return `${last},p=${base64(Buffer.from(clientKey.map((byte, at) => byte ^ (clientSignature[at] ?? 0))))}`;
    },
    hash: () => told,
    verifies: (serverFinal) => serverFinal === `v=${signature}`,
  };
}

/** XEP-0474 5.2: what the server's h has to be, by what the client was offered. */
export function hashOfOffer(mechanism: string, mechanisms: readonly string[], bindings: readonly string[]): string {
  const types = bindings.length === 0 ? '' : `\u001f${bindings.toSorted().join('\u001e')}`;
  return createHash(hashOf(mechanism)[0]).update(mechanisms.toSorted().join('\u001e') + types).digest('base64');
}

const decoded = (element: Element | undefined): string => Buffer.from(element?.getText() ?? '', 'base64').toString();

/** Logs in by SASL1; resolves with `success`, or the condition of the failure. */
export async function byScram(talk: Talk, exchange: Scram): Promise<string> {
  talk.send(`<auth xmlns='${SASL}' mechanism='${exchange.mechanism}'>${base64(exchange.first)}</auth>`);
  const challenge = await talk.element('challenge', 'failure');
  if (challenge.name === 'failure') return conditionOf(challenge);
  talk.send(`<response xmlns='${SASL}'>${base64(exchange.answer(decoded(challenge)))}</response>`);
  const end = await talk.element('success', 'failure');
  if (end.name === 'failure') return conditionOf(end);
  if (!exchange.verifies(decoded(end))) throw new Error('the server has not proven that it knows the password');
  return 'success';
}

export function conditionOf(failure: Element): string {
  const [first] = failure.children;
  return first instanceof Element ? first.name : '';
}

/** What is said beside a login by SASL2. */
export interface Beside {
  readonly userAgent?: string | undefined;
  /** Further children of <authenticate/>, as text. */
  readonly more?: string;
}

export function authenticateElement(mechanism: string, first: string | Buffer | undefined, { userAgent, more = '' }: Beside = {}): string {
  const agent = userAgent === undefined ? '' : `<user-agent id='${userAgent}'><software>Scripted</software><device>Test</device></user-agent>`;
  const initial = first === undefined ? '' : `<initial-response>${base64(first)}</initial-response>`;
  return `<authenticate xmlns='${SASL2}' mechanism='${mechanism}'>${initial}${agent}${more}</authenticate>`;
}

/** Logs in by SASL2; resolves with <success/>, or with the condition of the failure. */
export async function byScram2(talk: Talk, exchange: Scram, beside: Beside = {}): Promise<Element | string> {
  talk.send(authenticateElement(exchange.mechanism, exchange.first, beside));
  const challenge = await talk.element('challenge', 'failure', 'stream:error');
  if (challenge.name !== 'challenge') return conditionOf(challenge);
  talk.send(`<response xmlns='${SASL2}'>${base64(exchange.answer(decoded(challenge)))}</response>`);
  const end = await talk.element('success', 'failure', 'stream:error');
  if (end.name !== 'success') return conditionOf(end);
  if (!exchange.verifies(decoded(end.getChild('additional-data')))) throw new Error('the server has not proven that it knows the password');
  return end;
}
