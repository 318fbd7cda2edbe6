// Whoever comes to the bouncer's port to be in the way, and a device that says too much.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { doors } from '../../frontends/bouncer/doors.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { prosody as server } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const { open, door, atLogin } = doors(server);

/** A connection from an address of loopback: each counts as a computer of its own. */
async function silent(port: number, localAddress: string): Promise<Socket> {
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => undefined); // it may be closed for another one
  open.push({ close: () => void socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

const auth = (mechanism: string, message: string): string => `<auth xmlns='${SASL}' mechanism='${mechanism}'>${Buffer.from(message).toString('base64')}</auth>`;

test('silent connections of many computers leave room for a device: the oldest of whoever has the most go', async () => {
  const one = await door();
  const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'];
  for (const address of addresses) await Promise.all(Array.from({ length: 24 }, () => silent(one.port, address)));
  expect((await one.person('phone')).jid).toContain('/phone');
  await atLogin(one);
});

test('silent connections of a device’s own computer leave room for it, too', async () => {
  const one = await door();
  await Promise.all(Array.from({ length: 60 }, () => silent(one.port, '127.0.0.1')));
  expect((await one.person('phone')).jid).toContain('/phone');
});

test('TLS that never ends is sent away when the time for a login is over, and a device comes in beside it', async () => {
  const one = await door({ times: { login: 5_000 } }); // the device has no more than that either
  const sockets = await Promise.all(Array.from({ length: 20 }, () => silent(one.directTlsPort, '127.0.0.1')));
  const closed = sockets.map((socket) => once(socket.resume(), 'close'));
  const hello = Buffer.from('16030100f8010000f40303', 'hex'); // begins a ClientHello, and goes on a byte at a time
  const dribble = setInterval(() => sockets.forEach((socket, n) => socket.writable && socket.write(hello.subarray(n % 11, (n % 11) + 1))), 50);
  open.push({ close: () => clearInterval(dribble) });
  await Promise.all(closed);
  await atLogin(one);
});

test('logins that are begun and never ended are few on one connection', async () => {
  const one = await door();
  const stranger = await atLogin(one);
  const begin = auth('SCRAM-SHA-256', `n,,n=${one.alice.user},r=abcdefgh1234`);
  for (let n = 1; n <= 60 && !stranger.heard().includes('policy-violation'); n += 1) {
    stranger.send(begin);
    await until(() => stranger.heard().split('<challenge').length > n || stranger.heard().includes('policy-violation'), { what: 'an answer' });
  }
  expect(stranger.heard()).toContain('policy-violation');
  await stranger.ended();
});

test.each(['SCRAM-SHA-256', 'PLAIN'])('by %s a stranger’s name and the account’s are answered alike, whomever they would act for', async (mechanism) => {
  const one = await door();
  const answers = async (user: string, authzid: string): Promise<string[]> => {
    const stranger = await atLogin(one);
    stranger.send(mechanism === 'PLAIN' ? auth(mechanism, `${authzid}\0${user}\0guess`) : auth(mechanism, `n,${authzid === '' ? '' : `a=${authzid}`},n=${user},r=abcdefgh1234`));
    await stranger.hears(/<\/challenge>|<\/failure>/);
    if (mechanism !== 'PLAIN') {
      const challenge = Buffer.from(/<challenge[^>]*>([^<]*)</.exec(stranger.heard())?.[1] ?? '', 'base64').toString();
      const nonce = /^r=([^,]+)/.exec(challenge)?.[1] ?? '';
      const gs2 = Buffer.from(`n,${authzid === '' ? '' : `a=${authzid}`},`).toString('base64');
      stranger.send(`<response xmlns='${SASL}'>${Buffer.from(`c=${gs2},r=${nonce},p=${Buffer.alloc(32).toString('base64')}`).toString('base64')}</response>`);
      await stranger.hears(/<\/failure>/);
    }
    return [...stranger.heard().matchAll(/<(challenge|not-authorized|invalid-authzid|malformed-request)/g)].map(([, name]) => String(name));
  };
  const known = one.alice.user;
  const expected = mechanism === 'PLAIN' ? ['not-authorized'] : ['challenge', 'not-authorized'];
  for (const [user, authzid] of [[known, ''], ['nobody', ''], [known, one.alice.jid], ['nobody', `nobody@${server.domain}`], [known, 'mallory@elsewhere.test'], ['nobody', one.alice.jid]] as const) {
    expect(await answers(user, authzid), `${user} for ${authzid}`).toEqual(expected);
  }
});

test('a device whose password is right, and that logs in again and again, takes no other’s place', async () => {
  const one = await door();
  const laptop = await one.person('laptop');
  const { password } = await one.device('stolen');
  let inside = 0;
  for (let n = 0; n < 42; n += 1) {
    await connectPerson(server, one.alice.user, password, { resource: `stolen-${n}`, port: one.port, ca: one.ca }).then(
      (stolen) => {
        inside += 1;
        open.push(stolen);
      },
      () => undefined, // it is refused: that is one way
    );
  }
  const unbound = await Promise.all(Array.from({ length: 70 }, async () => {
    const stranger = await atLogin(one).catch(() => undefined); // closed for a newer one
    stranger?.send(auth('PLAIN', `\0${one.alice.user}\0${password}`));
    return stranger;
  }));
  await until(() => unbound.some((stranger) => stranger?.heard().includes('<success')), { what: 'a login' });
  expect(inside).toBeGreaterThan(0);
  await laptop.settle(); // it was in before, and is still
  expect((await one.person('phone')).jid).toContain('/phone');
});

test('a device puts out nobody who is logged in to the server itself, by no resource', async () => {
  const one = await door();
  const desk = await connectPerson(server, one.alice.user, one.alice.password, { resource: 'desk' });
  open.push(desk);
  await until(() => one.minimix.account.devices.list().some(({ resource, online }) => resource === 'desk' && online), { what: 'the desk to be known' });
  const stolen = await one.person('stolen', { resource: 'desk' });
  expect(stolen.jid).toMatch(/\/desk\.[0-9a-f]{6}$/);
  await desk.settle();
});

test('what a device says over 512 KiB is refused to it alone: its stream goes on, and its counters hold', async () => {
  const one = await door();
  const [phone, laptop] = [await one.person('phone'), await one.person('laptop')];
  open.push(phone, laptop);
  phone.send(`<message to='${laptop.jid}' type='chat' id='huge'><body>${'x'.repeat(700_000)}</body></message>`);
  phone.send(`<iq to='${server.domain}' type='get' id='huge-question'><query xmlns='jabber:iq:version'>${'y'.repeat(700_000)}</query></iq>`);
  phone.send(`<message to='${laptop.jid}' type='chat' id='small'><body>still here</body></message>`);
  for (const id of ['huge', 'huge-question']) {
    const refused = await phone.next((stanza) => stanza.attrs['id'] === id);
    expect(refused.attrs['type']).toBe('error');
    expect(refused.getChild('error')?.getChild('policy-violation')).toBeDefined();
  }
  await laptop.next((stanza) => stanza.getChildText('body') === 'still here');
  await phone.settle();
});
