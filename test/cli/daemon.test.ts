// The daemon as a process: one to a home, stopped by signals, reached by the command line. No XMPP server is
// needed.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { freePorts } from '../support/servers/server.ts';
import { until } from '../support/until.ts';
import { openArchive } from '../../src/archive/archive.ts';
import { appendInside, ORCHARD, T0 } from '../archive/support.ts';
import { addressOf, apiOf, isAlive, makeHome, type Home } from '../support/daemon.ts';

const ALICE = 'alice@example.org';
let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

/** An address of loopback where nothing answers. */
async function nowhere(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('a second daemon on the home is refused and told who is there; a second home has its own', async () => {
  const first = await home.start();
  const second = await home.cli(['run']);
  expect(second).toMatchObject({ code: 4, stdout: '' });
  expect(second.stderr).toContain(`process ${home.pid()}`);
  expect(second.stderr).toContain(new URL(first).origin);
  const other = makeHome();
  const neighbour = await other.start();
  expect(new URL(neighbour).port).not.toBe(new URL(first).port);
  await other.remove();
  expect((await home.cli(['status'])).code).toBe(0);
});

test('after kill -9 the home is free at once, and commands know that nobody is there', async () => {
  await home.start();
  await home.end('SIGKILL');
  expect(await readdir(home.dir)).toContain('daemon.json');
  expect((await home.cli(['status'])).code).toBe(3);
  await home.start();
  expect((await home.cli(['status'])).stdout).toContain(`process ${home.pid()}`);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s stops it cleanly: exit code 0, and nobody is named any more',
  async (signal) => {
    await home.start();
    expect(await home.end(signal)).toBe(0);
    expect(await readdir(home.dir)).not.toContain('daemon.json');
    expect(home.log()).toContain('stopped');
  },
);

test('an open event stream and a person who waits do not keep it from stopping', async () => {
  await home.start();
  const { url, token } = addressOf(home);
  const stream = await fetch(`${url}/api/events`, { headers: { authorization: `Bearer ${token}` } });
  expect(stream.status).toBe(200);
  expect(await home.end('SIGTERM')).toBe(0);
  await stream.body?.cancel().catch(() => {}); // the daemon has cut it
});

test('the token of the command line is for the owner alone, and new in each run', async () => {
  await home.start();
  const token = addressOf(home).token;
  expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(32);
  expect(home.log()).not.toContain(token);
  await home.end('SIGTERM');
  await home.start();
  expect(addressOf(home).token).not.toBe(token);
});

test('the printed address lets one browser in, once; `page` makes another', async () => {
  const page = await home.start();
  const enter = async (address: string) => {
    const { origin, searchParams } = new URL(address);
    return (await fetch(`${origin}/login`, { method: 'POST', headers: { authorization: `Ticket ${searchParams.get('t')}` } })).status;
  };
  expect(await enter(page)).toBe(200);
  expect(await enter(page)).toBe(401);
  const { stdout } = await home.cli(['page']);
  expect(await enter(stdout.trim())).toBe(200);
});

test('accounts come and go while the daemon runs, and are still there after a restart', async () => {
  await home.start();
  const add = ['account', 'add', ALICE, '--server', await nowhere(), '--password-stdin'];
  expect(await home.cli(add, 'hunter2\n')).toMatchObject({ code: 0, stderr: '' });
  expect(await home.cli(add, 'hunter2\n')).toMatchObject({ code: 1, stdout: '' });
  await until(async () => (await home.json<Record<string, unknown>>(['status']))[0]?.['state'] === 'waiting', {
    what: 'it to have tried',
  });
  expect(await home.json<Record<string, unknown>>(['account', 'list'])).toMatchObject([{ account: ALICE }]);
  await home.cli(
    ['account', 'add', 'bob@example.org', '--server', await nowhere(), '--password-stdin'],
    'x\n',
  );
  expect(await home.cli(['say', 'cave@muc.example.org', 'hi'])).toMatchObject({ code: 2, stdout: '' });
  expect(await home.cli(['account', 'remove', 'bob@example.org'])).toMatchObject({ code: 0 });
  await home.end('SIGTERM');
  expect(home.log()).not.toContain('hunter2');
  await home.start();
  expect(await home.json<Record<string, unknown>>(['status'])).toMatchObject([{ account: ALICE }]);
  await home.end('SIGTERM');
  expect(await home.json<Record<string, unknown>>(['account', 'list'])).toEqual([{ account: ALICE, state: 'not running' }]);
});

test('a room that is not here is named by what lists a room, which ends with 1', async () => {
  await home.cli(['account', 'add', ALICE, '--server', await nowhere(), '--password-stdin'], 'x\n');
  await home.start();
  const room = 'typo@muc.example.org';
  expect(await home.cli(['history', room])).toEqual({ code: 1, stdout: '', stderr: `minimix: There is no room ${room} in the archive: \`minimix rooms\` lists your rooms.\n` });
  for (const words of [['history', room, '--json'], ['rooms', room], ['rooms', room, '--log']]) {
    expect(await home.cli(words)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(room) });
  }
});

test(
  'a join while the server is out of reach is refused in one sentence, with 1',
  async () => {
    await home.cli(['account', 'add', ALICE, '--server', await nowhere(), '--password-stdin'], 'x\n');
    await home.start();
    const { code, stdout, stderr } = await home.cli(['join', 'cave@muc.example.org']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  },
);

test('its log is one JSON object a line where nobody watches', async () => {
  await home.start();
  await home.end('SIGTERM');
  const lines = home.log().trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('the daemon is up');
});

test('the port in the settings is the one that is used', async () => {
  const [port] = await freePorts(1);
  await writeFile(
    join(home.dir, 'settings.json'),
    JSON.stringify({ version: 1, web: { port }, accounts: [] }),
  );
  expect(new URL(await home.start()).port).toBe(String(port));
});

test('what nobody foresaw is logged and ends the daemon with 1; the home is free then', async () => {
  const program = JSON.stringify(new URL('../../src/daemon/foreground.ts', import.meta.url).href);
  const code = `
    const { runInForeground } = await import(${program});
    void runInForeground({ home: ${JSON.stringify(home.dir)}, version: '0', verbose: false, env: process.env, pages: 'x' });
    process.stdout.write = () => { queueMicrotask(() => { throw new Error('the sky fell'); }); return true; };`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [err] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(child.exitCode).toBe(1);
  expect(err).toContain('the daemon is up');
  expect(err).toContain('the sky fell');
  await home.start();
});

test('a damaged archive is set aside, and said in the log and by `status`', async () => {
  await writeFile(join(home.dir, 'archive.db'), 'this was a database once '.repeat(1000));
  await home.start();
  const [problem] = (await home.json<{ problem: string; message: string }>(['status'])).slice(-1);
  expect(problem).toMatchObject({ problem: 'archive-damaged', message: expect.stringContaining('The damaged file is now') });
  expect((await readdir(home.dir)).some((name) => name.startsWith('archive.db.damaged-'))).toBe(true);
  expect(home.log()).toContain('The archive was damaged');
});

test('an archive that is damaged while the daemon runs is told with each answer that needs it, and salvaged at the next start', async () => {
  const file = join(home.dir, 'archive.db');
  expect(await home.cli(['account', 'add', ALICE, '--server', await nowhere(), '--password-stdin'], 'hunter2\n')).toMatchObject({ code: 0 });
  const before = openArchive(file);
  before.transaction(() => {
    for (let n = 0; n < 3_000; n += 1) appendInside(before, { account: ALICE, body: `word${n}`, stanzaId: `s${n}`, arrivedAt: T0 + n, xml: `<m>${'x'.repeat(400)}</m>` });
  });
  before.close();
  await home.start();
  const pid = home.pid();
  const disk = await open(file, 'r+');
  const pages = Math.floor((await disk.stat()).size / 4096);
  for (let page = Math.floor(pages / 4); page < pages - 40; page += 5) await disk.write(Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
  await disk.close();
  const said = new Set<string>();
  let read = 0;
  for (let n = 0; n < 30; n += 1) {
    await apiOf(home).history.query({ room: ORCHARD, limit: 100, from: new Date(T0 + n * 100).toISOString() }).then(
      (messages) => (read += messages.length),
      (error: unknown) => said.add(error instanceof Error ? error.message : String(error)),
    );
  }
  expect([...said]).toEqual([expect.stringContaining('The archive is damaged')]);
  expect(isAlive(pid), home.log()).toBe(true);
  expect(await home.stop(), home.log()).toBe(0);
  await home.start();
  const [problem] = (await home.json<{ problem: string; message: string }>(['status'])).slice(-1);
  expect(problem).toMatchObject({ problem: 'archive-damaged', message: expect.stringContaining('The damaged file is now') });
  expect((await apiOf(home).history.query({ room: ORCHARD, limit: 100 })).length + read).toBeGreaterThan(0);
});
