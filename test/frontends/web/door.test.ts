import { connect } from 'node:net';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnections } from '../../../src/frontends/web/server/connections.ts';
import { ask, openDoor, ROOM, smallDaemon } from './daemon-api.ts';

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
/** What the page's script does with the ticket of its address: the header that it says from then on. */
async function logIn(one: { port: number; access: { mint(): string } } = door): Promise<{ authorization: string }> {
  const { text } = await ask(one.port, '/login', { method: 'POST', headers: { authorization: `Ticket ${one.access.mint()}` } });
  return { authorization: `Bearer ${JSON.parse(text).token}` };
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

test('a page of another origin is refused, one on another port of loopback too, even with the token', async () => {
  const token = await logIn();
  for (const origin of ['https://evil.example', 'http://127.0.0.1:1', 'null', `https://127.0.0.1:${door.port}`]) {
    expect((await say({ ...token, origin })).status, origin).toBe(403);
    expect((await say({ ...door.bearer, origin })).status, origin).toBe(403);
    const login = await ask(door.port, '/login', { method: 'POST', headers: { origin, authorization: `Ticket ${door.access.mint()}` } });
    expect(login.status, origin).toBe(403);
  }
  expect((await say({ ...token, origin: own() })).status).toBe(200);
});

test('no answer sets a cookie, and no cookie opens anything', async () => {
  const ticket = door.access.mint();
  const token = (await logIn()).authorization.split(' ')[1] ?? '';
  const answers = [
    await ask(door.port, `/?t=${ticket}`),
    await ask(door.port, '/login', { method: 'POST', headers: { authorization: `Ticket ${ticket}` } }),
    await ask(door.port, '/api/status', { headers: { authorization: `Bearer ${token}` } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const { headers } of answers) expect(headers['set-cookie']).toBeUndefined();
  const cookie = `minimix-${door.port}=${token}`;
  for (const path of ['/api/status', '/picture?id=1']) {
    expect((await ask(door.port, path, { headers: { cookie, 'sec-fetch-site': 'same-origin' } })).status, path).toBe(401);
  }
});

test('a verb that changes something is not to be had by GET', async () => {
  const input = encodeURIComponent(JSON.stringify({ room: ROOM, body: 'by GET' }));
  const answer = await ask(door.port, `/api/say?input=${input}`, { headers: door.bearer });
  expect(answer.status).toBe(405);
  expect(said).not.toContain('by GET');
});

test('a one-time address lets one browser in, once', async () => {
  const headers = { authorization: `Ticket ${door.access.mint()}` };
  const first = await ask(door.port, '/login', { method: 'POST', headers });
  expect(first.status).toBe(200);
  const authorization = `Bearer ${JSON.parse(first.text).token}`;
  expect((await ask(door.port, '/api/status', { headers: { authorization } })).status).toBe(200);
  const second = await ask(door.port, '/login', { method: 'POST', headers });
  expect(second.status).toBe(401);
  expect(second.text).not.toContain('token');
});

test('a login is asked by POST, and a ticket is no token', async () => {
  const ticket = door.access.mint();
  expect((await ask(door.port, '/login', { headers: { authorization: `Ticket ${ticket}` } })).status).toBe(404);
  expect((await say({ authorization: `Bearer ${ticket}` })).status).toBe(401);
  expect((await ask(door.port, '/login', { method: 'POST', headers: door.bearer })).status).toBe(401);
});

test('a one-time address that nobody opened within a quarter of an hour is void', async () => {
  const ticket = door.access.mint();
  clock += 15 * 60_000 + 1;
  expect((await ask(door.port, '/login', { method: 'POST', headers: { authorization: `Ticket ${ticket}` } })).status).toBe(401);
});

test('a session that nobody used for a month is void', async () => {
  const token = await logIn();
  clock += 31 * 24 * 3_600_000;
  expect((await say(token)).status).toBe(401);
});

test('a token dies with the daemon: the next one on that port refuses it', async () => {
  const first = await openDoor(api, pages);
  const token = await logIn(first);
  expect((await ask(first.port, '/api/status', { headers: token })).status).toBe(200);
  const { port } = first;
  await first.stop();
  const second = await openDoor(api, pages, Date.now, port);
  expect(second.port).toBe(port);
  expect((await ask(port, '/api/status', { headers: token })).status).toBe(401);
  await second.stop();
});

test('a picture has an address for a minute, of that picture alone', async () => {
  const token = await logIn();
  const signing = await ask(door.port, '/api/sign', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...token },
    body: JSON.stringify({ paths: ['/avatar?account=a%40example.org&room=r%40example.org&nick=bob&hash=0'] }),
  });
  const path: string = JSON.parse(signing.text).result.data[0];
  const asked = async (where: string): Promise<number> => (await ask(door.port, where)).status;
  expect(await asked(path)).toBe(204);
  expect(await asked(path.replace('nick=bob', () => 'nick=eve'))).toBe(401);
  expect(await asked(`${path}&nick=eve`)).toBe(401);
  expect(await asked(path.replace(/until=\d/, (start) => `${start}9`))).toBe(401);
  expect(await asked(path.replace('/avatar', () => '/picture'))).toBe(401);
  expect((await ask(door.port, path, { method: 'PUT' })).status).toBe(401);
  clock += 60_001;
  expect(await asked(path)).toBe(401);
});

test('only what is a picture is signed', async () => {
  const headers = { 'content-type': 'application/json', ...(await logIn()) };
  for (const path of ['/files?account=a%40example.org&name=x', '/api/status?x', '/picture', '//evil.example/picture?id=1']) {
    expect((await ask(door.port, '/api/sign', { method: 'POST', headers, body: JSON.stringify({ paths: [path] }) })).status, path).toBe(400);
  }
});

test('the page is given to whoever may reach it, and holds nothing of anybody’s', async () => {
  const answer = await ask(door.port, '/?t=nothing');
  expect([answer.status, answer.text]).toEqual([200, '<!doctype html><title>Minimix</title>']);
});

test('the page is given, and nothing outside of its directory', async () => {
  expect((await ask(door.port, '/')).text).toContain('<title>Minimix</title>');
  expect((await ask(door.port, '/assets/main-1.js')).headers['content-type']).toContain(
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
    const answer = await ask(door.port, path);
    expect(answer.status, path).toBe(404);
    expect(answer.text, path).not.toContain('the password');
  }
});

test('every answer carries the strict policy', async () => {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  const answers = [
    await ask(door.port, '/'),
    await ask(door.port, '/api/status'),
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
  const answer = await ask(bare.port, '/');
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
  const second = await startServer(door.port, (_request, response) => response.end(), createConnections());
  expect(second.port).not.toBe(door.port);
  await second.stop();
});
