import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import type { World } from '../../src/cli/context.ts';
import { withHoles } from '../../src/cli/messages.ts';
import { localTime } from '../../src/cli/print.ts';
import { indented, oneLine, safeJson } from '../../src/core/printable.ts';
import { openLog } from '../../src/daemon/log/log.ts';
import { openDoor, ROOM, smallDaemon } from '../frontends/web/daemon-api.ts';

// What the terminal of whoever reads this would obey, bidirectional marks and invisible tags included.
const HARMFUL =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;
const EVIL = 'a\u001b]0;owned\u0007b\u001b[2Jc\u009b31md\re\u202egpj.exe\u2066\u{e0041}\u2028f\ng\u0000';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function unused(): never {
  throw new Error('a daemon runs: the files are not touched');
}

async function open() {
  const small = smallDaemon('alice@example.org');
  const door = await openDoor(small.api);
  stops.push(door.stop);
  let out = '';
  const world: World = {
    version: '0.0.0',
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    out: (text) => void (out += text),
    err: (text) => void (out += text),
    findHome: () => 'home',
    findDaemon: async () => ({ pid: 1, url: door.url, token: 'the-cli-token' }),
    runDaemon: async () => 0,
    runTray: async () => 0,
    files: { list: async () => [], add: async () => unused(), password: async () => unused(), remove: async () => unused(), bouncer: async () => unused() },
    settings: { path: unused, list: unused, valueOf: unused, set: async () => unused() },
    retiring: { read: unused, write: unused, startDaemon: unused, stopOwn: unused, stopDaemon: unused, removeService: unused, forgetSecrets: unused, erase: unused },
    doctor: unused,
    reach: unused,
    log: { path: unused, readable: unused },
    service: unused,
    archive: { export: unused, import: unused, backup: unused, restore: unused },
    terminal: { columns: undefined, style: (style, text) => (style === 'bold' ? `*${text}*` : text) },
  };
  let code = 0;
  const run = async (...args: string[]): Promise<string> => {
    out = '';
    code = await runCommandLine(args, world);
    return out;
  };
  return { ...small, run, exitCode: () => code };
}

test('what a stranger said moves nothing on the terminal, and cannot pass for another message', async () => {
  const { run, tell } = await open();
  tell(EVIL);
  tell('2 2026-11-23 00:00:00 <alice> hi');
  tell('first\n3 2026-11-23 00:00:00 <alice> I owe bob money');
  for (const args of [
    ['history', ROOM],
    ['search', 'e'],
    ['search', 'e', '--json'],
    ['history', ROOM, '--json'],
  ]) {
    const out = await run(...args);
    expect(out, args.join(' ')).not.toMatch(HARMFUL);
    expect(out.split('\n').filter((line) => line.startsWith('3 ')).length, out).toBeLessThanOrEqual(1);
  }
});

test('--json gives the text whole, each message on one line', async () => {
  const { run, tell } = await open();
  tell(EVIL);
  const lines = (await run('history', ROOM, '--json')).trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    id: 1,
    account: 'alice@example.org',
    room: ROOM,
    nick: 'bob',
    at: '2026-11-23T00:00:00.000Z',
    body: EVIL,
    stanzaId: 's1',
    originId: null,
  });
});

test('a nick and a reason of a stranger are one line of text in the list of rooms', async () => {
  const { run, api } = await open();
  const [account] = api.accounts();
  const [room] = account?.rooms.list() ?? [];
  if (!account || !room) throw new Error('the small api has a room');
  Object.assign(account.rooms, { list: () => [{ ...room, nick: EVIL, reason: EVIL, verifiedAt: undefined }] });
  const out = await run('rooms');
  expect(out).not.toMatch(HARMFUL);
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(await run('rooms', '--json'))).toEqual({
    account: 'alice@example.org',
    room: ROOM,
    state: 'joined',
    nick: EVIL,
    occupants: 2,
    verifiedAt: null,
    reason: EVIL,
    nonAnonymous: null,
    catchUp: null,
    logged: null,
    wanted: null,
    nickRefusal: null,
    notify: null,
    presence: null,
  });
});

test('a refusal that quotes a stranger is harmless too', async () => {
  const { run, api } = await open();
  Object.assign(api.accounts()[0]?.rooms ?? {}, {
    join: async () => ({ ok: false, error: { code: 'kicked', message: EVIL } }),
  });
  const out = await run('join', ROOM);
  expect(out).not.toMatch(HARMFUL);
  expect(out).toContain('owned');
});

test('the log escapes what a terminal would obey, and leaves secrets out by their names', () => {
  for (const pretty of [true, false]) {
    let out = '';
    const { log } = openLog((line) => void (out += line), { pretty, level: 'info' });
    log('warn', `heard ${EVIL}`, {
      nick: EVIL,
      password: 'hunter2',
      deep: { authToken: 'hunter3', list: [{ token: 'hunter4' }] },
    });
    expect(out).not.toMatch(HARMFUL);
    expect(out).not.toMatch(/hunter/);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
  }
});

test('text that harms nobody stays as it is: accents, emoji with joiners, Arabic, Hebrew', () => {
  for (const text of ['déjà vu', '👩‍👩‍👧 ok', 'مرحبا', 'שלום', '日本語']) {
    expect(oneLine(text)).toBe(text);
    expect(indented(text, '  ')).toBe(text);
    expect(JSON.parse(safeJson(text))).toBe(text);
  }
});

test('a lone surrogate comes through JSON whole', () => {
  expect(JSON.parse(safeJson('a\ud800b'))).toBe('a\ud800b');
});

test('a hole in the archive is a line where it lies, and an object with `gap`', async () => {
  const { run, tell, gaps } = await open();
  const at = (minute: number): number => Date.UTC(2026, 10, 23, 12, minute);
  for (const minute of [10, 20, 40]) tell(`at ${minute}`, undefined, { at: at(minute) });
  const hole = { id: 1, account: 'alice@example.org', room: ROOM, from: at(20), to: at(40), cause: `out of reach ${EVIL}` };
  gaps.push(hole);
  const lines = (await run('history', ROOM)).trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[2]).toContain(`missing: ${localTime(at(20))} to ${localTime(at(40))}: out of reach`);
  expect(lines[2]).not.toMatch(HARMFUL);
  const objects = (await run('history', ROOM, '--json')).trimEnd().split('\n').map((line) => JSON.parse(line) as object);
  expect(objects[2]).toEqual({
    account: 'alice@example.org',
    room: ROOM,
    gap: { from: '2026-11-23T12:20:00.000Z', to: '2026-11-23T12:40:00.000Z', cause: hole.cause },
  });
});

test.each([
  { page: ['1', '2'], gap: ['0', '1'], toTheEnd: false, shown: ['gap', '1', '2'] },
  { page: ['3', '4'], gap: ['1', '2'], toTheEnd: false, shown: ['3', '4'] },
  { page: ['3', '4'], gap: ['4', '6'], toTheEnd: false, shown: ['3', '4'] },
  { page: ['3', '4'], gap: ['4', '6'], toTheEnd: true, shown: ['3', '4', 'gap'] },
  { page: [], gap: ['4', '6'], toTheEnd: true, shown: ['gap'] },
])('a page of $page with a hole of $gap shows $shown (last page: $toTheEnd)', ({ page, gap: [from = '', to = ''], toTheEnd, shown }) => {
  const lines = withHoles(page.map((at) => ({ at })), [{ from, to }], toTheEnd);
  expect(lines.map((line) => ('at' in line ? line.at : 'gap'))).toEqual(shown);
});

test('what a search found stands out, and no more than it', async () => {
  const { run, api, tell } = await open();
  const message = tell(`good ${EVIL} morrow`);
  const text = `good ${EVIL} morrow`;
  Object.assign(api, {
    find: async () => ({ ok: true, hits: [{ message, shownAt: message.archiveId, excerpt: { text, marks: [[0, 4], [text.length - 6, text.length]] } }], more: false }),
  });
  const out = await run('search', 'good', 'morrow');
  expect(out).toContain('*good* ');
  expect(out).toContain(' *morrow*\n');
  expect(out).not.toMatch(HARMFUL);
});

test('a room in which nothing was said yet is no unknown room', async () => {
  const { run, exitCode, api } = await open();
  Object.assign(api.archive, { range: () => [], last: () => undefined });
  expect(await run('history', ROOM)).toBe('No messages yet.\n');
  expect(exitCode()).toBe(0);
});

test('completion is told the rooms, and none that a shell would obey', async () => {
  const { run, api } = await open();
  const [account] = api.accounts();
  const [room] = account?.rooms.list() ?? [];
  if (!account || !room) throw new Error('the small daemon has a room');
  Object.assign(account.rooms, { list: () => ['$(reboot)@muc.example.org', '-n@muc.example.org', 'höhle@muc.example.org'].map((name) => ({ ...room, room: name })), invitations: () => [] });
  Object.assign(account.bookmarks, { list: () => [] });
  expect(await run('complete', 'rooms')).toBe('höhle@muc.example.org\n');
});

test('help lists every command under a title', async () => {
  const { run } = await open();
  const help = await run('--help');
  expect(help.match(/(?<=^\*)[A-Z]\w+:(?=\*$)/gm)).toEqual(['Options:', 'Daemon:', 'Accounts:', 'Rooms:', 'Messages:', 'Devices:', 'Archive:', 'More:']);
});

test('a problem of the api is told with the status', async () => {
  const { run, problems } = await open();
  problems.push({ code: 'archive-damaged', message: 'The archive was damaged.', at: '2026-11-23T12:00:00.000Z' });
  expect(await run('status')).toContain(`Problem since ${localTime('2026-11-23T12:00:00.000Z')}: The archive was damaged.`);
  const last = (await run('status', '--json')).trimEnd().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toMatchObject({ problem: 'archive-damaged' });
});

test.each([
  [['search', 'nowhere'], 'Nothing found.\n'],
  [['devices'], 'No device of yours was seen yet.\n'],
])('an empty list says so to a person, and is empty to a program: %j', async (args, sentence) => {
  const { run } = await open();
  expect(await run(...args)).toBe(sentence);
  expect(await run(...args, '--json')).toBe('');
});

test('what is asked wrongly is refused as all else is, with where more is said', async () => {
  const { run } = await open();
  expect(await run('search')).toBe("minimix: missing required argument 'text'\n(see --help)\n");
});

test('an account that is not here is named, with what lists those that are', async () => {
  const { run } = await open();
  expect(await run('--account', 'bob@example.org', 'presence')).toBe('minimix: There is no account bob@example.org here; `minimix account list` shows all.\n');
});
