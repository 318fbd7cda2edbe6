import { expect, test } from 'vitest';
import { endangersAccount } from '../../../../src/frontends/bouncer/credentials/account-guard.ts';
import { stanzaFrom } from '../../../../src/xmpp/stanza.ts';

const PLAIN = `<query xmlns='jabber:iq:register'><username>romeo</username><password>x</password></query>`;
const OWNER = 'http://jabber.org/protocol/pubsub#owner';
const command = (node: string, more = ''): string => `<command xmlns='http://jabber.org/protocol/commands' node='${node}'${more}/>`;
const pubsub = (inside: string): string => `<pubsub xmlns='http://jabber.org/protocol/pubsub'>${inside}</pubsub>`;
const owner = (inside: string): string => `<pubsub xmlns='${OWNER}'>${inside}</pubsub>`;
const form = (value: string, field = 'access_model'): string =>
  `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#node_config</value></field><field var='pubsub#${field}'><value>${value}</value></field></x>`;

const asks = (to: string, payload = PLAIN, type = 'set', account = 'romeo@verona.test'): boolean =>
  endangersAccount(stanzaFrom(`<iq xmlns='jabber:client' type='${type}' id='r'${to === '' ? '' : ` to='${to}'`}>${payload}</iq>`), account);

test.each([
  '',
  'verona.test',
  'VERONA.test',
  'verona.test.',
  'verona.test../x',
  'verona.test/x',
  'ｖerona.test',
  'verona。test',
  'vero\u00adna.test',
  'vero\u200bna.test',
  'vero\ufe0fna.test',
  'romeo@verona.test',
  'Romeo@Verona.test',
  'Romeo@Verona.test/orchard',
  'ｒomeo@verona.test',
  'verona.test/a@elsewhere.test',
  '@verona.test',
  'elsewhere.test@verona.test',
  ' ',
])('a change of the login is one however the server is named: %j', (to) => {
  expect(asks(to)).toBe(true);
});

test.each([
  ['xn--vrona-4ra.test', 'romeo@vèrona.test'],
  ['VÈRONA.test', 'romeo@vèrona.test'],
  ['strasse.test', 'romeo@straße.test'],
  ['straße.test', 'romeo@strasse.test'],
  ['STRAẞE.test', 'romeo@strasse.test'],
  ['σας.test', 'romeo@σασ.test'],
  ['xn--strae-oqa.test', 'romeo@straße.test'],
])('and however an international name of it is spelled: %j of %s', (to, account) => {
  expect(asks(to, PLAIN, 'set', account)).toBe(true);
});

test.each([
  `<query xmlns='jabber:iq&#58;register'><remove/></query>`,
  `<r:query xmlns:r='jabber:iq:register'><r:remove/></r:query>`,
  `<query xmlns="jabber:iq:&#x72;egister"><remove/></query>`,
  `<ping xmlns='urn:xmpp:ping'/>${PLAIN}`,
])('and however it is written: %s', (query) => {
  expect(asks('', query)).toBe(true);
});

test.each([
  ['a password changed by command', command('http://jabber.org/protocol/admin#change-user-password')],
  ['an account deleted by command', command('http://jabber.org/protocol/admin#delete-user')],
  ['sessions ended by command', command('http://jabber.org/protocol/admin#end-user-session', ` action='execute'`)],
  ['a step of one', command('http://jabber.org/protocol/admin#change-user-password', ` sessionid='s' action='complete'`)],
  ['a command of a module that nobody thought of', command('urn:example:reset-my-password')],
  ['a command in another prefix', `<c:command xmlns:c='http://jabber.org/protocol/commands' node='http://jabber.org/protocol/admin#delete-user'/>`],
  ['a client revoked', `<revoke xmlns='urn:xmpp:cam:0' id='1'/>`],
  ['the bookmarks’ node deleted', owner(`<delete node='urn:xmpp:bookmarks:1'/>`)],
  ['the older bookmarks’ node deleted', owner(`<delete node='storage:bookmarks'/>`)],
  ['every bookmark taken out at once', owner(`<purge node='urn:xmpp:bookmarks:1'/>`)],
  ['the bookmarks given to others', owner(`<affiliations node='urn:xmpp:bookmarks:1'><affiliation jid='tybalt@verona.test' affiliation='owner'/></affiliations>`)],
  ['the bookmarks opened to others', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('open')}</configure>`)],
  ['the bookmarks opened by a second form, which ejabberd heeds', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('whitelist')}${form('open')}</configure>`)],
  ['the bookmarks opened by a second value', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('whitelist</value><value>open')}</configure>`)],
  ['the bookmarks written by anybody', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('open', 'publish_model')}</configure>`)],
  ['the bookmarks forgotten as the device leaves', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('1', 'purge_offline')}</configure>`)],
  ['the bookmarks kept in memory alone', owner(`<configure node='storage:bookmarks'>${form('false', 'persist_items')}</configure>`)],
  ['the bookmarks’ node made for everybody', pubsub(`<create node='storage:bookmarks'/><configure>${form('open', 'publish_model')}</configure>`)],
  ['the bookmarks’ node made for everybody by the first that is published', pubsub(`<publish node='urn:xmpp:bookmarks:1'/><publish-options>${form('open')}</publish-options>`)],
  ['the bookmarks’ node deleted behind another', owner(`<delete node='other'/><delete node='urn:xmpp:bookmarks:1'/>`)],
  ['a login of XEP-0078', `<query xmlns='jabber:iq:auth'><username>romeo</username><password>x</password></query>`],
  ['another resource bound', `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>minimix</resource></bind>`],
])('%s is not for a device, however the server is named', (_what, payload) => {
  for (const to of ['', 'verona.test', 'Verona.TEST.', 'romeo@verona.test', 'ROMEO@verona.test/minimix', 'ｖerona.test']) expect(asks(to, payload), to).toBe(true);
});

test.each([
  ['a room’s registration', 'cave@rooms.verona.test', PLAIN, 'set'],
  ['a gateway’s', 'gateway.verona.test', PLAIN, 'set'],
  ['that of a gateway in another script', 'пример.test', PLAIN, 'set'],
  ['what a registration takes', '', PLAIN, 'get'],
  ['an answer', '', PLAIN, 'result'],
  ['the roster', '', `<query xmlns='jabber:iq:roster'/>`, 'set'],
  ['an invitation made for a friend', 'verona.test', command('urn:xmpp:invite#invite'), 'set'],
  ['a command of a gateway', 'gateway.verona.test', command('http://jabber.org/protocol/admin#delete-user'), 'set'],
  ['the clients that can log in', '', `<list xmlns='urn:xmpp:cam:0'/>`, 'get'],
  ['another node deleted', '', owner(`<delete node='urn:xmpp:avatar:data'/>`), 'set'],
  ['a node that is opened, keys of OMEMO say', '', owner(`<configure node='eu.siacs.conversations.axolotl.devicelist'>${form('open')}</configure>`), 'set'],
  ['the bookmarks’ node closed', '', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('whitelist')}</configure>`), 'set'],
  ['the bookmarks’ node configured as it is', '', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('publishers', 'publish_model')}</configure>`), 'set'],
  ['a bookmark', '', pubsub(`<publish node='urn:xmpp:bookmarks:1'/><publish-options>${form('whitelist')}${form('true', 'persist_items')}</publish-options>`), 'set'],
  ['an avatar for everybody', '', pubsub(`<publish node='urn:xmpp:avatar:data'/><publish-options>${form('open')}</publish-options>`), 'set'],
  ['the bookmarks’ node with room for more', '', owner(`<configure node='urn:xmpp:bookmarks:1'>${form('max', 'max_items')}</configure>`), 'set'],
  ['a node of another’s service', 'pubsub.verona.test', owner(`<delete node='urn:xmpp:bookmarks:1'/>`), 'set'],
])('%s is let through', (_what, to, payload, type) => {
  expect(asks(to, payload, type)).toBe(false);
});
