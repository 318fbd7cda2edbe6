// /health and /metrics: for this computer alone, without a login and without names.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, openDoor, ROOM, smallDaemon } from './daemon-api.ts';

const { api, offered, report } = smallDaemon('alice@example.org');
let door: Awaited<ReturnType<typeof openDoor>>;
beforeAll(async () => {
  door = await openDoor(api);
});
afterAll(() => door.stop());

test('both answer without a login, and name nothing', async () => {
  const health = await ask(door.port, '/health');
  expect(health).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
  expect(JSON.parse(health.text)).toMatchObject({ status: 'ok', reasons: [] });
  const metrics = await ask(door.port, '/metrics');
  expect(metrics).toMatchObject({ status: 200, text: 'named 0\n', headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
});

test('whoever is let in is told names', async () => {
  expect((await ask(door.port, '/health', { headers: door.bearer })).text).toContain(ROOM);
  expect((await ask(door.port, '/metrics', { headers: door.bearer })).text).toBe('named 1\n');
});

test('a api that is not well answers 503', async () => {
  report.status = 'failing';
  expect((await ask(door.port, '/health')).status).toBe(503);
  report.status = 'ok';
});

test('another Host, a proxy, a page of another site and other methods get nothing', async () => {
  for (const path of ['/health', '/metrics']) {
    expect((await ask(door.port, path, { headers: { host: 'evil.example' } })).status).toBe(421);
    expect((await ask(door.port, path, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    for (const [name, value] of [['x-forwarded-for', '10.0.0.1'], ['forwarded', 'for=10.0.0.1'], ['sec-fetch-site', 'cross-site']] as const) {
      expect((await ask(door.port, path, { headers: { [name]: value } })).status, name).toBe(404);
    }
    expect((await ask(door.port, path, { method: 'POST' })).status).toBe(405);
  }
});

test('what the settings switch off is not there', async () => {
  offered.metrics = false;
  expect((await ask(door.port, '/metrics')).status).toBe(404);
  expect((await ask(door.port, '/health')).status).toBe(200);
  offered.metrics = true;
});
