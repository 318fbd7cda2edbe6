// RFC 6120 6 and XEP-0388, on one stream: what is offered, who is accepted, and how long others wait for their refusal.
import { setTimeout as delay } from 'node:timers/promises';
import { sameJid } from '../../../core/jid.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import { attributeOf } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import type { DeviceTokens } from '../credentials/device-tokens.ts';
import type { Hash } from '../credentials/keys.ts';
import { beginSasl, makeOffer } from './sasl-server.ts';
import type { Bindings, FindCredentials, SaslConversation, SaslOffer, SaslStep } from './sasl-contract.ts';
import { beginHashedToken } from './hashed-token.ts';
import { authenticationFeature, failureAnswer, readInlineRequest, tokenAnswer } from './sasl2.ts';
import type { InlineRequest } from './sasl2.ts';
import type { DeviceLoginGrant } from './host.ts';
import type { Log } from '../../../core/log.ts';
import type { Throttle } from './throttle.ts';

export interface StreamLogin {
  /** The features before a login, as text. */
  offers(): string;
  /** Whether an element is of a login. */
  isFor(element: Element): boolean;
  /** Handles an element of SASL or SASL2; resolves once it is answered. */
  take(element: Element): Promise<void>;
}

/**
 * A login that succeeded; `data` is the mechanism's last message in base64. SASL2 has the rest of the request with it, and a
 * token for the answer, made when that is written.
 */
export interface LoginOutcome {
  readonly data: string | undefined;
  readonly inline: InlineRequest | undefined;
  token(): string;
}

interface StreamLoginOptions {
  readonly address: string;
  /** The key under which the throttle counts. */
  readonly peer: string;
  /** Whether PLAIN and SASL2 are allowed: only within TLS. */
  readonly tls: boolean;
  readonly bindings: Bindings;
  readonly domain: () => string;
  /** Who the device says that it is, in its stream header. */
  readonly from: () => string | undefined;
  /** Something has come behind the element that is being handled. */
  readonly behind: () => boolean;
  readonly books: (domain: string) => FindCredentials;
  readonly hashes: (domain: string) => readonly Hash[];
  /** None where there is no key to keep them by. */
  readonly tokens: (account: string) => DeviceTokens | undefined;
  readonly fast: () => boolean;
  readonly throttle: Throttle;
  readonly log: Log;
  readonly over: () => boolean;
  readonly put: (text: string) => void;
  readonly end: (condition: string, text?: string) => void;
  readonly succeeded: (login: DeviceLoginGrant, outcome: LoginOutcome) => Promise<void>;
}

const MAX_TRIES = 3;
/**
 * All refusals of one stream. COMPAT: slixmpp 1.10, which cannot bind over TLS 1.3, tries each mechanism with -PLUS first, without a
 * binding; that is no guess of a password.
 */
const MAX_REFUSALS = 10;

/** How one of the two profiles is written. */
interface Profile {
  readonly begin: 'auth' | 'authenticate';
  /** Of the first element: the mechanism's first message, in base64; `undefined` where there is none. */
  initial(element: Element): string | undefined;
  challenge(data: string): string;
  failure(condition: string): string;
}

const SASL1: Profile = {
  begin: 'auth',
  initial: (element) => element.getText().trim() || undefined,
  challenge: (data) => `<challenge xmlns='${NS.sasl}'>${data}</challenge>`,
  failure: (condition) => `<failure xmlns='${NS.sasl}'><${condition}/></failure>`,
};

const SASL2: Profile = {
  begin: 'authenticate',
  initial: (element) => element.getChildText('initial-response')?.trim(),
  challenge: (data) => `<challenge xmlns='${NS.sasl2}'>${data}</challenge>`,
  failure: failureAnswer,
};

/** A login that has begun. */
interface UnderWay {
  readonly profile: Profile;
  readonly mechanism: string;
  readonly sasl: SaslConversation;
  /** Of SASL2. */
  readonly inline: InlineRequest | undefined;
}

export function openStreamLogin(options: StreamLoginOptions): StreamLogin {
  const { address, peer, tls, bindings, domain, from, behind, books, hashes, tokens, fast, throttle, log, over, put, end, succeeded } = options;
  let offer: SaslOffer = { mechanisms: [], bindings, announced: [], fast: [] };
  let underWay: UnderWay | undefined;
  let tries = 0;
  let refusals = 0;

  async function told(step: SaslStep, { profile, mechanism, inline }: UnderWay): Promise<void> {
    const answer = step.step === 'success' && inline && !isOwn(step.account) ? strangerName : step;
    if (answer.step === 'failure') return refuse(answer, profile);
    if (answer.step === 'challenge') return put(profile.challenge(Buffer.from(answer.data).toString('base64')));
    underWay = undefined;
    throttle.succeeded(peer);
    const login: DeviceLoginGrant = { account: answer.account, device: answer.device, userAgent: inline?.userAgent };
    if (inline?.fast?.invalidate && offer.fast.includes(mechanism)) tokens(login.account)?.forget(login.device.id);
    await succeeded(login, { data: answer.data?.toString('base64'), inline, token: () => tokenFor(login, mechanism, inline) });
  }

  /** XEP-0484 3.3, 3.5: the token that was asked for, or a new one in the place of the one that was used. */
  function tokenFor({ account, device, userAgent }: DeviceLoginGrant, used: string, inline: InlineRequest | undefined): string {
    const wanted = inline?.token ?? (inline?.fast?.invalidate ? undefined : used);
    if (wanted === undefined || userAgent === undefined || !offer.fast.includes(wanted)) return '';
    const issued = tokens(account)?.issue(device.id, { mechanism: wanted, userAgent });
    return issued ? tokenAnswer(issued) : '';
  }

  /** XEP-0388 2.3, 4.4: who logs in is who the stream's header named, where it named somebody. */
  function isOwn(account: string): boolean {
    const named = from();
    return named === undefined || sameJid(named, account);
  }

  function refuse({ condition, why }: Extract<SaslStep, { step: 'failure' }>, profile: Profile): void {
    underWay = undefined;
    refusals += 1;
    if (condition !== 'malformed-request' && condition !== 'invalid-mechanism') tries += 1;
    throttle.failed(peer);
    log('warn', `a login to the bouncer failed: ${why}`, { address, domain: domain(), tries });
    put(profile.failure(condition));
    if (tries >= MAX_TRIES || refusals >= MAX_REFUSALS) end('policy-violation', 'Too many failed logins.');
  }

  /** XEP-0388 2.4: between the first element and the answer nothing comes but what the mechanism asks for. */
  function isPipelined(profile: Profile): boolean {
    return profile === SASL2 && behind();
  }

  async function begin(element: Element, profile: Profile): Promise<void> {
    if (underWay?.profile === SASL2) return end('policy-violation', 'A login is under way.');
    const mechanism = attributeOf(element, 'mechanism') ?? '';
    const inline = profile === SASL2 ? readInlineRequest(element) : undefined;
    const sasl = byToken(mechanism, inline) ?? beginSasl(mechanism, books(domain()), offerOf(profile));
    if (!sasl) return refuse({ step: 'failure', condition: 'invalid-mechanism', why: 'a mechanism that was not offered' }, profile);
    const begun: UnderWay = { profile, mechanism, sasl, inline };
    underWay = begun;
    const wait = throttle.delay(peer);
    if (wait > 0) await delay(wait, undefined, { ref: false });
    if (over()) return;
    if (isPipelined(profile)) return end('policy-violation', 'Nothing may come before the answer.');
    const initial = profile.initial(element);
    // without its initial response it is asked for that (RFC 6120 6.4.2)
    if (initial === undefined) return put(profile.challenge(''));
    await told(sasl.next(decoded(initial)), begun);
  }

  /** XEP-0484 3.4, 4.1: a token is said to be one, and whose it is. */
  function byToken(mechanism: string, inline: InlineRequest | undefined): SaslConversation | undefined {
    if (!inline?.fast || inline.userAgent === undefined || !offer.fast.includes(mechanism)) return undefined;
    return beginHashedToken(mechanism, bindings, { use: { userAgent: inline.userAgent, count: inline.fast.count }, find: books(domain()), tokens });
  }

  function offerOf(profile: Profile): SaslOffer {
    return profile === SASL1 ? offer : { ...offer, mechanisms: forSasl2(offer) };
  }

  return {
    offers() {
      offer = makeOffer(bindings, { hashes: hashes(domain()), tls, tokens: fast() });
      const names = offer.mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');
      const types = offer.announced.map((type) => `<channel-binding type='${type}'/>`).join('');
      const channels = types === '' ? '' : `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types}</sasl-channel-binding>`;
      return `<mechanisms xmlns='${NS.sasl}'>${names}</mechanisms>${tls ? authenticationFeature(forSasl2(offer), offer.fast) : ''}${channels}`;
    },
    isFor: (element) => element.getNS() === NS.sasl || (tls && element.getNS() === NS.sasl2),
    async take(element) {
      const profile = element.getNS() === NS.sasl2 ? SASL2 : SASL1;
      if (element.name === profile.begin) return begin(element, profile);
      if (underWay && underWay.profile !== profile) return end('policy-violation', 'Another login is under way.');
      if (element.name === 'abort') {
        underWay = undefined;
        return put(profile.failure('aborted'));
      }
      if (element.name !== 'response') return end('invalid-xml');
      if (!underWay) return refuse({ step: 'failure', condition: 'invalid-mechanism', why: 'a mechanism that was not offered' }, profile);
      if (isPipelined(profile)) return end('policy-violation', 'Nothing may come before the answer.');
      await told(underWay.sasl.next(decoded(element.getText().trim())), underWay);
    },
  };
}

/** XEP-0388 4: no PLAIN. Who speaks SASL2 speaks SCRAM, and PLAIN beside it would be all that somebody in the middle has to leave. */
function forSasl2({ mechanisms }: SaslOffer): string[] {
  return mechanisms.filter((name) => name !== 'PLAIN');
}

/** RFC 6120 6.4.2: `=` is an empty message. */
function decoded(text: string): Buffer {
  return text === '=' ? Buffer.alloc(0) : Buffer.from(text, 'base64');
}

const strangerName = { step: 'failure', condition: 'invalid-authzid', why: 'another account than the stream’s header named' } as const;
