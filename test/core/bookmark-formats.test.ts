// What the storages' formats keep, and how settings within a bookmark are read and written.
import { describe, expect, test } from 'vitest';
import { newBookmark } from '../../src/core/bookmark.ts';
import { readStorage, storage } from '../../src/xmpp/xep/bookmarks/legacy-bookmarks.ts';
import { conference, readBookmark } from '../../src/xmpp/xep/bookmarks/bookmarks.ts';
import { readNotify, withNotify } from '../../src/xmpp/xep/bookmarks/notify.ts';
import { parseElement } from '../../src/xmpp/xml.ts';

const ROOM = 'room@rooms.example';
const NS = 'urn:xmpp:bookmarks:1';

function read(text: string, id = ROOM) {
  return readBookmark({ id, payload: parseElement(text) });
}

describe('a bookmark of XEP-0402', () => {
  test.each([
    ['with the namespace of its parent', `<nick>Ali</nick><password>s</password>`],
    ['with a namespace of their own', `<nick xmlns='${NS}'>Ali</nick><password xmlns='${NS}'>s</password>`],
    ['with none at all', `<nick xmlns=''>Ali</nick><password xmlns=''>s</password>`],
    ['with the stream’s', `<nick xmlns='jabber:client'>Ali</nick><password xmlns='jabber:client'>s</password>`],
  ])('has nick and password %s', (_how, children) => {
    expect(read(`<conference xmlns='${NS}'>${children}</conference>`)).toMatchObject({ nick: 'Ali', password: 's' });
  });

  test('does not take somebody else’s <nick/> for its own, and keeps it', () => {
    const found = read(`<conference xmlns='${NS}'><nick xmlns='urn:else'>no</nick></conference>`);
    expect(found).toMatchObject({ nick: undefined, others: ['<nick xmlns="urn:else">no</nick>'] });
  });

  test.each([['true', true], ['1', true], ['false', false], ['0', false], ['yes', false]])('autojoin %s is %s', (text, autojoin) => {
    expect(read(`<conference xmlns='${NS}' autojoin='${text}'/>`)?.autojoin).toBe(autojoin);
  });

  test('keeps what is unknown in meaning, however prefixes, quotes and order of attributes are written', () => {
    const prefixed = read(`<conference xmlns='${NS}' xmlns:x='urn:x' x:b='2' a='1&lt;'><extensions>
      <x:state two='2' one='1'><x:in> a &amp; b </x:in><x:in/></x:state><plain/></extensions></conference>`);
    const plain = read(`<conference a="1&lt;" xmlns="${NS}" xmlns:q="urn:x" q:b="2"><extensions><state xmlns="urn:x"
      one="1" two="2"><in> a &amp; b </in><in></in></state><plain></plain></extensions></conference>`);
    expect(prefixed).toEqual(plain);
    expect(prefixed?.extensions).toEqual([
      '<state xmlns="urn:x" one="1" two="2"><in> a &amp; b </in><in/></state>',
      `<plain xmlns="${NS}"/>`,
    ]);
    if (!prefixed) throw new Error('not read');
    expect(read(conference(prefixed).toString())).toEqual(prefixed);
  });

  test('is none without a room’s address, or without a conference', () => {
    expect(read(`<conference xmlns='${NS}'/>`, 'not a room')).toBeUndefined();
    expect(read(`<conference xmlns='urn:else'/>`)).toBeUndefined();
  });
});

test('a list of XEP-0048 keeps URLs and what cannot be read', () => {
  const text = `<storage xmlns='storage:bookmarks'><url name='x' url='https://example.org/?a=1&amp;b'/>
    <conference jid='not a room'/><conference jid='${ROOM}' autojoin='1' minimize='1'><nick>Ali</nick></conference></storage>`;
  const { found, kept } = readStorage(parseElement(text));
  expect(found).toEqual([{ id: ROOM, bookmark: { ...newBookmark(ROOM), autojoin: true, nick: 'Ali', attributes: { minimize: '1' } } }]);
  expect(kept).toHaveLength(2);
  const again = readStorage(storage(new Map(found.map(({ id, bookmark }) => [id, bookmark])), kept));
  expect(again).toEqual({ found, kept });
});

describe('notification settings', () => {
  const other = '<state xmlns="urn:x"/>';
  const notify = (inner: string): string => `<notify xmlns="urn:xmpp:notification-settings:1">${inner}</notify>`;

  test.each([
    ['nothing', [], undefined],
    ['the fallback', [notify('<never/>')], 'never'],
    ['the fallback, where another kind has its own', [notify('<never identity-category="client" identity-type="pc"/><on-mention/>')], 'on-mention'],
    ['a client’s', [notify('<always/><never identity-category="client"/>')], 'never'],
    ['what is no level', [notify('<sometimes/>')], undefined],
  ])('are read from %s', (_what, extensions, level) => {
    expect(readNotify(extensions)).toBe(level);
  });

  test('are read by the kind of client: its type, its category, the fallback', () => {
    const all = [notify('<never identity-category="client" identity-type="pc"/><on-mention identity-category="client" identity-type="phone"/><on-mention identity-category="gateway"/><always/>')];
    const of = (category: string, type?: string) => readNotify(all, { category, type });
    expect([of('client', 'pc'), of('client', 'phone'), of('client', 'web'), of('gateway', 'irc'), of('automation')]).toEqual(['never', 'on-mention', 'always', 'on-mention', 'always']);
  });

  test('are taken away but for others’ and the advanced ones, and none is there twice', () => {
    const advanced = '<always><advanced><when xmlns="urn:w" day="monday"/></advanced></always>';
    const pc = '<never identity-category="client" identity-type="pc"/>';
    expect(withNotify([other, notify('<always/><never identity-category="client"/>')], undefined)).toEqual([other]);
    expect(withNotify([notify(`${pc}${advanced}<never identity-category="client"/>`)], undefined)).toEqual([notify(`${pc}${advanced}`)]);
    expect(withNotify([notify('<always/><never/>')], 'on-mention')).toEqual([notify('<on-mention/>')]);
  });

  test('are written beside what is there, and others’ settings and the advanced ones stay', () => {
    const advanced = '<advanced><when xmlns="urn:w" day="monday"/></advanced>';
    const pc = '<never identity-category="client" identity-type="pc"/>';
    const written = withNotify([other, notify(`${pc}<always>${advanced}</always>`)], 'on-mention');
    expect(written).toEqual([other, notify(`${pc}<on-mention>${advanced}</on-mention>`)]);
    expect(readNotify(withNotify([other], 'never'))).toBe('never');
  });
});
