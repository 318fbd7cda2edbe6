// Whoever has opened a stream to the bouncer within TLS and has read what it offers.
import type { TLSSocketOptions } from 'node:tls';
import type { Door } from './door.ts';
import { offerIn, talkTo, type Offer, type Talk } from './sasl-client.ts';
import { HEADER, secureStranger, type Stranger } from './stranger.ts';

export interface AtBouncer {
  readonly stranger: Stranger;
  readonly talk: Talk;
  readonly offer: Offer;
}

/** `say` is what is written at once, behind the stream's header. */
export async function atBouncer(
  { directTlsPort, ca }: Door,
  domain: string,
  { from, say = '', tls = {} }: { from?: string; say?: string | ((stranger: Stranger) => string); tls?: Pick<TLSSocketOptions, 'maxVersion'> } = {},
): Promise<AtBouncer> {
  const stranger = await secureStranger(directTlsPort, domain, ca, tls);
  const header = HEADER(domain).replace(' to=', `${from === undefined ? '' : ` from='${from}'`} to=`);
  stranger.send(header + (typeof say === 'string' ? say : say(stranger)));
  const talk = talkTo(stranger);
  return { stranger, talk, offer: offerIn(await talk.element('stream:features')) };
}
