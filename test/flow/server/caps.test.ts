// XEP-0115: what the daemon's presence says of it, somebody has to be able to ask.
import { createHash } from 'node:crypto';
import { createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { cast, roomOf } from '../../support/rooms/rooms.ts';
import { servers } from '../../support/servers/servers.ts';

const CAPS = 'http://jabber.org/protocol/caps';
const INFO = 'http://jabber.org/protocol/disco#info';

/** 5.1, by hand. */
function version(query: Element): string {
  const identities = query.getChildren('identity').map(({ attrs }) => `${attrs['category']}/${attrs['type']}/${attrs['xml:lang'] ?? ''}/${attrs['name'] ?? ''}`);
  const features = query.getChildren('feature').map(({ attrs }) => String(attrs['var']));
  return createHash('sha1').update([...identities.toSorted(), ...features.toSorted()].map((one) => `${one}<`).join('')).digest('base64');
}

describe.each(servers)('on $kind', (server) => {
  const { minimix, person } = cast(server);

  test('a contact who is told of the daemon by its capabilities, and somebody in a room, are answered what the hash is of', async () => {
    const bob = await person('bob');
    const { account, who } = await minimix();
    const phone = await person(who, { resource: 'phone' });
    bob.send(xml('presence', { to: who.jid, type: 'subscribe' }));
    await phone.next((stanza) => stanza.attrs['type'] === 'subscribe');
    phone.send(xml('presence', { to: String(bob.jid.split('/')[0]), type: 'subscribed' }));
    const told = await bob.next((stanza) => stanza.attrs['from'] === `${who.jid}/minimix` && stanza.getChild('c', CAPS) !== undefined, { what: 'the daemon’s presence' });
    const { node, ver }: Record<string, string | undefined> = told.getChild('c', CAPS)?.attrs ?? {};
    const room = await roomOf(server, bob);
    await account.rooms.join(room, { nick: 'alice' });
    const ask = async (to: string): Promise<Element | undefined> => {
      const answer = await bob.iq(xml('iq', { type: 'get', to }, xml('query', { xmlns: INFO, node: `${node}#${ver}` })));
      return answer.getChild('query', INFO);
    };
    for (const to of [`${who.jid}/minimix`, `${room}/alice`]) {
      const query = await ask(to);
      expect(query?.attrs['node']).toBe(`${node}#${ver}`);
      expect(query && version(query)).toBe(ver);
    }
    // who has not been told what it is, is told nothing by asking
    await expect(bob.iq(xml('iq', { type: 'get', to: `${who.jid}/minimix` }, xml('query', { xmlns: INFO })))).rejects.toThrow(/^service-unavailable/);
    await expect(bob.iq(xml('iq', { type: 'get', to: `${who.jid}/minimix` }, xml('query', { xmlns: INFO, node: 'urn:minimix#guessed' })))).rejects.toThrow(/^service-unavailable/);
  });
});
