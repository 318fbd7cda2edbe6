// Passwords and tokens are planted, everything is made to fail at the most talkative level, and then all that the daemon
// lets out of its hands is searched for them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { isAlive, addressOf, apiOf, makeHome } from '../../support/daemon.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { startProsody } from '../../support/servers/prosody.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';

const undo = undoing();

const PASSWORD = 'planted"account&password<0>';
const ROOM_PASSWORD = 'planted-room-password-1';

/** As they are, and in the forms in which they travel. */
const formsOf = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
];

function everythingIn(dir: string): { name: string; bytes: Buffer }[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ name: entry.name, bytes: readFileSync(join(entry.parentPath, entry.name)) }));
}

/** A device that fails to log in: SASL PLAIN with that password, over TLS. */
async function failLogin(port: number, jid: string, password: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['xmpp-client'] });
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  const [local = '', domain = ''] = jid.split('@');
  socket.write(`<stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await until(() => heard.includes('</stream:features>'), { what: 'the features' });
  const plain = Buffer.from(`\0${local}\0${password}`).toString('base64');
  socket.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`);
  await until(() => /<failure|<\/stream:stream>/.test(heard), { what: 'the refusal' });
  socket.destroy();
}

test('no password and no token is in log, crash report, process list, environment, export, backup or what is told', { timeout: 120_000 }, async () => {
  const server = await startProsody();
  undo.push(server.stop);
  const alice = { user: 'alice', password: PASSWORD, jid: await server.register('alice', PASSWORD) };
  const bob = await server.register('bob', 'bob');
  const home = makeHome();
  const out = mkdtempSync(join(tmpdir(), 'minimix-out-'));
  undo.push(home.remove, () => rmSync(out, { recursive: true }));
  await home.addAccount(server, alice);
  await home.cli(['settings', 'set', 'log.level', 'debug']);
  const printed: string[] = [];
  const said = async (...args: string[]): Promise<void> => {
    const { stdout, stderr } = await home.cli(args);
    printed.push(stdout, stderr);
  };
  const page = await home.start();
  const api = apiOf(home);
  await until(async () => (await api.status.query()).accounts[0]?.connection.state === 'online', { what: 'alice to be online' });

  // rooms, with a password that is wrong and with one that is right
  const room = await server.room({ archive: true, owners: [bob] });
  const owner = await connectPerson(server, 'bob', 'bob');
  undo.push(owner.close);
  await owner.join(room, 'bob');
  await server.run(`> prosody.hosts['${server.archivedRooms}'].modules.muc.get_room_from_jid('${room}'):set_password('${ROOM_PASSWORD}'); return 'done'`);
  for (const password of ['planted-wrong-room-password', ROOM_PASSWORD]) await api.join.mutate({ room, password }).catch((error: unknown) => printed.push(String(error)));
  await owner.say(room, 'words that are kept');
  await until(async () => (await api.history.query({ room })).some(({ body }) => body === 'words that are kept'), { what: 'the words' });
  const bookmark = (await api.bookmarks.list.query({})).find((one) => one.room === room);
  expect(bookmark).toMatchObject({ hasPassword: true });

  // devices, tickets, sessions
  const anywhere = { host: '127.0.0.1', port: 0 };
  const bouncer = await api.bouncer.on.mutate({ listen: anywhere, directTls: anywhere });
  const device = await api.bouncer.addDevice.mutate({ name: 'Phone' });
  await failLogin(bouncer.on ? bouncer.directTlsPort : 0, alice.jid, 'planted-wrong-device-password');
  const { token, url } = addressOf(home);
  const ticket = new URL(page).searchParams.get('t') ?? '';
  const logIn = { method: 'POST', headers: { authorization: `Ticket ${ticket}` } };
  const entered = z.object({ token: z.string() }).parse(await (await fetch(`${url}/login`, logIn)).json());
  const lone = (await api.page.mutate()).url.split('t=')[1] ?? '';
  printed.push(await (await fetch(`${url}/login`, logIn)).text()); // used before
  for (const path of [`/?t=${ticket}`, `/api/nothing?token=${token}`]) printed.push(await (await fetch(url + path, { headers: { authorization: `Bearer ${token}x` } })).text());

  // everything fails: the link, the password on the server, a request that makes no sense
  await server.halt({ crash: true });
  await until(async () => (await api.status.query()).accounts[0]?.connection.state === 'waiting', { what: 'the connection to be lost' });
  await said('doctor');
  await said('doctor', '--json');
  await server.restart();
  await server.run(`> assert(require 'core.usermanager'.set_password('alice', 'another', '${server.domain}')); return 'done'`);
  await server.kickSessions('alice');
  await until(async () => ['refused', 'waiting'].includes((await api.status.query()).accounts[0]?.connection.state ?? ''), { what: 'the login to fail', deadline: 30_000 });
  printed.push(await (await fetch(`${url}/api/addAccount`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: PASSWORD })).text());

  // what others can see of the process while it runs
  const pid = home.pid();
  const seen = [
    execFileSync('ps', ['axww', '-o', 'args']).toString(),
    ...['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')),
    ...(await Promise.all(['/health', '/metrics'].flatMap((path) => [{}, { authorization: `Bearer ${token}` }].map(async (headers) => (await fetch(url + path, { headers })).text())))),
  ];
  for (const args of [['status', '--json'], ['settings', 'list', '--json'], ['rooms', '--json'], ['bookmarks', 'log', '--json'], ['device', 'list', '--json'], ['log', '--json']]) await said(...args);
  for (const name of ['all.jsonl', 'all.txt', 'all.html']) await said('export', join(out, name));
  await said('backup', join(out, 'backup.db'));

  // and what is left of it once it has died of something nobody foresaw
  process.kill(pid, 'SIGABRT');
  await until(() => !isAlive(pid), { what: 'it to be gone' });

  const secrets = [PASSWORD, ROOM_PASSWORD, 'planted-wrong-room-password', 'planted-wrong-device-password', device.password, entered.token, token, ticket, lone];
  for (const secret of secrets) expect(secret.length, 'a secret to look for').toBeGreaterThan(10);
  const files = everythingIn(out);
  expect(files.map(({ name }) => name).toSorted()).toEqual(['all.html', 'all.jsonl', 'all.txt', 'backup.db']);
  const logs = everythingIn(join(home.dir, 'log'));
  for (const level of [30, 40, 50]) expect(home.log()).toContain(`"level":${level}`); // it had something to say
  const told = [
    { name: 'standard error', bytes: Buffer.from(home.log()) },
    { name: 'printed', bytes: Buffer.from(printed.join('\n')) },
    { name: 'seen from outside', bytes: Buffer.from(seen.join('\n')) },
    ...files,
    ...logs,
    ...['settings.json', 'settings.good.json'].map((name) => ({ name, bytes: readFileSync(join(home.dir, name)) })),
  ];
  const found = told.flatMap(({ name, bytes }) => secrets.flatMap((secret) => formsOf(secret).filter((form) => bytes.includes(form)).map((form) => `${name}: ${form}`)));
  expect([...new Set(found)]).toEqual([]);
  for (const name of ['secrets.json', 'daemon.json', 'archive.db', 'log/minimix.log']) expect(statSync(join(home.dir, name)).mode & 0o077, name).toBe(0);
});
