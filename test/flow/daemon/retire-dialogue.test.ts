// Retiring as a person does it, on a terminal: what is asked, what is shown before it counts, and how to get out of it.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { homeState } from '../../../src/config/lock.ts';
import { apiOf, makeHome, type Home } from '../../support/daemon.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { runInTerminal, type Terminal } from '../../support/terminal.ts';
import { until } from '../../support/until.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Alice in two rooms; no daemon runs any more. */
async function scene(): Promise<{ home: Home; jid: string; rooms: readonly [string, string] }> {
  const [server] = servers;
  if (!server) throw new Error('no server');
  const alice = await newAccount(server, 'alice');
  const rooms = [await server.room({ archive: false, name: 'a-garden' }), await server.room({ archive: false, name: 'b-market' })] as const;
  const home = makeHome();
  undo.push(home.remove);
  await home.addAccount(server, alice);
  rmSync(join(home.dir, 'test-ca.pem')); // the test's own; it is in the settings
  await home.start();
  await until(async () => (await apiOf(home).status.query()).accounts[0]?.connection.state === 'online', { what: 'alice to be online' });
  for (const room of rooms) await apiOf(home).join.mutate({ room, nick: 'ali' });
  return { home, jid: alice.jid, rooms };
}

function retire(home: Home): Terminal {
  const terminal = runInTerminal(['--home', home.dir, 'retire'], { MINIMIX_KEYRING: 'off' });
  undo.push(terminal.kill);
  return terminal;
}

const KEEP = '[keep/leave/choose]';
const SURE = 'Type “retire” to continue';

test('each room is asked for, all is shown before the last word, and only that word does it', async () => {
  const { home, jid, rooms: [garden, market] } = await scene();

  const unsure = retire(home);
  await unsure.answer(KEEP, 'perhaps');
  expect(await unsure.ended()).toBe(1);
  expect(unsure.shown()).toContain('Nothing was done.');

  const wary = retire(home);
  await wary.answer(KEEP, 'leave');
  await wary.answer(SURE, 'yes');
  expect(await wary.ended()).toBe(1);
  expect(wary.shown()).toContain(`keeps 0 rooms, leaves 2 (${garden}, ${market}).`);
  expect(existsSync(join(home.dir, 'retire.json'))).toBe(false);
  expect((await apiOf(home).rooms.query({})).map(({ state }) => state)).toEqual(['joined', 'joined']);

  const sure = retire(home);
  await sure.answer(KEEP, 'c');
  await sure.answer(`${garden}: [keep/leave]`, 'k');
  await sure.answer(`${market}: [keep/leave]`, 'Leave ');
  await sure.answer(SURE, 'retire');
  expect(await sure.ended(), sure.shown()).toBe(0);
  expect(sure.shown()).toContain(`${jid} is in 2 rooms. Your clients join the ones that you keep on their own.`);
  expect(sure.shown()).toContain(`keeps 1 rooms, leaves 1 (${market}).`);
  expect(sure.shown()).toContain('The archive is deleted and NOT exported first (--export FILE does that).');
  expect(sure.shown()).toContain(`Left ${market}.`);
  expect(sure.shown()).toContain('Minimix is retired.');
  expect(existsSync(home.dir)).toBe(false);
});

test('Ctrl-C or Ctrl-D in the middle does nothing, and ends the daemon that was started to ask', async () => {
  const { home } = await scene();
  await home.stop();
  for (const key of ['\u0003', '\u0004']) {
    const terminal = retire(home);
    await terminal.answer(KEEP, 'keep');
    expect(homeState(home.dir).held).toBe(true); // by one of its own
    await terminal.answer(SURE, key);
    expect(await terminal.ended()).not.toBe(0);
    expect(existsSync(join(home.dir, 'archive.db'))).toBe(true);
    expect(existsSync(join(home.dir, 'retire.json'))).toBe(false);
    await until(() => !homeState(home.dir).held, { what: 'the daemon to be gone', deadline: 20_000 });
  }
});
