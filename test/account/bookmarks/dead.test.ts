// Rooms that have not answered for days are listed for tidying, and never removed unasked.
import { expect, test } from 'vitest';
import { presenceError, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'garden@rooms.scripted.test';
const DAY = 24 * 3600_000;
const world = worlds();

test('a room is dead once nothing has come of it for the days of the settings, however often it was tried, and alive once it answers', async () => {
  let at = Date.UTC(2026, 10, 1);
  const { account, script, drop, online } = await world({ now: () => at });
  const dead = (): boolean | undefined => account.bookmarks.list()[0]?.dead;
  const { deadDays } = account.bookmarks.settings();
  script(ROOM, { join: (presence) => presenceError(String(presence.attrs['to']), 'remote-server-not-found') });
  for (let day = 0; day <= deadDays; day += 1) {
    expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: false, error: { code: 'service-down' } });
    expect(dead()).toBe(false);
    at += DAY;
  }
  drop();
  await online();
  at += DAY;
  expect(dead()).toBe(true);
  expect(account.bookmarks.list()).toMatchObject([{ room: ROOM, autojoin: true }]);
  script(ROOM, {});
  await until(async () => (await account.rooms.join(ROOM)).ok, { what: 'the room to let us in' });
  expect(dead()).toBe(false);
});

test('a room that was destroyed is dead at once', async () => {
  const { account, script, settle, send } = await world();
  script(ROOM, {});
  await account.rooms.join(ROOM, { nick: 'romeo' });
  send(`<presence type='unavailable' from='${ROOM}/romeo'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'/><destroy/><status code='110'/></x></presence>`);
  await settle();
  expect(account.bookmarks.list()).toMatchObject([{ room: ROOM, dead: true }]);
});
