// What the person says to one occupant alone, by the page.
import { describe, expect, test } from 'vitest';
import { cast, roomOf } from '../../support/rooms/rooms.ts';
import { servers } from '../../support/servers/servers.ts';

describe.each(servers)('on $kind', (server) => {
  const { minimix, person } = cast(server);

  test('a private message reaches its occupant and no other, and is kept with to whom it went', async () => {
    const [bob, carol] = await Promise.all([person('bob'), person('carol')]);
    const room = await roomOf(server, bob);
    await carol.join(room, 'carol');
    const { account, archive } = await minimix();
    await account.rooms.join(room, { nick: 'alice' });
    expect(account.sending.sendPrivate(room, 'owner', 'for you alone')).toMatchObject({ ok: true });
    const heard = await bob.next((stanza) => stanza.getChildText('body') === 'for you alone');
    expect(heard.attrs).toMatchObject({ from: `${room}/alice`, type: 'chat' });
    const [kept] = archive.page({ account: account.jid, room, limit: 5, only: 'private' });
    expect(kept).toMatchObject({ nick: 'alice', kind: 'private', body: 'for you alone' });
    expect(kept?.xml).toContain(`${room}/owner`);
    await carol.settle();
    expect(carol.stanzas.filter((stanza) => stanza.getChildText('body') === 'for you alone')).toEqual([]);
  });

  test('what nobody would get is refused in a sentence, and not kept', async () => {
    const bob = await person('bob');
    const room = await roomOf(server, bob);
    const { account, archive } = await minimix();
    expect(account.sending.sendPrivate(room, 'owner', 'too early')).toMatchObject({ ok: false, error: { code: 'not-joined' } });
    await account.rooms.join(room, { nick: 'alice' });
    expect(account.sending.sendPrivate(room, 'dave', 'hello?')).toMatchObject({ ok: false, error: { code: 'not-there', message: 'dave is not in the room.' } });
    expect(account.sending.sendPrivate(room, 'owner', 'x'.repeat(2_000_000))).toMatchObject({ ok: false, error: { code: 'too-large' } });
    expect(archive.page({ account: account.jid, room, limit: 5, only: 'private' })).toEqual([]);
  });
});
