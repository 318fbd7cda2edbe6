import { expect, test } from 'vitest';
import type { DeviceCredentials } from '../../../src/frontends/bouncer/credentials/device-credentials.ts';
import { deriveKey, makeSalt } from '../../../src/frontends/bouncer/credentials/keys.ts';
import type { FindCredentials } from '../../../src/frontends/bouncer/server/sasl-contract.ts';
import { beginSasl, makeOffer } from '../../../src/frontends/bouncer/server/sasl-server.ts';

const TRIES = 40;

test('an unknown name is refused as slowly as a known one', () => {
  const salt = makeSalt();
  const credentials = {
    byPassword(password: string) {
      deriveKey('sha256', password, salt); // as it is for each known name
      return undefined;
    },
  } as unknown as DeviceCredentials;
  const find: FindCredentials = (username) => (username === 'alice' ? { account: 'alice@example.org', credentials } : undefined);
  const offer = makeOffer(new Map(), { hashes: ['sha256'], tls: true, tokens: false });
  const took = (username: string): number => {
    const before = performance.now();
    expect(beginSasl('PLAIN', find, offer)?.next(Buffer.from(`\0${username}\0guess`))).toMatchObject({ step: 'failure', condition: 'not-authorized' });
    return performance.now() - before;
  };
  const times = Array.from({ length: TRIES }, () => [took('alice'), took('nobody')] as const);
  const median = (of: 0 | 1): number => times.map((pair) => pair[of]).toSorted((a, b) => a - b)[TRIES / 2] ?? 0;
  // without any work for an unknown name it is a hundredth
  expect(median(1)).toBeGreaterThan(median(0) / 5);
});
