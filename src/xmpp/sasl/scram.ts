// RFC 5802 and RFC 7677: SCRAM-SHA-1 and SCRAM-SHA-256, without channel binding.
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { StreamEnd } from '../faults.ts';

const derive = promisify(pbkdf2);

export type ScramHash = 'sha1' | 'sha256';

/** One SCRAM conversation. Each step throws `StreamEnd` where the server does not keep to it. */
interface Scram {
  readonly first: string;
  /** client-final, from server-first. */
  answer(serverFirst: string): Promise<string>;
  /** Checks the signature of server-final: the server knows the password too. */
  verify(serverFinal: string): void;
}

// RFC 7677 asks servers for 4096. Below 1000 our proof could be searched for the password at next to no cost
// by whoever sent it; above 10 million the server only wants our CPU.
const ITERATIONS = { least: 1000, most: 10_000_000 };

export function createScram(
  hash: ScramHash,
  { username, password, nonce = randomBytes(24).toString('base64url') }: { username: string; password: string; nonce?: string },
): Scram {
  const bare = `n=${prep(username).replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  let signature: Buffer | undefined;

  async function answer(serverFirst: string): Promise<string> {
    const { r, s, i, m } = fields(serverFirst);
    if (m !== undefined) throw broken('asks for an extension that we do not know');
    const extended = r !== undefined && r.startsWith(nonce) && r.length > nonce.length;
    if (!extended) throw broken('did not extend our nonce');
    if (s === undefined || !isBase64(s)) throw broken('sent no salt');
    const iterations = /^[1-9]\d{0,9}$/.test(i ?? '') ? Number(i) : 0;
    if (iterations < ITERATIONS.least || iterations > ITERATIONS.most) {
      throw broken(`asks for ${iterations} iterations, which is not sensible`);
    }
    const size = hash === 'sha1' ? 20 : 32;
    const salted = await derive(prep(password), Buffer.from(s, 'base64'), iterations, size, hash);
    const clientKey = hmac(salted, 'Client Key');
    const withoutProof = `c=${Buffer.from('n,,').toString('base64')},r=${r}`;
    const auth = `${bare},${serverFirst},${withoutProof}`;
    const clientSignature = hmac(createHash(hash).update(clientKey).digest(), auth);
    const proof = clientKey.map((byte, at) => byte ^ (clientSignature[at] ?? 0));
    signature = hmac(hmac(salted, 'Server Key'), auth);
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
  }

  function verify(serverFinal: string): void {
    const { v, e } = fields(serverFinal);
    if (e !== undefined) throw new StreamEnd('refused', `The server refused the login: ${e}.`);
    const given = Buffer.from(v ?? '', 'base64');
    if (signature === undefined || given.length !== signature.length || !timingSafeEqual(given, signature)) {
      throw broken('could not prove that it knows the password');
    }
  }

  return { first: `n,,${bare}`, answer, verify };
}

/** SASLprep (RFC 4013), as far as NFKC and the spaces go; prohibited characters are left to the server. */
function prep(text: string): string {
  return text
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g, '')
    .normalize('NFKC');
}

function fields(message: string): Partial<Record<string, string>> {
  const parts = message.split(',').filter((part) => part[1] === '=');
  return Object.fromEntries(parts.map((part) => [part.charAt(0), part.slice(2)]));
}

function isBase64(text: string): boolean {
  return text !== '' && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function broken(what: string): StreamEnd {
  return new StreamEnd('lost', `the server ${what} (SCRAM)`);
}
