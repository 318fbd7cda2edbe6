// The account's own address is no room, whoever says so.
import { expect, test } from 'vitest';
import { ME, worlds } from '../../support/rooms/scripted.ts';

const open = worlds();

test.each([ME, ME.toUpperCase(), `${ME}.`])('the account does not join itself, spelled %s: what it says to itself is no room’s', async (spelled) => {
  const { account, heard, settle } = await open();
  expect(await account.rooms.join(spelled, { nick: 'evil' })).toMatchObject({ ok: false, error: { code: 'bad-jid' } });
  await settle();
  expect(account.rooms.list()).toEqual([]);
  expect(heard.all.filter((stanza) => stanza.is('presence') && stanza.attrs['to'] !== undefined)).toEqual([]);
});
