import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareOf, domainOf, localOf, parseBareJid, parseJid, resourceOf } from '../../src/core/jid.ts';

describe('a JID', () => {
  test('is read in its parts and in its normal form', () => {
    expect(parseJid('Romeo@Montague.Example/Orchard')).toEqual({
      local: 'romeo',
      domain: 'montague.example',
      resource: 'Orchard',
    });
  });

  test('may have a resource with slashes, at-signs and spaces in it, as nicks have', () => {
    expect(parseJid('cave@rooms.example/a/b @ c/')?.resource).toBe('a/b @ c/');
  });

  test.each(['', '@', '@example', 'a@', 'a@b@c', 'a@b/', 'a b@c', 'a@b<c', 'a@b/\u0000', `${'x'.repeat(1024)}@b`])(
    'is not what %j is',
    (text) => {
      expect(parseJid(text)).toBeUndefined();
    },
  );

  test('is a room’s or an account’s only with a local part and without a resource', () => {
    expect(parseBareJid(' Cave@Rooms.example ')).toBe('cave@rooms.example');
    expect(parseBareJid('rooms.example')).toBeUndefined();
    expect(parseBareJid('cave@rooms.example/nick')).toBeUndefined();
  });

  test('of any text is read or refused, and never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseJid(text) === undefined || text.length > 0));
  });

  test('is taken apart by plain text work as the reader takes it apart', () => {
    const text = 'cave@rooms.example/a/b@c';
    const jid = parseJid(text);
    expect([localOf(text), domainOf(text), resourceOf(text), bareOf(text)]).toEqual([
      jid?.local,
      jid?.domain,
      jid?.resource,
      'cave@rooms.example',
    ]);
  });
});
