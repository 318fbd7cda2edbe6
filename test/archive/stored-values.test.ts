import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { secrecyOf, secretFields, secretRows, secretTexts, storedValues, withoutFields } from '../../src/archive/stored-values.ts';
import { migrations } from '../../src/archive/schema/migrations/list.ts';
import { projectTree } from '../support/architecture.ts';

describe('a value that the archive keeps', () => {
  test('comes back as it was written, though JSON leaves out what is undefined', () => {
    const written = [{ room: 'r@r.example', by: undefined, reason: undefined, password: undefined, mediated: true, at: 1 }];
    const { read, write } = storedValues.invitations;
    expect(read(write(written))).toEqual(written);
  });

  test('is refused where it is not what was written', () => {
    expect(() => storedValues.invitations.read('[{"room":7}]')).toThrow(z.ZodError);
    expect(() => storedValues.health.read('soon')).toThrow('no number');
  });

  test('is read as former versions wrote it: a name and a number as they are', () => {
    expect(storedValues.accountNick.read('Jule')).toBe('Jule');
    expect(storedValues.relayPause.read(String(Infinity))).toBe(Infinity);
    expect(storedValues.readTo.of('r@r.example')).toMatchObject({ key: 'read:r@r.example' });
  });
});

describe('what a backup must not have', () => {
  test('is named for each value, and each value has a key of its own', () => {
    const keys = Object.values(storedValues).map((entry) => ('key' in entry ? entry.key : `${entry.prefix}:`));
    expect(new Set(keys).size).toBe(keys.length);
    expect(secrecyOf('bouncer-devices')).toBe('secret');
    expect(secrecyOf('bouncer-mail:d1')).toBe('secret');
    expect(secrecyOf('account-nick')).toBe('open');
    expect(secrecyOf('read:r@r.example')).toBe('open');
    expect(secrecyOf('invitations')).toEqual({ secretFields: ['password'] });
  });

  test('is whatever nobody has named', () => {
    expect(secrecyOf('bouncer-devices-2')).toBe('secret');
    expect(secrecyOf('read')).toBe('secret');
  });

  test('stands in tables that there are', () => {
    const schema = migrations.join('\n');
    for (const table of [...secretRows, ...secretTexts.map(([named]) => named), ...secretFields.map((field) => field.table)]) {
      expect(schema).toContain(`CREATE TABLE ${table} (`);
    }
  });

  test('goes out of JSON at every depth, and what is no JSON goes as a whole', () => {
    expect(withoutFields('{"a":[{"password":"x","b":1}],"password":null}', ['password'])).toBe('{"a":[{"b":1}]}');
    expect(withoutFields('password', ['password'])).toBeUndefined();
  });
});

test('nothing is read or written by a key of its own making', () => {
  const tree = projectTree(resolve(import.meta.dirname, '../..'));
  const calls = Object.entries(tree).flatMap(([path, text]) =>
    [...text.matchAll(/archive\.(?:value|setValue)\(([^;]*)/g)].map(([, args = '']) => ({ path, args })),
  );
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter(({ path, args }) => !/storedValues|valueOf\(/.test(args) && !path.startsWith('src/archive/'))).toEqual([]);
});
