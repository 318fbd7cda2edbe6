// RFC 6120 6: SASL. SCRAM first; PLAIN only within TLS, and only to a server that offers no SCRAM.
import { StreamEnd } from '../faults.ts';
import { createScram } from './scram.ts';
import type { ScramHash } from './scram.ts';

interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly secure: boolean;
}

/** One conversation by one mechanism. Each step throws `StreamEnd` where the server does not keep to it. */
export interface SaslExchange {
  readonly mechanism: string;
  readonly first: string;
  answer(challenge: string): Promise<string>;
  /** What came with <success/>, or nothing; throws where the server has not proven that it knows the password. */
  finish(data: string): void;
}

const SCRAMS: readonly (readonly [string, ScramHash])[] = [
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-1', 'sha1'],
];

/** Best first. */
export const MECHANISMS: readonly string[] = [...SCRAMS.map(([name]) => name), 'PLAIN'];

/** The best mechanism that both sides know, or throws `StreamEnd`. */
export function chooseMechanism(offered: readonly string[], { username, password, secure }: Credentials): SaslExchange {
  const scram = SCRAMS.find(([name]) => offered.includes(name));
  if (scram !== undefined) return scramExchange(scram, username, password);
  if (offered.includes('PLAIN') && secure) return plainExchange(username, password);
  throw new StreamEnd('lost', `the server ${offered.includes('PLAIN') ? 'offers only PLAIN, without TLS' : 'offers no login method that Minimix supports'}`);
}

function scramExchange([mechanism, hash]: readonly [string, ScramHash], username: string, password: string): SaslExchange {
  const scram = createScram(hash, { username, password });
  let state: 'begun' | 'answered' | 'verified' = 'begun';
  return {
    mechanism,
    first: scram.first,
    async answer(challenge) {
      if (state === 'begun') {
        state = 'answered';
        return scram.answer(challenge);
      }
      // The signature may come in a challenge before <success/> (RFC 5802 5: additional data).
      scram.verify(challenge);
      state = 'verified';
      return '';
    },
    finish(data) {
      if (state !== 'verified') scram.verify(data);
    },
  };
}

function plainExchange(username: string, password: string): SaslExchange {
  return {
    mechanism: 'PLAIN',
    first: `\0${username}\0${password}`,
    answer: () => Promise.reject(new StreamEnd('lost', 'the server answers PLAIN with a challenge')),
    finish: () => undefined,
  };
}
