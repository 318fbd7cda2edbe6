import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { openWebSocketDoor } from '../../../src/frontends/bouncer/server/websocket.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';

const undo = undoing();
const HEADER = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const MESSAGE = `<message><body>${'x'.repeat(100_000)}</body></message>`;

/** A browser's connection, reading nothing; `carrier` is our end of it. */
async function scene() {
  const carriers: Duplex[] = [];
  const door = openWebSocketDoor((carrier) => void carriers.push(carrier.on('error', () => undefined)));
  const server = createServer().on('upgrade', (request, socket, head) => void door.upgrade(request, socket, head)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  undo.push(() => void socket.destroy());
  socket.write('GET /xmpp-websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n');
  const carrier = await until(() => carriers[0], { what: 'the upgrade' });
  if (!carrier) throw new Error('nobody was taken');
  return { carrier, socket };
}

test('what waits for a browser that reads nothing is known, and what it has read waits no more', async () => {
  const { carrier, socket } = await scene();
  carrier.write(HEADER);
  for (let n = 0; n < 200; n += 1) carrier.write(MESSAGE);
  expect(carrier.writableLength).toBeGreaterThan(1_000_000);
  socket.resume();
  await until(() => carrier.writableLength === 0, { what: 'all to be read' });
});
