// A client that keeps Conversations' rules of logging in, as they were read in its sources (0677ddc, 2.12), under
// src/main/java/eu/siacs/conversations. It is no Conversations: it says what that would have said.
import { createHmac } from 'node:crypto';
import type { Element } from 'ltx';
import { authenticateElement, base64, conditionOf, offerIn, scram, talkTo, type Scram, type Talk } from './sasl-client.ts';
import { HEADER, secureStranger, type Stranger } from './stranger.ts';

/** What its database has of an account (entities/Account.java). */
export interface Remembered {
  /** pinned_mechanism; what is below its priority is a downgrade attack (XmppConnection.java, validate). */
  pinned?: string;
  fast?: { readonly mechanism: string; readonly token: string };
  /** OPTION_QUICKSTART_AVAILABLE */
  quickStart?: boolean;
  streamId?: string;
  received: number;
}

export interface ConversationsStream {
  readonly jid: string;
  readonly mechanism: string;
  readonly resumed: boolean;
  readonly success: Element;
  readonly stranger: Stranger;
  readonly talk: Talk;
  /** Elements that it sent until it was in. */
  readonly roundTrips: number;
}

/** crypto/sasl/Scram*.java, Plain.java: getPriority */
const PRIORITIES: Readonly<Record<string, number>> = {
  'SCRAM-SHA-512-PLUS': 45, 'SCRAM-SHA-256-PLUS': 40, 'SCRAM-SHA-1-PLUS': 35, 'SCRAM-SHA-512': 30, 'SCRAM-SHA-256': 25, 'SCRAM-SHA-1': 20, PLAIN: 10,
};
/** xmpp/bind/Bind2.java: QUICKSTART_FEATURES */
const QUICK_START = ['urn:xmpp:carbons:2', 'urn:xmpp:sm:3'];
const DEVICE = '0b7d3c7e-7b0c-4b5e-9c5a-0a6a6f0f3c11';
const FAST = 'urn:xmpp:fast:0';
const SM = 'urn:xmpp:sm:3';

const priorityOf = (mechanism: string): number => PRIORITIES[mechanism] ?? -1;

/** crypto/sasl/ChannelBinding.java, best: over TLS 1.3, which is its default. */
function bestBinding(offered: readonly string[]): 'tls-exporter' | 'tls-server-end-point' | undefined {
  return (['tls-exporter', 'tls-server-end-point'] as const).find((type) => offered.includes(type));
}

/** crypto/sasl/SaslMechanism.java, Factory.of: with a binding first. */
function bestMechanism(offered: readonly string[], bound: boolean): string | undefined {
  const all = Object.keys(PRIORITIES).toSorted((a, b) => priorityOf(b) - priorityOf(a));
  return all.find((name) => offered.includes(name) && (bound || !name.endsWith('-PLUS')));
}

/** crypto/sasl/HashedToken.java, Mechanism.best: the binding by short name, and NONE where there is none of them. */
function bestToken(fast: readonly string[]): string | undefined {
  if (!fast.some((name) => name.startsWith('HT-SHA-256-'))) return undefined;
  return fast.includes('HT-SHA-256-EXPR') ? 'HT-SHA-256-EXPR' : fast.includes('HT-SHA-256-ENDP') ? 'HT-SHA-256-ENDP' : 'HT-SHA-256-NONE';
}

interface Way {
  readonly directTlsPort: number;
  readonly ca: string;
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

/** Logs in; rejects with the state that Conversations would show (entities/Account.java, State). */
export async function conversations({ directTlsPort, ca, domain, user, password }: Way, memory: Remembered): Promise<ConversationsStream> {
  const stranger = await secureStranger(directTlsPort, domain, ca);
  const talk = talkTo(stranger);
  const header = HEADER(domain).replace(' to=', ` from='${user}@${domain}' to=`);
  const binding = (type: 'tls-exporter' | 'tls-server-end-point' | undefined) => (type === undefined ? {} : { bound: { type, data: stranger.binding(type) } });
  const exchangeBy = (mechanism: string, types: readonly string[]): Scram => scram(mechanism, user, password, mechanism.endsWith('-PLUS') ? binding(bestBinding(types)) : {});
  let sent = 0;

  function hashed(who: string, { mechanism, token }: { mechanism: string; token: string }): Buffer {
    const channel = mechanism.endsWith('-EXPR') ? stranger.binding('tls-exporter') : mechanism.endsWith('-ENDP') ? stranger.binding('tls-server-end-point') : Buffer.alloc(0);
    return createHmac('sha256', token).update(who).update(channel).digest();
  }

  /** XmppConnection.java, generateAuthenticationRequest */
  function request(mechanism: string, first: string | Buffer, features: readonly string[], token: string | undefined): string {
    const bind = `<bind xmlns='urn:xmpp:bind:0'><tag>Conversations</tag>${features.includes(QUICK_START[0] ?? '') ? "<enable xmlns='urn:xmpp:carbons:2'/>" : ''}${features.includes(SM) ? `<enable xmlns='${SM}' resume='true'/>` : ''}</bind>`;
    const resume = memory.streamId === undefined ? '' : `<resume xmlns='${SM}' previd='${memory.streamId}' h='${memory.received}'/>`;
    const tokens = mechanism.startsWith('HT-') ? `<fast xmlns='${FAST}'/>` : token === undefined ? '' : `<request-token xmlns='${FAST}' mechanism='${token}'/>`;
    return authenticateElement(mechanism, first, { userAgent: DEVICE, more: bind + resume + tokens });
  }

  function send(text: string): void {
    sent += 1;
    talk.send(text);
  }

  /** validate(): `DOWNGRADE_ATTACK` */
  function validate(mechanism: string | undefined): string {
    if (mechanism === undefined) throw new Error('INCOMPATIBLE_SERVER');
    if (priorityOf(memory.pinned ?? '') > priorityOf(mechanism)) throw new Error('DOWNGRADE_ATTACK');
    return mechanism;
  }

  let requested: string | undefined;
  let mechanism: string;
  let exchange: Scram | undefined;
  const byToken = memory.fast;
  if (memory.quickStart && (byToken || memory.pinned !== undefined)) {
    // establishStream(): the header and the request in one, by what is remembered
    mechanism = byToken?.mechanism ?? memory.pinned ?? '';
    exchange = byToken ? undefined : exchangeBy(mechanism, ['tls-exporter']);
    send(header + request(mechanism, byToken ? Buffer.concat([Buffer.from(`${user}\0`), hashed('Initiator', byToken)]) : (exchange?.first ?? ''), QUICK_START, undefined));
    if (offerIn(await talk.element('stream:features')).sasl2.length === 0) throw new Error('INCOMPATIBLE_SERVER');
  } else {
    talk.send(header);
    const offer = offerIn(await talk.element('stream:features'));
    if (offer.sasl2.length === 0) throw new Error('this test is of SASL2');
    mechanism = byToken?.mechanism ?? validate(bestMechanism(offer.sasl2, bestBinding(offer.bindings) !== undefined));
    requested = byToken ? undefined : bestToken(offer.fast);
    memory.quickStart = offer.inline.includes(`sm ${SM}`) && QUICK_START.every((one) => offer.bindInline.includes(one));
    exchange = byToken ? undefined : exchangeBy(mechanism, offer.bindings);
    send(request(mechanism, byToken ? Buffer.concat([Buffer.from(`${user}\0`), hashed('Initiator', byToken)]) : (exchange?.first ?? ''), offer.bindInline, requested));
  }

  if (exchange) {
    const challenge = await talk.element('challenge', 'failure', 'stream:error');
    if (challenge.name !== 'challenge') throw new Error(`UNAUTHORIZED (${conditionOf(challenge)})`);
    send(`<response xmlns='urn:xmpp:sasl:2'>${base64(exchange.answer(Buffer.from(challenge.getText(), 'base64').toString()))}</response>`);
  }
  const success = await talk.element('success', 'failure', 'stream:error');
  if (success.name !== 'success') {
    if (byToken) delete memory.fast; // processFailure(): resetFastToken
    throw new Error(`UNAUTHORIZED (${conditionOf(success)})`);
  }

  // processSuccess()
  const data = Buffer.from(success.getChildText('additional-data') ?? '', 'base64');
  const proven = byToken ? data.equals(hashed('Responder', byToken)) : exchange?.verifies(data.toString());
  if (proven !== true) throw new Error('UNAUTHORIZED (the server has not proven itself)');
  if (!mechanism.startsWith('HT-')) memory.pinned = mechanism;
  const jid = success.getChildText('authorization-identifier') ?? '';
  if (!jid.startsWith(`${user}@${domain}`)) throw new Error('BIND_FAILURE');
  const bound = success.getChild('bound', 'urn:xmpp:bind:0');
  const resumed = success.getChild('resumed', SM);
  if (bound && resumed) throw new Error('INCOMPATIBLE_SERVER');
  if (bound) {
    // processNopStreamFeatures(): they come next, and nothing else
    await talk.element('stream:features');
    memory.streamId = String(bound.getChild('enabled', SM)?.attrs['id']);
    memory.received = 0;
  }
  const token = success.getChild('token', FAST)?.attrs['token'] as string | undefined;
  const tokenMechanism = byToken?.mechanism ?? requested;
  if (token !== undefined && tokenMechanism !== undefined) memory.fast = { mechanism: tokenMechanism, token };
  return { jid, mechanism, resumed: resumed !== undefined, success, stranger, talk, roundTrips: sent };
}
