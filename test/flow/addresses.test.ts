// An address is one address, in each spelling that the server takes for it.
import { afterEach, describe, expect, test } from 'vitest';
import { openHouse } from '../support/house.ts';
import { uniqueName } from '../support/server.ts';
import { newAccount, servers } from '../support/servers.ts';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });

  test.each([
    ['straße', 'strasse'],
    ['ΣΑΣ', 'σασ'],
    ['Ｈａｌｌ', 'hall'],
    ['gar\u00adden', 'garden'],
  ])('a room that a person calls %s is joined as %s, once', async (typed, folded) => {
    const house = openHouse(server, await newAccount(server, 'alice'));
    open.push(house.stop);
    await house.online();
    const rest = `${uniqueName('')}@${server.archivedRooms}`.replace(/^-?/, '-');
    expect(await house.account.rooms.join(`${typed}${rest}`, { nick: 'alice' })).toMatchObject({ ok: true });
    expect(house.account.rooms.list()).toMatchObject([{ room: `${folded}${rest}`, state: 'joined' }]);
  });
});
