// RFC 5802 3: what a server stores instead of a password.
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ScramKey } from '../../../archive/stored-values.ts';

export type Hash = 'sha1' | 'sha256' | 'sha512';

const SIZE = { sha1: 20, sha256: 32, sha512: 64 } as const;
/** RFC 7677 4. We make the passwords, with 125 bits each: more rounds would not make them safer. */
export const ITERATIONS = 4096;

/** A password that can be typed on a phone: 25 letters and digits that cannot be mistaken for each other. */
export function makePassword(): string {
  const alphabet = '23456789abcdefghjkmnpqrstuvwxyz'; // without 0, 1, i, l and o
  let text = '';
  while (text.length < 25) {
    for (const byte of randomBytes(32)) {
      if ((byte & 31) < alphabet.length && text.length < 25) text += alphabet[byte & 31] ?? '';
    }
  }
  return text.replaceAll(/(.{5})(?=.)/g, '$1-');
}

export function makeSalt(): Buffer {
  return randomBytes(16);
}

export function deriveKey(hash: Hash, password: string, salt: Buffer): ScramKey {
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, ITERATIONS, SIZE[hash], hash);
  const clientKey = hmac(hash, salted, 'Client Key');
  return {
    storedKey: createHash(hash).update(clientKey).digest('base64'),
    serverKey: hmac(hash, salted, 'Server Key').toString('base64'),
  };
}

/** Whether a client's proof over `auth` shows that it knows the password behind the key. */
export function proves({ hash, key, auth, proof }: { hash: Hash; key: ScramKey; auth: string; proof: Buffer }): boolean {
  if (proof.length !== SIZE[hash]) return false;
  const stored = Buffer.from(key.storedKey, 'base64');
  const signature = hmac(hash, stored, auth);
  const clientKey = proof.map((byte, at) => byte ^ (signature[at] ?? 0));
  return timingSafeEqual(createHash(hash).update(clientKey).digest(), stored);
}

/** Proves to the client that we know the key too. */
export function serverSignature(hash: Hash, key: ScramKey, auth: string): string {
  return hmac(hash, Buffer.from(key.serverKey, 'base64'), auth).toString('base64');
}

/** As long to check as a device's key, and no proof fits it: whoever measures learns nothing of who has devices here. */
export const nobodysKey = (hash: Hash): ScramKey => NOBODY[hash];

const NOBODY = {
  sha1: { storedKey: randomBytes(SIZE.sha1).toString('base64'), serverKey: '' },
  sha256: { storedKey: randomBytes(SIZE.sha256).toString('base64'), serverKey: '' },
  sha512: { storedKey: randomBytes(SIZE.sha512).toString('base64'), serverKey: '' },
};

export function sameKey(a: ScramKey, b: ScramKey): boolean {
  return timingSafeEqual(Buffer.from(a.storedKey, 'base64'), Buffer.from(b.storedKey, 'base64'));
}

function hmac(hash: Hash, key: Buffer, text: string): Buffer {
  return createHmac(hash, key).update(text).digest();
}
