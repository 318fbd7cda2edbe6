// RFC 6120 6, the server's side: SCRAM (RFC 5802, 7677, with channel binding by RFC 9266 and 5929) and PLAIN.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { LoginDevice } from '../../../core/device.ts';
import type { DeviceCredentials } from '../credentials/device-credentials.ts';
import type { Hash } from '../credentials/keys.ts';

/** The channel bindings of the TLS connection; none without TLS. */
export type Bindings = ReadonlyMap<string, Buffer>;

/** The account with that user name in the stream's domain. */
export type FindCredentials = (username: string) => { readonly account: string; readonly credentials: DeviceCredentials } | undefined;

export type SaslStep =
  | { readonly step: 'challenge'; readonly data: string }
  | { readonly step: 'success'; readonly data: string | undefined; readonly account: string; readonly device: LoginDevice }
  | { readonly step: 'failure'; readonly condition: string; readonly why: string };

/** One login under way. `next` takes what the client sent, decoded. */
export interface SaslConversation {
  next(message: Buffer): SaslStep;
}

const SCRAMS: readonly [string, Hash][] = [
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-1', 'sha1'],
];

/** Derives the salts of users that do not exist, so that they stay the same. */
const SECRET = randomBytes(32);

/** Best first. PLAIN is accepted only within TLS; without TLS (`tls` false) the connection is from this computer. */
export function mechanisms(bindings: Bindings, tls: boolean): string[] {
  const plus = bindings.size > 0 ? SCRAMS.map(([name]) => `${name}-PLUS`) : [];
  return [...plus, ...SCRAMS.map(([name]) => name), ...(tls ? ['PLAIN'] : [])];
}

export function beginSasl(mechanism: string, find: FindCredentials, { bindings, tls }: { bindings: Bindings; tls: boolean }): SaslConversation | undefined {
  if (!mechanisms(bindings, tls).includes(mechanism)) return undefined;
  if (mechanism === 'PLAIN') return { next: (message) => plain(message, find) };
  const hash = SCRAMS.find(([name]) => mechanism.startsWith(name))?.[1];
  return hash && scram(hash, mechanism.endsWith('-PLUS'), find, bindings);
}

/** RFC 4616. */
function plain(message: Buffer, find: FindCredentials): SaslStep {
  const [authzid, username, password, ...rest] = message.toString('utf8').split('\0');
  if (authzid === undefined || !username || !password || rest.length > 0) return refused('malformed-request', 'PLAIN has three parts');
  const found = find(username);
  const device = found?.credentials.byPassword(password);
  if (!found || !device) return refused('not-authorized', 'no device has this password');
  if (authzid !== '' && authzid !== found.account) return refused('invalid-authzid', 'a device logs in as its account');
  return { step: 'success', data: undefined, account: found.account, device };
}

function scram(hash: Hash, plus: boolean, find: FindCredentials, bindings: Bindings): SaslConversation {
  let first: { authzid: string | undefined; gs2: string; binding: Buffer; nonce: string; bare: string; serverFirst: string; found: ReturnType<FindCredentials> } | undefined;

  function begin(text: string): SaslStep {
    // gs2-header client-first-bare; a mandatory extension (m=) is refused, because we know none
    const [, gs2, flag, type, authzid, bare] = /^((n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,)(n=.*)$/s.exec(text) ?? [];
    const [, name, nonce] = /^n=([^,]+),r=([\x21-\x2b\x2d-\x7e]{8,256})$/.exec(bare ?? '') ?? [];
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
    const serverFirst = `r=${nonce}${randomBytes(18).toString('base64url')},s=${salt},i=${found?.credentials.iterations ?? 4096}`;
    first = { authzid: authzid && unescaped(authzid), gs2, binding, nonce: serverFirst.slice(2, serverFirst.indexOf(',')), bare, serverFirst, found };
    return { step: 'challenge', data: serverFirst };
  }

  function finish(text: string): SaslStep {
    if (!first) return malformed();
    const [, withoutProof, channel, nonce, proof] = /^(c=([A-Za-z0-9+/=]+),r=([^,]+)),p=([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    if (withoutProof === undefined || channel === undefined || proof === undefined || nonce !== first.nonce) return malformed();
    const expected = Buffer.concat([Buffer.from(first.gs2), first.binding]);
    const given = Buffer.from(channel, 'base64');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refused('not-authorized', 'another channel is bound');
    const auth = `${first.bare},${first.serverFirst},${withoutProof}`;
    const match = first.found?.credentials.byProof(hash, auth, Buffer.from(proof, 'base64'));
    if (!first.found || !match) return refused('not-authorized', 'no device has this password');
    if (first.authzid && first.authzid !== first.found.account) return refused('invalid-authzid', 'a device logs in as its account');
    return { step: 'success', data: `v=${match.signature}`, account: first.found.account, device: match.device };
  }

  return { next: (message) => (first ? finish(message.toString('utf8')) : begin(message.toString('utf8'))) };
}

function unescaped(name: string): string {
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function malformed(): SaslStep {
  return refused('malformed-request', 'this is not SCRAM');
}

function refused(condition: string, why: string): SaslStep {
  return { step: 'failure', condition, why };
}
