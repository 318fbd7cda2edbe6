import { Command } from 'commander';
import { afterEach, expect, test } from 'vitest';
import type { World } from '../../src/cli/context.ts';
import { roomCommands } from '../../src/cli/rooms.ts';
import { fail, ok, type Result } from '../../src/core/errors.ts';
import { openDoor, ROOM, smallDaemon } from '../frontends/web/daemon-api.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The command line beside a daemon in whose one room others want to be too, and whose answer to a leave is that. */
async function commandLine(answer: Result<undefined>, wishes: { readonly bookmark: boolean; readonly person: boolean; readonly devices: readonly string[] }) {
  const { api } = smallDaemon('alice@example.org');
  const { rooms } = api.accounts()[0] ?? {};
  if (rooms) Object.assign(rooms, { list: () => [{ account: 'alice@example.org', room: ROOM, state: 'joined', wishes }], leave: async () => answer });
  const door = await openDoor(api);
  stops.push(door.stop);
  const out: string[] = [];
  const world = {
    terminal: { colour: false, width: 80 },
    out: (text: string) => void out.push(text),
    findHome: () => 'a home',
    findDaemon: async () => ({ pid: 1, url: door.url, token: 'the-cli-token' }),
  } as unknown as World;
  const program = new Command().exitOverride();
  roomCommands(program, world);
  return { out, run: (...words: string[]) => program.parseAsync(words, { from: 'user' }) };
}

test('whose wishes ended with a leave is told once the room is left', async () => {
  const all = await commandLine(ok(undefined), { bookmark: true, person: true, devices: ['phone'] });
  await all.run('leave', ROOM);
  expect(all.out.join('')).toBe(`Left ${ROOM}.\nIt was also wanted by its bookmark, phone: those wishes ended too.\n`);
  const one = await commandLine(ok(undefined), { bookmark: false, person: true, devices: ['phone'] });
  await one.run('leave', ROOM);
  expect(one.out.join('')).toBe(`Left ${ROOM}.\nIt was also wanted by phone: that wish ended too.\n`);
});

test('a leave that is refused ends no wish, and tells of none', async () => {
  const { out, run } = await commandLine(fail('unknown-room', 'It is not in the list.'), { bookmark: true, person: true, devices: [] });
  await expect(run('leave', ROOM)).rejects.toThrow('It is not in the list.');
  expect(out).toEqual([]);
});
