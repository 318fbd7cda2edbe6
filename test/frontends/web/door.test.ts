import { connect } from 'node:net';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, newStore, openDoor, ROOM, smallDaemon } from './daemon-api.ts';

const alice = 'alice@example.org';
const { api, said } = smallDaemon(alice);
let clock = Date.now();
let pages: string;
let door: Awaited<ReturnType<typeof openDoor>>;

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'minimix-pages-'));
  pages = join(root, 'dist');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<!doctype html><title>Minimix</title>');
  await writeFile(join(pages, 'assets', 'main-1.js'), 'export {};');
  await writeFile(join(root, 'secret.json'), 'the password');
  await symlink(join(root, 'secret.json'), join(pages, 'assets', 'link.json'));
  door = await openDoor(api, pages, () => clock);
});
afterAll(async () => {
  await door.stop();
  await rm(join(pages, '..'), { recursive: true });
});

const say = (headers: Record<string, string>, body = JSON.stringify({ room: ROOM, body: 'hello' })) =>
  ask(door.port, '/api/say', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
const own = (): string => `http://127.0.0.1:${door.port}`;
async function logIn(): Promise<string> {
  const { headers } = await ask(door.port, `/?t=${door.access.mint()}`);
  return headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

test('the door is on one address of loopback, and on no other', async (context) => {
  if (process.platform !== 'linux') return context.skip('only Linux has the rest of 127.0.0.0/8 without asking for it');
  const reaches = async (host: string): Promise<boolean> => {
    const socket = connect(door.port, host);
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false; // refused
    } finally {
      socket.destroy();
    }
  };
  // who listens on all addresses listens on 127.0.0.2 too
  expect([await reaches('127.0.0.1'), await reaches('127.0.0.2'), await reaches('::1')]).toEqual([true, false, false]);
});

test('the command line is let in by its token', async () => {
  expect((await say(door.bearer)).status).toBe(200);
  expect(said).toContain('hello');
});

test('a wrong token, none, and a token in another scheme are refused before the call is read', async () => {
  const before = said.length;
  for (const authorization of [undefined, 'Bearer the-cli-tokem', 'Basic the-cli-token', 'Bearer']) {
    const answer = await say(authorization === undefined ? {} : { authorization });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.text).error.data.fault).toBe('unauthorized');
  }
  expect(said.length).toBe(before);
});

test('a rebound DNS name in Host is refused, whatever the token', async () => {
  for (const host of [
    'evil.example',
    `evil.example:${door.port}`,
    '127.0.0.1',
    `127.0.0.1:${door.port + 1}`,
  ]) {
    expect((await say({ ...door.bearer, host })).status, host).toBe(421);
  }
  expect((await ask(door.port, '/', { headers: { host: `evil.example:${door.port}` } })).status).toBe(421);
});

test('every loopback name with the port is a name of ours', async () => {
  for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
    const host = `${name}:${door.port}`;
    expect((await ask(door.port, '/api/status', { headers: { ...door.bearer, host } })).status, host).toBe(
      200,
    );
  }
});

test('a request with an absolute target is refused', async () => {
  const headers = { ...door.bearer, host: `127.0.0.1:${door.port}` };
  for (const path of ['http://evil.example/api/status', '//evil.example/api/status']) {
    expect((await ask(door.port, path, { headers })).status, path).toBe(400);
  }
});

test('a page of another origin is refused, one on another port of loopback too, even with the cookie', async () => {
  const cookie = await logIn();
  for (const origin of [
    'https://evil.example',
    'http://127.0.0.1:1',
    'null',
    `https://127.0.0.1:${door.port}`,
  ]) {
    expect((await say({ cookie, origin })).status, origin).toBe(403);
    expect((await say({ ...door.bearer, origin })).status, origin).toBe(403);
  }
  expect((await say({ cookie, origin: own() })).status).toBe(200);
});

test('the cookie alone moves nothing: Origin or Sec-Fetch-Site must prove our own page', async () => {
  const cookie = await logIn();
  const read = (headers: Record<string, string>) =>
    ask(door.port, '/api/status', { headers: { cookie, ...headers } });
  expect((await say({ cookie })).status).toBe(403);
  expect((await say({ cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(403);
  for (const site of ['cross-site', 'same-site', 'none']) {
    expect((await read({ 'sec-fetch-site': site })).status, site).toBe(403);
  }
  expect((await read({})).status).toBe(403);
  expect((await read({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
});

test('a verb that changes something is not to be had by GET', async () => {
  const input = encodeURIComponent(JSON.stringify({ room: ROOM, body: 'by GET' }));
  const answer = await ask(door.port, `/api/say?input=${input}`, { headers: door.bearer });
  expect(answer.status).toBe(405);
  expect(said).not.toContain('by GET');
});

test('a one-time address lets one browser in, once, and leaves no token in the address bar', async () => {
  const ticket = door.access.mint();
  const first = await ask(door.port, `/?t=${ticket}`);
  expect(first.status).toBe(303);
  expect(first.headers.location).toBe('/');
  const cookie = first.headers['set-cookie']?.[0] ?? '';
  expect(cookie).toContain('HttpOnly');
  expect(cookie).toContain('SameSite=Strict');
  expect((await ask(door.port, '/', { headers: { cookie: cookie.split(';')[0] ?? '' } })).status).toBe(200);
  const second = await ask(door.port, `/?t=${ticket}`);
  expect(second.status).toBe(401);
  expect(second.headers['set-cookie']).toBeUndefined();
});

test('a one-time address that nobody opened within a quarter of an hour is void', async () => {
  const ticket = door.access.mint();
  clock += 15 * 60_000 + 1;
  expect((await ask(door.port, `/?t=${ticket}`)).status).toBe(401);
});

test('a session that nobody used for a month is void', async () => {
  const cookie = await logIn();
  clock += 31 * 24 * 3_600_000;
  expect((await ask(door.port, '/', { headers: { cookie } })).status).toBe(401);
});

test('an open page goes on after a restart, and what is kept for it opens nothing', async () => {
  const store = newStore();
  const first = await openDoor(api, pages, Date.now, 0, store);
  const { headers } = await ask(first.port, `/?t=${first.access.mint()}`);
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const { port } = first;
  await first.stop();
  const second = await openDoor(api, pages, Date.now, port, store);
  expect(second.port).toBe(port);
  expect((await ask(port, '/', { headers: { cookie } })).status).toBe(200);
  const stolen = `minimix-${port}=${store.read()[0]?.[0]}`;
  expect((await ask(port, '/', { headers: { cookie: stolen } })).status).toBe(401);
  await second.stop();
});

test('without a session there is no page and no script', async () => {
  for (const path of ['/', '/index.html', '/assets/main-1.js']) {
    expect((await ask(door.port, path)).status, path).toBe(401);
  }
});

test('the page is given, and nothing outside of its directory', async () => {
  const headers = { cookie: await logIn() };
  expect((await ask(door.port, '/', { headers })).text).toContain('<title>Minimix</title>');
  expect((await ask(door.port, '/assets/main-1.js', { headers })).headers['content-type']).toContain(
    'text/javascript',
  );
  const outside = [
    '/../secret.json',
    '/assets/../../secret.json',
    '/%2e%2e/secret.json',
    '/assets/link.json',
    '/.env.json',
  ];
  for (const path of outside) {
    const answer = await ask(door.port, path, { headers });
    expect(answer.status, path).toBe(404);
    expect(answer.text, path).not.toContain('the password');
  }
});

test('every answer carries the strict policy', async () => {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  const cookie = await logIn();
  const answers = [
    await ask(door.port, '/', { headers: { cookie } }),
    await ask(door.port, '/'),
    await ask(door.port, '/api/status', { headers: door.bearer }),
    await ask(door.port, '/', { headers: { host: 'evil.example' } }),
  ];
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toBe(policy);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('a preflight of another origin gets no leave', async () => {
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
  const answer = await ask(door.port, '/api/say', { method: 'OPTIONS', headers });
  expect(answer.status).toBe(403);
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
});

test('a page that is not built says how to build it', async () => {
  const bare = await openDoor(api);
  const { headers } = await ask(bare.port, `/?t=${bare.access.mint()}`);
  const cookie = headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const answer = await ask(bare.port, '/', { headers: { cookie } });
  await bare.stop();
  expect(answer.status).toBe(503);
  expect(answer.text).toContain('npm run build');
});

test('a body over the limit is refused, announced or not', async () => {
  const body = JSON.stringify({ room: ROOM, body: 'x'.repeat(600 * 1024) });
  expect((await say({ ...door.bearer, 'content-length': String(body.length) }, body)).status).toBe(413);
  expect((await say({ ...door.bearer, 'transfer-encoding': 'chunked' }, body)).status).toBe(413);
});

test('headers over the limit are refused', async () => {
  expect((await say({ ...door.bearer, 'x-long': 'x'.repeat(20_000) })).status).toBe(431);
});

test('what is not HTTP ends the connection, not the server', async () => {
  const socket = connect(door.port, '127.0.0.1');
  socket.resume().write('<stream:stream to="example.org">\r\n\r\n');
  await once(socket, 'close');
  expect((await ask(door.port, '/api/status', { headers: door.bearer })).status).toBe(200);
});

test('a taken port is passed over for the next one', async () => {
  const { startServer } = await import('../../../src/frontends/web/server/server.ts');
  const second = await startServer(door.port, (_request, response) => response.end());
  expect(second.port).not.toBe(door.port);
  await second.stop();
});
