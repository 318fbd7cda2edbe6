// A login whose reading of the bookmarks fails half-way: what is told from then on is heard all the same.
import { expect, test } from 'vitest';
import { openBookmarkSync } from '../../../src/account/bookmarks/sync.ts';
import type { AccountContext, Transaction } from '../../../src/account/context.ts';
import { stanzaFrom } from '../../../src/xmpp/stanza.ts';

const ME = 'romeo@scripted.test';
const ROOMS = ['cave@rooms.scripted.test', 'hall@rooms.scripted.test'] as const;
const told = (room: string) =>
  stanzaFrom(`<message from='${ME}' type='headline'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='urn:xmpp:bookmarks:1'>` +
    `<item id='${room}'><conference xmlns='urn:xmpp:bookmarks:1'/></item></items></event></message>`);

test('a reading of the storages that fails keeps no event back, neither of before nor of after it', async () => {
  const life = new AbortController();
  let looks = 0;
  const context = {
    jid: ME,
    connection: { iq: async () => ({ ok: false, error: { condition: 'item-not-found' } }), status: () => ({ state: 'offline' }) },
    log: () => undefined,
    signal: life.signal,
    now() {
      looks += 1;
      if (looks === 2) throw new Error('The second storage is one too many.');
      return 0;
    },
  } as unknown as AccountContext;
  const unused = {} as never;
  const sync = openBookmarkSync(context, unused, unused);
  const transaction = { onCommit: (work: () => void) => work() } as unknown as Transaction;
  const reading = sync.load();
  sync.receive(transaction, told(ROOMS[0]));
  await expect(reading).rejects.toThrow('one too many');
  const rooms = () => [...(sync.content('native')?.list.keys() ?? [])];
  expect(rooms()).toEqual([ROOMS[0]]);
  sync.receive(transaction, told(ROOMS[1]));
  expect(rooms()).toEqual(ROOMS);
  life.abort();
});
