// HT-* (draft-schmaus-kitten-sasl-ht-09) with the tokens of XEP-0484, the server's side.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { DeviceTokens } from '../credentials/device-tokens.ts';
import { refused } from './sasl-contract.ts';
import type { Bindings, FindCredentials, SaslConversation, SaslStep } from './sasl-contract.ts';

/** How a login by a token is asked for beside its message. */
export interface TokenUse {
  readonly userAgent: string;
  /** XEP-0484 3.4: grows with each use of a token, where the client counts. */
  readonly count: number | undefined;
}

const BY = 'HT-SHA-256-';
const LENGTH = 32;
/** By the last part of a mechanism's name: the channel binding. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['EXPR', 'tls-exporter'],
  ['UNIQ', 'tls-unique'],
  ['ENDP', 'tls-server-end-point'],
]);

/**
 * The strongest first. tls-unique is of TLS 1.2 alone (RFC 9266 2), where there is no tls-exporter: Conversations chooses by that, too
 * (`crypto/sasl/ChannelBinding.java`, best), and takes NONE where it finds none of them, whether that is offered or not.
 */
export function tokenMechanisms(bindings: Bindings): string[] {
  const bound = [...TYPES].filter(([, type]) => bindings.has(type) && !(type === 'tls-unique' && bindings.has('tls-exporter'))).map(([name]) => name);
  return [...bound, 'NONE'].map((name) => BY + name);
}

export function beginHashedToken(
  mechanism: string,
  bindings: Bindings,
  { use: { userAgent, count }, find, tokens }: { use: TokenUse; find: FindCredentials; tokens: (account: string) => DeviceTokens | undefined },
): SaslConversation {
  const type = TYPES.get(mechanism.slice(BY.length));
  const channel = (type === undefined ? undefined : bindings.get(type)) ?? Buffer.alloc(0);
  const hash = (token: string, who: string): Buffer => createHmac('sha256', token).update(who).update(channel).digest();

  function next(message: Buffer): SaslStep {
    const end = message.indexOf(0);
    const proof = message.subarray(end + 1);
    if (end < 1 || proof.length !== LENGTH) return refused('malformed-request', 'this is no hashed token');
    const fits = (token: string): boolean => timingSafeEqual(hash(token, 'Initiator'), proof);
    const found = find(message.subarray(0, end).toString('utf8'));
    const used = found && tokens(found.account)?.use({ mechanism, userAgent }, count, fits);
    if (used?.state === 'expired') return refused('credentials-expired', 'the token has expired');
    const device = used?.state === 'valid' ? found?.credentials.list().find(({ id }) => id === used.device) : undefined;
    if (used?.state === 'valid' && found && device) return { step: 'success', data: hash(used.token, 'Responder'), account: found.account, device };
    if (!used) fits(''); // nobody learns by the time it takes whether there is a token
    return refused('not-authorized', used?.state === 'replayed' ? 'the token’s count has been there before' : 'no device has this token');
  }

  return { next };
}
