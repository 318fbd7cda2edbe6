import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareOf, canonicalJid, domainOf, localOf, parseBareJid, parseJid, resourceOf, sameJid } from '../../src/core/jid.ts';

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

  // Preparing it costs the square of its length: it took minutes for each of these, and now microseconds.
  test.each(['ß', '\u0315\u0300', '\u00ad', 'x\ua7b1'])('is no text of a hundred thousand characters (%j), which is refused at once', (part) => {
    const long = part.repeat(100_000);
    expect([`${long}@b`, `a@${long}`, `a@b/${long}`, `${long}@b/c`].map(parseJid)).toEqual([undefined, undefined, undefined, undefined]);
    expect(canonicalJid(`${long}@b`)).toBe(`${long}@b`);
  });

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

  test.each([
    ['straße@verona.test', 'strasse@verona.test'],
    ['ΣΑΣ@verona.test', 'σασ@verona.test'],
    ['σας@verona.test', 'σασ@verona.test'],
    ['Ｒｏｍｅｏ@verona.test', 'romeo@verona.test'],
    ['ro\u00admeo@verona.test', 'romeo@verona.test'],
    ['romeo@Bücher.test', 'romeo@bücher.test'],
    ['ROMEO@VERONA.TEST.', 'romeo@verona.test'],
    ['romeo@verona.test/Ga\u00adrten', 'romeo@verona.test/Garten'],
  ])('%s is compared as %s, as servers do', (text, canonical) => {
    expect(canonicalJid(text)).toBe(canonical);
    expect(sameJid(text, canonical)).toBe(true);
    expect(canonicalJid(canonical)).toBe(canonical);
  });

  test('keeps the letters of a resource, and is not folded into another account', () => {
    expect(sameJid('cave@rooms.test/Nick', 'cave@rooms.test/nick')).toBe(false);
    expect(sameJid('romeo@verona.test', 'romeo1@verona.test')).toBe(false);
  });

  test.each(['\u00ad@b', 'a\uff20b@c', 'a@b\uff0fc', 'a\ufe6bb@c', 'a@\u00ad', 'a@b/\u00ad', 'a\u2028b@c'])('is not what %j is, once it is folded', (text) => {
    expect(parseJid(text)).toBeUndefined();
    expect(canonicalJid(text)).toBe(text);
  });

  test('is the same however often it is brought into its canonical form', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), fc.string({ unit: 'grapheme', maxLength: 8 }), (local, resource) => {
      const once = canonicalJid(`${local}@verona.test${resource === '' ? '' : `/${resource}`}`);
      expect(canonicalJid(once)).toBe(once);
    }));
  });
});
