// A device that has logged in to the bouncer, and says anything.
import fc from 'fast-check';
import { createElement as xml, type Element } from 'ltx';
import { openDoor } from '../frontends/bouncer/door.ts';
import type { Person } from '../support/clients/person.ts';
import { ME, startRooms } from '../support/rooms/server.ts';
import { stanza } from './made.ts';
import type { FuzzTarget } from './target.ts';

const DOMAIN = 'scripted.test';

export const deviceTargets: readonly FuzzTarget[] = [
  {
    name: 'a device that says anything ends its own session at worst, and no other device’s',
    share: 20,
    async open() {
      const server = await startRooms({ asked: true });
      const who = { user: 'romeo', jid: ME, password: 'pencil' };
      const address = { kind: 'prosody', domain: DOMAIN, host: '127.0.0.1', port: server.port, directTlsPort: 0, httpPort: 0, caFile: '', ca: '', fingerprint: '', archivedRooms: '', plainRooms: '', dir: '', log: '' } as const;
      const door = await openDoor(address, who, { allowPlaintext: true });
      await door.minimix.online();
      const enter = (name: string): Promise<Person> => door.person(name, { priority: null });
      const good = await enter('good');
      let bad = await enter('bad');
      const property = fc.asyncProperty(fc.array(stanza.map(fromDevice), { minLength: 1, maxLength: 4 }), async (stanzas) => {
        const logged = [door.log.length, door.minimix.log.length] as const;
        bad.send(stanzas.join(''));
        const still = await bad.settle().then(() => true, () => false);
        await good.iq(xml('iq', { type: 'get', to: DOMAIN }, xml('ping', { xmlns: 'urn:xmpp:ping' })));
        if (door.minimix.account.status().connection.state !== 'online') throw new Error('the account is offline');
        const errors = [...door.log.slice(logged[0]), ...door.minimix.log.slice(logged[1])].filter((line) => line.startsWith('error'));
        if (errors.length > 0) throw new Error(errors.join('\n'));
        if (!still) {
          bad.kill();
          bad = await enter('bad');
        }
      });
      return {
        property,
        async close() {
          for (const one of [good, bad]) one.kill();
          await door.stop();
          await server.stop();
        },
      };
    },
  },
];

/** As a device sends it: what comes from others goes to them. */
function fromDevice(made: Element): string {
  const { from, ...others }: Record<string, string | undefined> = made.attrs;
  made.attrs = { ...others, ...(from !== undefined && { to: from }) };
  return made.toString();
}
