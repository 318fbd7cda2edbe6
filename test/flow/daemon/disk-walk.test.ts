// Every action of every frontend, on a disk without a byte left: each is done or refused in words, and nothing ends the process.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAlive, apiOf, makeHome, type Home } from '../../support/daemon.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { makeSmallDisk, noSmallDisk, type SmallDisk } from '../../support/harm/small-disk.ts';
import { newAccount, prosody as server } from '../../support/servers/servers.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';

const undo = undoing();
const impossible = noSmallDisk();
/** What the page and the command line say; the log alone knows more of it. */
const UNFORESEEN = 'Minimix failed';

async function isOnline(home: Home): Promise<boolean> {
  return (await apiOf(home).status.query()).accounts.every(({ connection }) => connection.state === 'online');
}

test('every action on a full disk is done or refused in words, the process lives, and all of it works once there is room', async ({ skip }) => {
  if (impossible !== undefined) skip(impossible);
  const disk: SmallDisk = makeSmallDisk(24);
  undo.push(disk.remove);
  const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
  const [room, other, later] = [await server.room({ archive: true }), await server.room({ archive: false }), await server.room({ archive: true })];
  const home = makeHome(disk.dir);
  undo.push(home.remove);
  await home.addAccount(server, alice);
  await home.start();
  const api = apiOf(home);
  await until(() => isOnline(home), { what: 'the login' });
  for (const one of [room, other]) await api.join.mutate({ room: one });
  await api.bouncer.on.mutate({ listen: { host: '127.0.0.1', port: 0 }, directTls: { host: '127.0.0.1', port: 0 } });
  const { password, port, ca } = await phoneOf(home);
  const phone = await connectPerson(server, alice.user, password, { resource: 'phone', port, ca });
  undo.push(phone.close);
  await phone.join(room, 'alice');
  const talker = await connectPerson(server, bob.user, bob.password);
  undo.push(talker.close);
  for (const one of [room, other]) await talker.join(one, 'bob');
  await talker.say(room, 'before');
  await until(async () => (await api.history.query({ room })).some(({ body }) => body === 'before'), { what: 'the first words' });
  const kept = (await api.history.query({ room })).at(-1)?.id ?? 0;
  const pid = home.pid();

  /** To the last byte: what is given back meanwhile is taken again. */
  const full = async (): Promise<void> => {
    for (let n = 0; n < 3; n += 1) {
      disk.fill();
      await talker.say(room, `${n} `.repeat(3_000));
    }
    disk.fill();
  };
  await full();

  const actions: Record<string, () => Promise<unknown>> = {
    say: () => api.say.mutate({ room, body: 'said on a full disk '.repeat(200) }),
    join: () => api.join.mutate({ room: later }),
    leave: () => api.leave.mutate({ room: other }),
    'set a room': () => api.setRoom.mutate({ room, rejoinAfterKick: true }),
    'change the nick': () => api.changeNick.mutate({ room, nick: 'alicia' }),
    'mark read': () => api.read.mutate({ room, id: kept }),
    follow: () => api.follow.mutate({ room }),
    'ask for a voice': () => api.requestVoice.mutate({ room }),
    'a bookmark': () => api.bookmarks.put.mutate({ room, name: 'The room', autojoin: true }),
    'a bookmark gone': () => api.bookmarks.remove.mutate({ room: other }),
    'a bookmark’s wish': () => api.bookmarks.set.mutate({ deadDays: 40 }),
    'a list of bookmarks': () => api.bookmarks.import.mutate({ text: '{"bookmarks":[]}' }),
    'an invitation': () => api.invitations.decline.mutate({ room: later }),
    'a device': () => api.device.change.mutate({ device: 'phone', label: 'pocket' }),
    'a device forgotten': () => api.device.forget.mutate({ device: 'nobody' }),
    'a device tried': () => api.device.test.mutate({ device: 'phone' }),
    'the relay paused': () => api.relay.pause.mutate({}),
    'the relay resumed': () => api.relay.resume.mutate({}),
    presence: () => api.presence.setOffline.mutate({ show: 'away' }),
    'the nick of all rooms': () => api.presence.setNick.mutate({ nick: 'alice' }),
    registration: () => api.registration.get.query({ room }),
    retention: () => api.setRetention.mutate({ room, retention: { keep: 'days', days: 10 } }),
    'a setting': () => api.settings.set.mutate({ key: 'log.level', value: 'debug' }),
    'a password': () => api.accounts.password.mutate({ account: alice.jid, password: alice.password, check: false }),
    'a new device': () => api.bouncer.addDevice.mutate({ name: 'tablet' }),
    'a device revoked': () => api.bouncer.revoke.mutate({ name: 'nobody' }),
    search: () => api.search.query({ text: 'before' }),
    history: () => api.history.query({ room }),
    doctor: () => api.doctor.query(),
    'a page': () => api.page.mutate(),
  };
  const said: string[] = [];
  for (const [name, action] of Object.entries(actions)) {
    disk.fill();
    const words = await action().then(() => 'done', (error: unknown) => (error instanceof Error ? error.message : String(error)));
    said.push(`${name}: ${words}`);
    expect(isAlive(pid), `${said.join('\n')}\n${home.log().slice(-3_000)}`).toBe(true);
  }
  // and what a device does, at the bouncer and by the account's server
  phone.send(`<message to='${room}' type='groupchat' id='full'><body>${'by the phone '.repeat(300)}</body></message>`);
  phone.send(`<presence to='${other}/alice'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  phone.send(`<presence><show>dnd</show></presence>`);
  phone.send(`<iq type='set' to='${alice.jid}/minimix' id='relay-off'><command xmlns='http://jabber.org/protocol/commands' node='relay' action='execute'/></iq>`);
  await full();
  expect(isAlive(pid), home.log().slice(-3_000)).toBe(true);
  expect(said.filter((line) => line.includes(UNFORESEEN)), said.join('\n')).toEqual([]);
  expect(home.log()).not.toContain('that nobody caught');

  // nothing is called well while nothing is kept
  await until(async () => {
    await full();
    if (!isAlive(pid)) return true;
    return !(await isOnline(home));
  }, { what: 'the account not to be called online', deadline: 60_000 });
  expect(isAlive(pid), home.log().slice(-3_000)).toBe(true);

  disk.free();
  await until(() => isOnline(home), { what: 'the account to be online again', deadline: 60_000, every: 200 });
  const joined = await api.rooms.query({});
  expect(joined.find((one) => one.room === room)?.state).toBe('joined');
  await talker.say(room, 'room again');
  await until(async () => (await api.history.query({ room, limit: 50 })).some(({ body }) => body === 'room again'), { what: 'what is said now', deadline: 60_000, every: 200 });
  await reaches(phone, 'room again', said);
  await api.say.mutate({ room, body: 'and we too' });
  await until(() => talker.stanzas.some((stanza) => stanza.getChildText('body') === 'and we too'), { what: 'our own words in the room' });
  await until(async () => {
    const before = await api.presence.now.query({});
    return before.shown !== undefined;
  }, { what: 'the presence' });

  disk.fill();
  await expect(api.bouncer.on.mutate({ names: ['bouncer.test'] })).rejects.toThrow('the disk is full');
  disk.free();
  expect(await api.bouncer.status.query()).toMatchObject({ on: true });
  const now = await api.bouncer.status.query(); // as before the call, and on whatever port was free
  const again = await connectPerson(server, alice.user, password, { resource: 'phone', port: now.on ? now.port : 0, ca });
  undo.push(again.close);
  expect(home.pid()).toBe(pid);
  expect(home.log()).not.toContain('that nobody caught');
  expect(await home.stop()).toBe(0);
});

async function phoneOf(home: Home): Promise<{ password: string; port: number; ca: string }> {
  const added = await apiOf(home).bouncer.addDevice.mutate({ name: 'phone' });
  return { ...added, ca: readFileSync(added.ca, 'utf8') };
}

async function reaches(phone: Person, body: string, said: readonly string[]): Promise<void> {
  await until(() => phone.stanzas.some((stanza) => stanza.getChildText('body') === body), { what: `“${body}” on the phone; ${said.join('; ')}`, deadline: 60_000 });
}
