// RFC 6120 6, on one stream: what is offered, who is accepted, and how long others wait for their refusal.
import { setTimeout as delay } from 'node:timers/promises';
import { NS } from '../../../xmpp/namespaces.ts';
import type { Element } from '../../../xmpp/xml.ts';
import type { Hash } from '../credentials/keys.ts';
import { beginSasl, makeOffer } from './sasl-server.ts';
import type { Bindings, FindCredentials, SaslConversation, SaslOffer, SaslStep } from './sasl-contract.ts';
import type { DeviceLoginGrant } from './host.ts';
import type { Log } from '../../../core/log.ts';
import type { Throttle } from './throttle.ts';

export interface StreamLogin {
  /** The features before a login, as text. */
  offers(): string;
  /** Handles an element of SASL; resolves once it is answered. */
  take(element: Element): Promise<void>;
}

interface StreamLoginOptions {
  readonly address: string;
  /** The key under which the throttle counts. */
  readonly peer: string;
  /** Whether PLAIN is allowed: only within TLS. */
  readonly tls: boolean;
  readonly bindings: Bindings;
  readonly domain: () => string;
  readonly books: (domain: string) => FindCredentials;
  readonly hashes: (domain: string) => readonly Hash[];
  readonly throttle: Throttle;
  readonly log: Log;
  readonly over: () => boolean;
  readonly put: (text: string) => void;
  readonly end: (condition: string, text?: string) => void;
  /** The login succeeded; `data` is the mechanism's last message. */
  readonly succeeded: (login: DeviceLoginGrant, data: string) => void;
}

const MAX_TRIES = 3;

export function openStreamLogin(options: StreamLoginOptions): StreamLogin {
  const { address, peer, tls, bindings, domain, books, hashes, throttle, log, over, put, end, succeeded } = options;
  let offer: SaslOffer = { mechanisms: [], bindings, announced: [] };
  let sasl: SaslConversation | undefined;
  let tries = 0;

  function told(answer: SaslStep): void {
    if (answer.step === 'failure') return refuse(answer);
    if (answer.step === 'challenge') return put(`<challenge xmlns='${NS.sasl}'>${Buffer.from(answer.data).toString('base64')}</challenge>`);
    sasl = undefined;
    throttle.succeeded(peer);
    succeeded({ account: answer.account, device: answer.device }, answer.data === undefined ? '' : answer.data.toString('base64'));
  }

  function refuse({ condition, why }: Extract<SaslStep, { step: 'failure' }>): void {
    sasl = undefined;
    tries += 1;
    throttle.failed(peer);
    log('warn', `a login to the bouncer failed: ${why}`, { address, domain: domain(), tries });
    put(failure(condition));
    if (tries >= MAX_TRIES) end('policy-violation', 'Too many failed logins.');
  }

  return {
    offers() {
      offer = makeOffer(bindings, { hashes: hashes(domain()), tls });
      const names = offer.mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');
      const types = offer.announced.map((type) => `<channel-binding type='${type}'/>`).join('');
      const channels = types === '' ? '' : `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types}</sasl-channel-binding>`;
      return `<mechanisms xmlns='${NS.sasl}'>${names}</mechanisms>${channels}`;
    },
    async take(element) {
      const text = element.getText().trim();
      const message = text === '=' ? Buffer.alloc(0) : Buffer.from(text, 'base64');
      if (element.name === 'abort') {
        sasl = undefined;
        return put(failure('aborted'));
      }
      if (element.name === 'auth') sasl = beginSasl(String(element.attrs['mechanism']), books(domain()), offer);
      else if (element.name !== 'response') return end('invalid-xml');
      if (!sasl) return refuse({ step: 'failure', condition: 'invalid-mechanism', why: 'a mechanism that was not offered' });
      const wait = throttle.delay(peer);
      if (wait > 0 && element.name === 'auth') await delay(wait, undefined, { ref: false });
      if (over()) return;
      // an empty <auth/> is asked for its initial response (RFC 6120 6.4.2)
      if (element.name === 'auth' && text === '') return put(`<challenge xmlns='${NS.sasl}'/>`);
      told(sasl.next(message));
    },
  };
}

function failure(condition: string): string {
  return `<failure xmlns='${NS.sasl}'><${condition}/></failure>`;
}
