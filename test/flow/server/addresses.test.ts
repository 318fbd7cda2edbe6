// An address is one address, in each spelling that the server takes for it.
import { afterEach, describe, expect, test } from 'vitest';
import { openMinimix } from '../../support/minimix.ts';
import { uniqueName } from '../../support/servers/server.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';

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
    const minimix = openMinimix(server, await newAccount(server, 'alice'));
    open.push(minimix.stop);
    await minimix.online();
    const rest = `${uniqueName('')}@${server.archivedRooms}`.replace(/^-?/, '-');
    expect(await minimix.account.rooms.join(`${typed}${rest}`, { nick: 'alice' })).toMatchObject({ ok: true });
    expect(minimix.account.rooms.list()).toMatchObject([{ room: `${folded}${rest}`, state: 'joined' }]);
  });
});
