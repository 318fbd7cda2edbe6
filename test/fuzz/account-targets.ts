// A whole account, with relay, commands and its archive as a service, at a server that sends it anything.
import fc from 'fast-check';
import { createReader } from '../../src/xmpp/transport/reader.ts';
import { DEFAULT_LIMITS } from '../../src/xmpp/transport/splitter.ts';
import { openMinimix, type Minimix } from '../support/minimix.ts';
import { ME, startRooms, type RoomServer } from '../support/rooms/server.ts';
import { HEADER, stanza } from './made.ts';
import type { FuzzTarget } from './target.ts';

const ROOM = 'cave@rooms.scripted.test';

export const accountTargets: readonly FuzzTarget[] = [
  {
    name: 'an account goes on, and its archive can be read, whatever its server sends',
    share: 40,
    async open() {
      const server = await startRooms();
      const minimix = openMinimix({ host: '127.0.0.1', port: server.port }, { jid: ME, password: 'pencil' }, { allowPlaintext: true });
      await minimix.online();
      let sent = 0;
      const property = fc.asyncProperty(fc.array(stanza.map(String).filter(endsNoStream), { minLength: 1, maxLength: 6 }), async (stanzas) => {
        if (minimix.account.rooms.list().find(({ room }) => room === ROOM)?.state !== 'joined') await minimix.account.rooms.join(ROOM, { nick: 'romeo' });
        const logged = minimix.log.length;
        const { since } = onlineOf(minimix);
        server.send(...stanzas);
        sent += stanzas.length;
        await fence(server, `fence-${sent}`);
        if (onlineOf(minimix).since !== since) throw new Error('the stream has ended');
        const errors = minimix.log.slice(logged).filter((line) => line.startsWith('error '));
        if (errors.length > 0) throw new Error(errors.join('\n'));
        lookAgain(minimix, sent);
      });
      return { property, close: async () => void (await Promise.all([minimix.stop(), server.stop()])) };
    },
  },
];

/** XMPP has stanzas that a server must not pass on, and that end the stream. */
function endsNoStream(made: string): boolean {
  const { fault, closed } = createReader(DEFAULT_LIMITS).read(Buffer.from(HEADER + made));
  return fault === undefined && !closed;
}

async function fence(server: RoomServer, id: string): Promise<void> {
  server.send(`<iq type='get' id='${id}' from='scripted.test'><ping xmlns='urn:xmpp:ping'/></iq>`);
  await server.heard.next(({ attrs }) => attrs['id'] === id, { what: 'the fence', deadline: 20_000 });
}

function onlineOf({ account, log }: Minimix): { readonly since: number } {
  const { connection } = account.status();
  if (connection.state === 'online') return connection;
  throw new Error(`the account is ${connection.state}: ${log.slice(-3).join('; ')}`);
}

/** All that the page asks for, of each room there is; a stanza brings one occupant at most. */
function lookAgain({ account, archive }: Minimix, stanzas: number): void {
  for (const { room } of archive.rooms(ME)) {
    const which = { account: ME, room, limit: 20 };
    archive.page(which);
    archive.view(which);
    archive.gaps(ME, room);
    if (account.rooms.occupants(room).length > stanzas + 1) throw new Error('there is no end of occupants');
    account.rooms.ledger(room, 20);
  }
  if (!archive.find({ account: ME, text: 'hello', limit: 20 }).ok) throw new Error('the search is refused');
  JSON.stringify([account.rooms.list(), account.devices.list(), account.rooms.invitations(), account.history.readStates(), account.bookmarks.list(), account.bookmarks.held(), account.status()]);
}
