import { expect, test } from 'vitest';
import { changesAccount } from '../../../../src/frontends/bouncer/credentials/account-guard.ts';
import { stanzaFrom } from '../../../../src/xmpp/stanza.ts';

const PLAIN = `<query xmlns='jabber:iq:register'><username>romeo</username><password>x</password></query>`;
const asks = (to: string, query = PLAIN, type = 'set'): boolean =>
  changesAccount(stanzaFrom(`<iq xmlns='jabber:client' type='${type}' id='r'${to === '' ? '' : ` to='${to}'`}>${query}</iq>`), 'romeo@verona.test');

test.each(['', 'verona.test', 'VERONA.test', 'verona.test.', 'verona.test/x', 'ｖerona.test', 'romeo@verona.test', 'Romeo@Verona.test'])('a change of the login is one however the server is named: %j', (to) => {
  expect(asks(to)).toBe(true);
});

test.each([
  `<query xmlns='jabber:iq&#58;register'><remove/></query>`,
  `<r:query xmlns:r='jabber:iq:register'><r:remove/></r:query>`,
  `<query xmlns="jabber:iq:&#x72;egister"><remove/></query>`,
])('and however it is written: %s', (query) => {
  expect(asks('', query)).toBe(true);
});

test.each([
  ['cave@rooms.verona.test', PLAIN, 'set'],
  ['gateway.verona.test', PLAIN, 'set'],
  ['', PLAIN, 'get'],
  ['', `<query xmlns='jabber:iq:roster'/>`, 'set'],
])('what a room, a gateway or a reader asks is none: %j %s %s', (to, query, type) => {
  expect(asks(to, query, type)).toBe(false);
});
