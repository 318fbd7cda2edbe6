import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Archive } from '../../../../src/archive/contract.ts';
import { MinimixError } from '../../../../src/core/errors.ts';
import { openDeviceTokens } from '../../../../src/frontends/bouncer/credentials/device-tokens.ts';

const BOUND = { mechanism: 'HT-SHA-256-NONE', userAgent: 'd4565fa7-4d72-4749-b3d3-740edbf87770' };

/** An archive of one value, whose disk can be full. */
function scene(key = randomBytes(32)) {
  let kept: string | undefined;
  let full = false;
  const log: string[] = [];
  const archive = {
    value: () => (kept === undefined ? undefined : (JSON.parse(kept) as unknown)),
    setValue(_account: string, _which: unknown, value: unknown) {
      if (full) throw new MinimixError('archive-full', 'The disk with the archive is full.');
      kept = JSON.stringify(value);
    },
  } as unknown as Archive;
  const open = (by = key) => openDeviceTokens({ account: 'a@b', archive, key: by, now: () => 0, log: (_level, message) => void log.push(message) });
  const uses = (tokens: ReturnType<typeof open>, token: string | undefined, bound = BOUND) => tokens.use(bound, undefined, (one) => one === token)?.state;
  return { open, uses, log, fill: () => (full = true), kept: () => kept ?? '' };
}

test('on a full disk no new token is given out, and the one that there is lets the device in', () => {
  const { open, uses, fill, log } = scene();
  const tokens = open();
  const token = tokens.issue('phone', BOUND)?.token;
  fill();
  expect(tokens.issue('phone', BOUND)).toBeUndefined();
  expect(uses(tokens, token)).toBe('valid');
  expect(log.some((line) => line.includes('is not on disk'))).toBe(true);
});

test('under another key there is no token, and nothing breaks: the device logs in by its password and gets one', () => {
  const { open, uses } = scene();
  const token = open().issue('phone', BOUND)?.token;
  const after = open(randomBytes(32));
  expect(uses(after, token)).toBeUndefined();
  const next = after.issue('phone', BOUND)?.token;
  expect(uses(after, next)).toBe('valid');
});

test('a device that asks as another client, or for another mechanism, has that token alone', () => {
  const { open, uses } = scene();
  const tokens = open();
  const first = tokens.issue('phone', BOUND)?.token;
  const other = { ...BOUND, userAgent: '11111111-4d72-4749-b3d3-740edbf87770' };
  const second = tokens.issue('phone', other)?.token;
  expect(uses(tokens, first)).toBeUndefined();
  expect(uses(tokens, second, other)).toBe('valid');
});

test('however often a device asks, two tokens are kept for it', () => {
  const { open, uses, kept } = scene();
  const tokens = open();
  for (let n = 0; n < 100; n += 1) expect(uses(tokens, tokens.issue('phone', BOUND)?.token)).toBe('valid');
  tokens.issue('phone', BOUND);
  expect(kept().split('sealed')).toHaveLength(3);
  tokens.forget('phone');
  expect(kept()).toBe('{}');
});
