// A silent drop, made on a real server behind everybody's back.
import { describe, expect, test } from 'vitest';
import { cast, noted, roomOf, story } from '../../support/rooms/rooms.ts';
import { prosody as server } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

describe('a silent drop on prosody', () => {
  const { minimix, person } = cast(server);

  test.each([{ archive: true }, { archive: false }])('is found by the self-ping; we are in again, with all that was missed (archive: $archive)', async ({ archive }) => {
    const bob = await person('bob');
    const room = await roomOf(server, bob, archive);
    const { account, bodies } = await minimix({ times: { silence: 300, every: 50, answer: 2_000 } });
    await account.rooms.join(room, { nick: 'alice' });
    await bob.say(room, 'before');
    const domain = room.slice(room.indexOf('@') + 1);
    await server.run(`> local room = prosody.hosts["${domain}"].modules.muc.get_room_from_jid("${room}"); `
      + `local alice = room:get_occupant_by_nick("${room}/alice"); for jid in alice:each_session() do room._jid_nick[jid] = nil end; `
      + `room._occupants["${room}/alice"] = nil; return "done"`);
    await bob.say(room, 'while nobody knew');
    await noted(account, room, 'unverified');
    await until(() => story(account, room).filter((line) => line === 'self alice').length === 2, { what: 'the return' });
    await bob.say(room, 'after');
    await until(() => bodies(room).includes('after'), { what: 'the last word' });
    await until(() => bodies(room).filter(Boolean).length === 3, { what: 'all three' });
    expect(bodies(room).filter(Boolean)).toEqual(['before', 'while nobody knew', 'after']);
    expect(account.rooms.ledger(room, 10).find(({ event }) => event === 'unverified')?.text).toContain('silently dropped you');
    const proven = account.rooms.list()[0]?.verifiedAt ?? '';
    await until(() => (account.rooms.list()[0]?.verifiedAt ?? '') > proven, { what: 'a later proof' });
  });
});
