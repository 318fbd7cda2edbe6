import { createServer, connect, type LookupFunction } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { fetchFile, guardedLookup, type OutsideTrust } from '../../src/daemon/outside.ts';

const trust: OutsideTrust = { domain: 'example.net', ca: undefined, loopback: false };

const refused = [
  ['loopback', '::1'],
  ['no address', '::'],
  ['IPv4 in the compatible form', '::10.0.0.1'],
  ['a public one in it', '::192.0.2.1'],
  ['IPv4 mapped', '::ffff:10.0.0.1'],
  ['a public one mapped', '::ffff:192.0.2.1'],
  ['IPv4 translated', '::ffff:0:10.0.0.1'],
  ['NAT64', '64:ff9b::10.0.0.1'],
  ['NAT64 of a public one', '64:ff9b::c000:201'],
  ['NAT64 of a network', '64:ff9b:1::10.0.0.1'],
  ['6to4', '2002:a00:1::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['site-local', 'fec0::1'],
  ['unique local', 'fd00::1'],
  ['link-local', 'fe80::1'],
  ['multicast', 'ff02::1'],
] as const;

const alsoRefused = [
  ['link-local with a zone', 'fe80::1%eth0'],
  ['a private network', '192.168.1.1'],
  ['what is no address', 'nonsense'],
] as const;

test.each([...refused])('a picture is not fetched from %s: %s', async (_what, address) => {
  const fetched = await fetchFile(`https://[${address}]/a.png`, 1000, { trust, patience: 10 });
  expect(fetched).toMatchObject({ ok: false, error: { code: 'bad-link' } });
});

/** What the name turns into for whoever connects; the message where it is refused. */
function asked(addresses: readonly { address: string; family: number }[], all: boolean): Promise<unknown> {
  const lookup = guardedLookup(trust, (_host, _options, callback) => callback(null, [...addresses]));
  return new Promise((resolve) => lookup('pictures.example.org', { all }, (error, found) => resolve(error?.message ?? found)));
}

test.each([...refused, ...alsoRefused])(
  'nor from a name that turns into %s: %s',
  async (_what, address) => {
    const family = address.includes(':') ? 6 : 4;
    expect(await asked([{ address, family }], true)).toMatch('private network');
    expect(await asked([{ address, family }], false)).toMatch('private network');
  },
);

test('a name with addresses of both kinds is reached at those that are public, and no other is tried', async () => {
  const here = { address: '192.0.2.7', family: 4 };
  expect(await asked([{ address: '10.0.0.1', family: 4 }, here, { address: '64:ff9b::a00:1', family: 6 }], true)).toEqual([here]);
  expect(await asked([{ address: '10.0.0.1', family: 4 }, here], false)).toBe('192.0.2.7');
});

test('the connection goes to the address that was checked: the name is looked up once', async () => {
  const server = createServer((socket) => socket.end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  let lookups = 0;
  // a name of the account's own domain, which may be at home; the second answer would lead elsewhere
  const lookup: LookupFunction = guardedLookup({ ...trust, domain: 'example.org' }, (_host, _options, callback) => {
    lookups += 1;
    callback(null, [{ address: lookups === 1 ? '127.0.0.1' : '10.255.255.1', family: 4 }]);
  });
  const socket = connect({ host: 'pictures.example.org', port: bound.port, lookup });
  await once(socket, 'connect');
  expect([socket.remoteAddress, lookups]).toEqual(['127.0.0.1', 1]);
  socket.destroy();
  server.close();
});
