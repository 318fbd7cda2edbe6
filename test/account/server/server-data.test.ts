import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromServerData, type Include } from '../../../src/account/server/server-data.ts';
import { importAll, type ImportReport } from '../../../src/archive/transfer/import.ts';
import { JULIET, ORCHARD, ownArchive, page } from '../../archive/support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

const result = (id: string, body: string, { from = `${ORCHARD}/Romeo`, type = 'groupchat', stamp = '2026-11-23T12:00:00Z' } = {}): string =>
  `<result xmlns='urn:xmpp:mam:2' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'>` +
  `<delay xmlns='urn:xmpp:delay' stamp='${stamp}'/><message xmlns='jabber:client' from='${from}' type='${type}' id='m${id}'>` +
  `<body>${body}</body><stanza-id xmlns='urn:xmpp:sid:0' by='${ORCHARD}' id='claimed'/></message></forwarded></result>`;
const user = (name: string, results: string): string =>
  `<user xmlns='urn:xmpp:pie:0' name='${name}'><query xmlns='jabber:iq:roster'/><archive xmlns='urn:xmpp:pie:0#mam'>${results}</archive></user>`;
const host = (jid: string, users: string): string => `<host xmlns='urn:xmpp:pie:0' jid='${jid}'>${users}</host>`;
const data = (hosts: string): string =>
  `<?xml version='1.0' encoding='UTF-8'?><!-- a > comment --><server-data xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude'>${hosts}</server-data>`;

function imported(text: string, size = text.length, include: Include = () => undefined): ImportReport {
  const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, n) => text.slice(n * size, (n + 1) * size));
  return importAll(own.archive, { account: JULIET, messages: fromServerData('data.xml', chunks, { account: JULIET, include }) });
}

const JULIETS = user('juliet', result('1', 'But &lt;soft&gt;') + result('2', 'a chat', { type: 'chat' }) + result('3', 'ok') + result('4', 'ok'));

test('a person’s archive gives what rooms said, the same words said twice as two, and nothing the second time', () => {
  const text = data(host('capulet.lit', JULIETS + user('nurse', result('9', 'not hers'))));
  expect(imported(text)).toMatchObject({ read: 3, kept: 3, refused: 0 });
  expect(imported(text)).toMatchObject({ kept: 0, known: 3 });
  expect(page(own.archive)).toMatchObject([
    { nick: 'Romeo', body: 'But <soft>', id: 'm1', stanzaId: undefined, at: Date.UTC(2026, 10, 23, 12) },
    { body: 'ok', id: 'm3' },
    { body: 'ok', id: 'm4' },
  ]);
});

test('a room’s own archive gives its ids, wherever the file is cut into pieces', () => {
  const text = data(host('rooms.lit', user('orchard', result('s1', '<![CDATA[a > <b>]]>') + result('s2', 'forged', { from: 'ball@rooms.lit/Romeo' }))));
  for (const size of [1, 2, 7, 64]) imported(text, size);
  expect(page(own.archive)).toMatchObject([{ body: 'a > <b>', stanzaId: 's1' }]);
});

test('a message is kept with namespaces of its own, whatever prefixes the file has declared elsewhere', () => {
  const prefixed = result('p1', 'hello').replace('<body>', `<x:mark x:by='me'/><body>`);
  const text = data(host('rooms.lit', user('orchard', prefixed))).replace('<server-data ', `<server-data xmlns:x='urn:x' `);
  imported(text, 5);
  const [kept] = own.archive.page({ account: JULIET, room: ORCHARD, limit: 5 });
  expect(kept?.xml).toContain(`<mark xmlns="urn:x" x:by="me" xmlns:x="urn:x"/>`);
});

test('a result that is too big is refused by itself, whatever it is big of', () => {
  for (const bulk of ['x'.repeat(5_000_000).replaceAll(/x{1000}/g, '$&<a/>'), '<a/>'.repeat(100_000)]) {
    const text = data(host('rooms.lit', user('orchard', result('b1', bulk) + result('b2', 'small'))));
    expect(imported(text, 65_536)).toMatchObject({ refused: 1 });
    expect(page(own.archive)).toMatchObject([{ body: 'small' }]);
  }
});

test('files that it includes are read, and what cannot be is told', () => {
  const files: Record<string, string> = {
    'capulet.lit.xml': `<host xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude' jid='capulet.lit'><xi:include href='juliet.xml'/></host>`,
    'juliet.xml': JULIETS,
    'loop.xml': data(`<xi:include href='loop.xml'/>`),
    'broken.xml': '<host',
  };
  const include: Include = (_from, href) => (files[href] === undefined ? undefined : { file: href, chunks: [files[href]] });
  const names = ['capulet.lit.xml', 'gone.xml', 'loop.xml', 'broken.xml'];
  const report = imported(data(names.map((name) => `<xi:include href='${name}'/>`).join('')), 9, include);
  expect(report).toMatchObject({ kept: 3, refused: 3 });
  expect(report.trouble.map(({ why }) => why).join()).toMatch(/gone.xml.*loop.xml.*broken.xml/s);
});

test('a result that is none is refused by itself, what lies where no archive belongs is passed over', () => {
  const odd = `<result xmlns='urn:xmpp:mam:2'/>${result('5', 'no time', { stamp: 'noon' })}${result('6', 'good')}`;
  const hidden = `<private xmlns='x'>${user('juliet', result('7', 'hidden'))}</private>`;
  expect(imported(data(host('capulet.lit', user('juliet', odd) + hidden)))).toMatchObject({ kept: 1, refused: 2 });
});

test.each([
  ['another format', '<rss><channel/></rss>', 'not a server’s data'],
  ['a DTD', '<!DOCTYPE a [<!ENTITY b "c">]><server-data xmlns="urn:xmpp:pie:0"/>', 'DTD'],
  ['tags that do not match', `<server-data xmlns='urn:xmpp:pie:0'></host>`, 'do not match'],
  ['an end too early', `<server-data xmlns='urn:xmpp:pie:0'>`, 'ends too early'],
  ['endless depth', `<server-data xmlns='urn:xmpp:pie:0'>${'<a>'.repeat(500)}`, 'too deep'],
  ['a tag without end', `<server-data xmlns='urn:xmpp:pie:0'><a b='${'x'.repeat(3_000_000)}`, 'too long'],
])('%s is refused with a sentence', (_what, text, why) => {
  expect(() => imported(text, 65_536)).toThrow(why);
});
