// What the first screen tells before anything is kept: a login that only reads, on real servers.
import { describe, expect, test } from 'vitest';
import { keepRoomsOut } from '../../../src/account/bookmarks/state.ts';
import { probeServer } from '../../../src/account/server/probe-server.ts';
import type { AccountSettings } from '../../../src/account/settings.ts';
import { readAll, writePrivate } from '../../support/clients/bookmarks.ts';
import { openMinimix } from '../../support/minimix.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import type { SharedServer } from '../../support/servers/server.ts';

const wire = (server: SharedServer, { jid }: Account): AccountSettings => ({
  jid,
  resource: 'minimix',
  server: { host: server.host, port: server.port },
  ca: server.ca,
});

describe.each(servers)('on $kind', (server) => {
  test('a first look tells bookmarks and server, and leaves no trace', async () => {
    const [who, someone] = await Promise.all([newAccount(server, 'alice'), newAccount(server, 'bob')]);
    const room = await server.room({ archive: true, name: 'garden' });
    const bob = await connectPerson(server, someone.user, someone.password);
    await bob.join(room, 'bob');
    const phone = await connectPerson(server, who.user, who.password, { resource: 'phone' });
    await writePrivate(phone, {
      [room]: { name: 'Garden', autojoin: true },
      [`nobody-here@${server.plainRooms}`]: { autojoin: false },
      'friends@rooms.nowhere.invalid': { autojoin: true },
    });
    const before = JSON.stringify(await readAll(phone));
    await Promise.all([bob.settle(), phone.settle()]);
    // ejabberd itself tells the account's own resources of the end of a session that never showed presence.
    const heardBy = ({ stanzas }: Person): string[] => stanzas.map(String).filter((text) => server.kind !== 'ejabberd' || !text.endsWith('-look" type="unavailable"/>'));
    const heard = [bob, phone].map(heardBy);
    const found = await probeServer({ settings: wire(server, who), password: who.password, log: () => undefined });
    if (!found.ok) throw new Error(found.error.message);
    expect(found.value.rooms.map(({ room: jid, autojoin, state, occupants }) => [jid, autojoin, state, occupants])).toEqual([
      ['friends@rooms.nowhere.invalid', true, 'unreachable', null],
      [room, true, 'there', 1],
      [`nobody-here@${server.plainRooms}`, false, 'missing', null],
    ]);
    expect(found.value).toMatchObject({ account: who.jid, mam: true, resumes: true });
    expect(found.value.services).toContain(server.plainRooms);
    expect(JSON.stringify(await readAll(phone))).toBe(before);
    await Promise.all([bob.settle(), phone.settle()]);
    expect([bob, phone].map(heardBy)).toEqual(heard);
    await Promise.all([bob.close(), phone.close()]);
  });

  test('a wrong password is refused, and a server that is not there is to be named', async () => {
    const who = await newAccount(server, 'alice');
    const wrong = await probeServer({ settings: wire(server, who), password: 'wrong', log: () => undefined });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'refused', message: 'The server does not accept this address and password.' } });
    const nowhere = { ...wire(server, who), server: { host: '127.0.0.1', port: 1 } };
    const lost = await probeServer({ settings: nowhere, password: who.password, log: () => undefined });
    expect(lost).toMatchObject({ ok: false, error: { code: 'unreachable' } });
  });

  test('a certificate that no authority vouches for is told with its fingerprint, and trusted by it', async () => {
    const who = await newAccount(server, 'alice');
    const { ca: _, ...settings } = wire(server, who);
    const unknown = await probeServer({ settings, password: who.password, log: () => undefined });
    const certificate = server.fingerprint.replaceAll(':', '').toLowerCase();
    expect(unknown).toMatchObject({ ok: false, error: { code: 'untrusted', cause: { certificate } } });
    expect(await probeServer({ settings: { ...settings, pin: certificate }, password: who.password, log: () => undefined })).toMatchObject({ ok: true });
  });

  test('a room that was unticked is not entered, and its bookmark stays as it was', async () => {
    const who = await newAccount(server, 'alice');
    const [wanted, unticked] = await Promise.all([server.room({ archive: true }), server.room({ archive: true })]);
    const phone = await connectPerson(server, who.user, who.password, { resource: 'phone' });
    await writePrivate(phone, { [wanted]: { autojoin: true }, [unticked]: { autojoin: true } });
    const home = openMinimix(server, who, { before: (archive) => keepRoomsOut(archive, who.jid, [unticked]) });
    await home.state(wanted, 'joined');
    expect(home.account.rooms.list().map(({ room }) => room)).toEqual([wanted]);
    expect((await readAll(phone)).private[unticked]?.autojoin).toBe(true);
    const joined = await home.account.rooms.join(unticked);
    expect(joined).toMatchObject({ ok: true, value: { state: 'joined' } });
    await home.stop();
    await phone.close();
  });
});
