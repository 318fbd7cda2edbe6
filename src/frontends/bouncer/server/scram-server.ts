// SCRAM (RFC 5802, 7677), the server's side: with channel binding by RFC 9266 and 5929, and with the hash of what was offered
// (XEP-0474).
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { nobodysKey, proves } from '../credentials/keys.ts';
import type { Hash } from '../credentials/keys.ts';
import { refused } from './sasl-contract.ts';
import type { FindCredentials, SaslConversation, SaslOffer, SaslStep } from './sasl-contract.ts';

/** Derives the salts of users that do not exist, so that they stay the same. */
const SECRET = randomBytes(32);

/** RFC 5802 5.1, 7: further attributes, to be passed over. Monal sends some at random to see that they are (`SCRAM.m`: g and x). */
const MORE = String.raw`(?:,[A-Za-z]=[^,\0]+)*`;
/** gs2-header client-first-bare; an extension that must be known (m=) is refused, because we know none. */
const FIRST = /^((n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,)(n=.*)$/s;
const BARE = new RegExp(String.raw`^n=([^,]+),r=([\x21-\x2b\x2d-\x7e]{8,256})${MORE}$`);
const FINAL = new RegExp(String.raw`^(c=([A-Za-z0-9+/=]+),r=([^,]+)${MORE}),p=([A-Za-z0-9+/]+={0,2})$`);

interface Begun {
  readonly authzid: string | undefined;
  readonly gs2: string;
  readonly binding: Buffer;
  readonly nonce: string;
  readonly bare: string;
  readonly serverFirst: string;
  readonly found: ReturnType<FindCredentials>;
}

export function beginScram({ hash, plus, find, offer }: { hash: Hash; plus: boolean; find: FindCredentials; offer: SaslOffer }): SaslConversation {
  const { bindings } = offer;
  let begun: Begun | undefined;

  function begin(text: string): SaslStep {
    const [, gs2, flag, type, authzid, bare] = FIRST.exec(text) ?? [];
    const [, name, nonce] = BARE.exec(bare ?? '') ?? [];
    if (gs2 === undefined || bare === undefined || name === undefined || nonce === undefined) return malformed();
    if (plus !== flag?.startsWith('p=')) return refused('malformed-request', 'the channel binding does not fit the mechanism');
    // RFC 5802 6: the client would have bound the channel had it seen that we can: somebody took it out. Nothing that was
    // said before on this stream excuses it, for whoever stands in the middle could have said it.
    if (flag === 'y' && bindings.size > 0) return refused('not-authorized', 'the offer of channel binding was taken out on the way');
    const binding = type === undefined ? Buffer.alloc(0) : bindings.get(type);
    if (!binding) return refused('malformed-request', `no channel binding ${type ?? ''}`);
    const username = unescaped(name);
    const found = find(username);
    // an unknown name gets the same answer, whatever its authzid is: a salt, and a refusal at the end
    const salt = found?.credentials.salt() ?? createHmac('sha256', SECRET).update(username).digest().subarray(0, 16).toString('base64');
    const full = `${nonce}${randomBytes(18).toString('base64url')}`;
    const serverFirst = `r=${full},s=${salt},i=${found?.credentials.iterations ?? 4096},h=${hashOfOffer(hash, offer)}`;
    begun = { authzid: authzid && unescaped(authzid), gs2, binding, nonce: full, bare, serverFirst, found };
    return { step: 'challenge', data: serverFirst };
  }

  function finish(text: string, first: Begun): SaslStep {
    const [, withoutProof, channel, nonce, proof] = FINAL.exec(text) ?? [];
    if (withoutProof === undefined || channel === undefined || proof === undefined || nonce !== first.nonce) return malformed();
    const expected = Buffer.concat([Buffer.from(first.gs2), first.binding]);
    const given = Buffer.from(channel, 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refused('not-authorized', 'another channel is bound');
    const auth = `${first.bare},${first.serverFirst},${withoutProof}`;
    const shown = Buffer.from(proof, 'base64');
    const match = first.found?.credentials.byProof(hash, auth, shown);
    if (!first.found) proves({ hash, key: nobodysKey(hash), auth, proof: shown });
    if (!first.found || !match) return refused('not-authorized', 'no device has this password');
    if (first.authzid && first.authzid !== first.found.account) return refused('invalid-authzid', 'a device logs in as its account');
    return { step: 'success', data: Buffer.from(`v=${match.signature}`), account: first.found.account, device: match.device };
  }

  return { next: (message) => (begun ? finish(message.toString('utf8'), begun) : begin(message.toString('utf8'))) };
}

/**
 * XEP-0474 5.1 (0.5): whoever takes a mechanism or a binding out of what we offer changes this too, and the client's proof is
 * over it. What is left of older versions (Monal 2024 reads `d`, of other separators) is passed over by those who know it not.
 */
export function hashOfOffer(hash: Hash, { mechanisms, announced }: SaslOffer): string {
  const types = announced.length === 0 ? '' : `\x1f${announced.toSorted().join('\x1e')}`;
  return createHash(hash).update(mechanisms.toSorted().join('\x1e') + types).digest('base64');
}

function unescaped(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function malformed(): SaslStep {
  return refused('malformed-request', 'this is not SCRAM');
}
