// XEP-0484 (FAST), what a server keeps: a token for each device, by which it logs in without its password.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Archive } from '../../../archive/contract.ts';
import { storedValues, type DeviceTokenSlot, type StoredDeviceTokens } from '../../../archive/stored-values.ts';
import { isDiskFault } from '../../../archive/schema/disk-fault.ts';
import type { Log } from '../../../core/log.ts';
import { sentenceOf } from '../../../core/errors.ts';

/** What a token is bound to (XEP-0484 3.4): nobody uses it by another mechanism, or as another installation of a client. */
export interface TokenBinding {
  readonly mechanism: string;
  readonly userAgent: string;
}

export type TokenFound = { readonly state: 'valid'; readonly device: string; readonly token: string } | { readonly state: 'expired' | 'replayed' };

export interface DeviceTokens {
  /** A new token, and when it ends (milliseconds since the epoch). The device's last one is good until this one is used. */
  issue(device: string, bound: TokenBinding): { readonly token: string; readonly expires: number } | undefined;
  /** The device whose token fits. It is used then: an older one of that device is no good any more. */
  use(bound: TokenBinding, count: number | undefined, fits: (token: string) => boolean): TokenFound | undefined;
  /** The device has no token any more. */
  forget(device: string): void;
}

/** Milliseconds for which a token is good; each login brings a new one. */
const LIFE = 60 * 24 * 60 * 60_000;
const CIPHER = 'aes-256-gcm';
const IV = 12;
const TAG = 16;

/**
 * Encrypted by `key` (32 bytes), for the key of HT-* is the token itself, which therefore cannot be kept as a hash. Where the
 * disk takes nothing, no new token is given out, and what was used is remembered until the next start.
 */
export function openDeviceTokens({ account, archive, key, now, log }: { account: string; archive: Archive; key: Buffer; now: () => number; log: Log }): DeviceTokens {
  let book: StoredDeviceTokens = archive.value(account, storedValues.bouncerTokens) ?? {};

  /** Whether it is on disk. */
  function save(next: StoredDeviceTokens): boolean {
    book = next;
    try {
      archive.setValue(account, storedValues.bouncerTokens, next);
      return true;
    } catch (error) {
      if (!isDiskFault(error)) throw error;
      log('warn', `a device's token is not on disk: ${sentenceOf(error)}`, { account });
      return false;
    }
  }

  /** What a sealed token is good for, so that it cannot be put in another's place. */
  const about = (device: string, mechanism: string, userAgent: string): Buffer => Buffer.from([account, device, mechanism, userAgent].join('\0'));

  function seal(token: string, aad: Buffer): string {
    const iv = randomBytes(IV);
    const cipher = createCipheriv(CIPHER, key, iv).setAAD(aad);
    const text = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
  }

  function unseal(sealed: string, aad: Buffer): string | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    try {
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV), { authTagLength: TAG }).setAAD(aad).setAuthTag(bytes.subarray(IV, IV + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]).toString('utf8');
    } catch {
      return undefined; // of another key, which is gone: the device logs in by its password
    }
  }

  return {
    issue(device, bound) {
      const { mechanism } = bound;
      const userAgent = markOf(bound.userAgent);
      const before = book[device];
      const token = randomBytes(32).toString('base64url');
      const expires = now() + LIFE;
      const next: DeviceTokenSlot = { sealed: seal(token, about(device, mechanism, userAgent)), expires, count: 0 };
      const current = before?.mechanism === mechanism && before.userAgent === userAgent ? before.current : undefined;
      const former = book;
      if (save({ ...book, [device]: { mechanism, userAgent, current, next } })) return { token, expires };
      book = former;
      return undefined;
    },
    use(bound, count, fits) {
      const userAgent = markOf(bound.userAgent);
      for (const [device, kept] of Object.entries(book)) {
        if (kept.mechanism !== bound.mechanism || kept.userAgent !== userAgent) continue;
        // the new one first, as XEP-0484 5.1 has it: once it is used, it is the current one
        for (const slot of [kept.next, kept.current]) {
          const token = slot && unseal(slot.sealed, about(device, kept.mechanism, kept.userAgent));
          if (!slot || token === undefined || !fits(token)) continue;
          if (slot.expires <= now()) return { state: 'expired' };
          if (count !== undefined && count <= slot.count) return { state: 'replayed' };
          save({ ...book, [device]: { ...kept, current: { ...slot, count: count ?? slot.count }, next: slot === kept.next ? undefined : kept.next } });
          return { state: 'valid', device, token };
        }
      }
      return undefined;
    },
    forget(device) {
      if (book[device] === undefined) return;
      save(Object.fromEntries(Object.entries(book).filter(([id]) => id !== device)));
    },
  };
}

/** By which an installation of a client is known again, and no more than that. */
function markOf(userAgent: string): string {
  return createHash('sha256').update(userAgent).digest('base64url');
}
