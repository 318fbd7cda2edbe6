// RFC 6120 6 and RFC 4422, the server's side: which mechanisms are offered, and PLAIN.
import { deriveKey } from '../credentials/keys.ts';
import type { Hash } from '../credentials/keys.ts';
import { refused } from './sasl-contract.ts';
import type { Bindings, FindCredentials, SaslConversation, SaslOffer, SaslStep } from './sasl-contract.ts';
import { tokenMechanisms } from './hashed-token.ts';
import { beginScram } from './scram-server.ts';

/**
 * Best first, as Conversations ranks them (`crypto/sasl/Scram*.java`, getPriority: each with a binding above all without). It
 * remembers the rank that an account has used and takes none below it (`xmpp/XmppConnection.java`, validate), so nothing
 * may be missing here that an account's own server has.
 */
const SCRAMS: readonly [string, Hash][] = [
  ['SCRAM-SHA-512', 'sha512'],
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-1', 'sha1'],
];

/** Channel bindings that are accepted if a client uses them, but not announced (XEP-0440). */
const UNANNOUNCED: ReadonlySet<string> = new Set(['tls-unique']);

/** PLAIN is accepted only within TLS; without TLS the connection is from this computer. */
export function makeOffer(bindings: Bindings, { hashes, tls, tokens }: { hashes: readonly Hash[]; tls: boolean; tokens: boolean }): SaslOffer {
  const scrams = SCRAMS.filter(([, hash]) => hashes.includes(hash)).map(([name]) => name);
  const plus = bindings.size > 0 ? scrams.map((name) => `${name}-PLUS`) : [];
  const announced = [...bindings.keys()].filter((type) => !UNANNOUNCED.has(type));
  return { mechanisms: [...plus, ...scrams, ...(tls ? ['PLAIN'] : [])], bindings, announced, fast: tls && tokens ? tokenMechanisms(bindings) : [] };
}

export function beginSasl(mechanism: string, find: FindCredentials, offer: SaslOffer): SaslConversation | undefined {
  if (!offer.mechanisms.includes(mechanism)) return undefined;
  if (mechanism === 'PLAIN') return { next: (message) => plain(message, find) };
  const plus = mechanism.endsWith('-PLUS');
  const hash = SCRAMS.find(([name]) => mechanism === (plus ? `${name}-PLUS` : name))?.[1];
  return hash && beginScram({ hash, plus, find, offer });
}

/** RFC 4616. */
function plain(message: Buffer, find: FindCredentials): SaslStep {
  const [authzid, username, password, ...rest] = message.toString('utf8').split('\0');
  if (authzid === undefined || !username || !password || rest.length > 0) return refused('malformed-request', 'PLAIN has three parts');
  const found = find(username);
  const device = found?.credentials.byPassword(password);
  if (!found) deriveKey('sha256', password, NO_SALT); // an unknown name is refused as slowly as a known one
  if (!found || !device) return refused('not-authorized', 'no device has this password');
  if (authzid !== '' && authzid !== found.account) return refused('invalid-authzid', 'a device logs in as its account');
  return { step: 'success', data: undefined, account: found.account, device };
}

const NO_SALT = Buffer.alloc(16);
