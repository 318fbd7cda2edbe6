// A client that keeps Monal's rules of logging in, as they were read in its sources (23 October 2024), Monal/Classes. It is no Monal: it says
// what that would have said.
import { byScram2, hashOfOffer, offerIn, scram, talkTo, type Talk } from './sasl-client.ts';
import { HEADER, secureStranger, type Stranger } from './stranger.ts';

/** SCRAM.m, supportedMechanismsIncludingChannelBinding: highest security first. */
const MECHANISMS = ['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1'];
/** MLStream.m, supportedChannelBindingTypes */
const BINDINGS = ['tls-exporter', 'tls-server-end-point'] as const;
const LEAST_ITERATIONS = 4096; // SCRAM.m, parseServerFirstMessage

export interface MonalStream {
  readonly mechanism: string;
  readonly binding: string | undefined;
  readonly jid: string;
  readonly talk: Talk;
  readonly stranger: Stranger;
}

/** Logs in by SASL2, as xmpp.m does where PLAIN was not switched on by hand; rejects with what disables the account. */
export async function monal({ directTlsPort, ca, domain, user, password }: { directTlsPort: number; ca: string; domain: string; user: string; password: string }): Promise<MonalStream> {
  const stranger = await secureStranger(directTlsPort, domain, ca);
  const talk = talkTo(stranger);
  talk.send(HEADER(domain).replace(' to=', ` from='${user}@${domain}' to=`));
  const { sasl2, bindings } = offerIn(await talk.element('stream:features'));
  const type = BINDINGS.find((one) => bindings.includes(one)); // xmpp.m, channelBindingToUse
  const mechanism = MECHANISMS.find((name) => sasl2.includes(name) && (type !== undefined || !name.endsWith('-PLUS')));
  if (mechanism === undefined) throw new Error('Server suddenly lacks support for SASL2-SCRAM'); // xmpp.m, noAuthSupported
  if (type === undefined) throw new Error('tls-server-end-point is mandatory via XEP-0440'); // kServerDoesNotFollowXep0440Error
  // SCRAM.m: g and x at random, to see whether the server passes over what it does not know
  const exchange = scram(mechanism, user, password, { bound: { type, data: stranger.binding(type) }, grease: true });
  const checked: typeof exchange = {
    ...exchange,
    answer(serverFirst) {
      if (Number(/,i=(\d+)/.exec(serverFirst)?.[1]) < LEAST_ITERATIONS) throw new Error('iteration count too low');
      if (/(?:^|,)m=/.test(serverFirst)) throw new Error('m-attr error');
      return exchange.answer(serverFirst);
    },
  };
  const success = await byScram2(talk, checked, { userAgent: 'E621E1F8-C36C-495A-93FC-0C247A3E6E5F' });
  if (typeof success === 'string') throw new Error(`Login error, account disabled: ${success}`);
  if (exchange.hash() !== hashOfOffer(mechanism, sasl2, bindings)) throw new Error('Detected ongoing MITM attack via SSDP'); // as later versions read h
  await talk.element('stream:features'); // xmpp.m: the features come without a restart, and the resource by RFC 6120
  talk.send("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>Monal-iOS.1f2e</resource></bind></iq>");
  const jid = (await talk.element('iq')).getChild('bind')?.getChildText('jid') ?? '';
  return { mechanism, binding: type, jid, talk, stranger };
}
