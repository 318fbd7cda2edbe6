// The same message for so many devices: each in the room by itself, by the relay, and through the bouncer.
import { readFileSync } from 'node:fs';
import { apiOf, type Home } from '../test/support/daemon.ts';
import { connectPerson, type Person } from '../test/support/clients/person.ts';
import { until } from '../test/support/until.ts';
import { allJoined, cpuOfTalk, startDaemon } from './costs-rooms.ts';
import { rssOf, type Stand } from './costs-stand.ts';
import { connectDevice, type BenchDevice } from './relay-device-made.ts';

const [TOTAL, RATE] = [300, 50];
const patience = { deadline: 60_000, every: 20 };

interface Scene {
  readonly user: string;
  readonly room: string;
  readonly count: number;
  readonly home: Home | undefined;
}

/** Devices that take part; `heard()` once all have all. */
interface Devices {
  heard(): Promise<unknown>;
  close(): Promise<unknown>;
}

async function direct({ server }: Stand, { user, room, count }: Scene): Promise<Devices> {
  await server.register(user, 'secret');
  const devices: BenchDevice[] = [];
  for (let n = 0; n < count; n += 1) devices.push(await connectDevice(server, { user, password: 'secret', resource: `device${n}` }));
  for (const device of devices) device.join(room, user);
  return listening(devices);
}

async function relayed({ server }: Stand, { user, count, home }: Scene): Promise<Devices> {
  const devices: BenchDevice[] = [];
  for (let n = 0; n < count; n += 1) devices.push(await connectDevice(server, { user, password: 'secret', resource: `device${n}` }));
  if (home) await until(async () => (await apiOf(home).devices.query({})).filter(({ frontend: door, online }) => door === 'relay' && online).length === count, { ...patience, what: 'the devices to be known' });
  return listening(devices);
}

async function bounced({ server }: Stand, { user, room, count, home }: Scene): Promise<Devices> {
  if (!home) throw new Error('a bouncer wants a daemon');
  await home.cli(['bouncer', 'on', '--listen', '127.0.0.1:0', '--direct-tls', '127.0.0.1:0']);
  const people: Person[] = [];
  for (let n = 0; n < count; n += 1) {
    const [login] = await home.json<{ port: number; password: string; ca: string }>(['device', 'add', `device ${n}`]);
    if (!login) throw new Error('no device');
    const one = await connectPerson(server, user, login.password, { port: login.port, ca: readFileSync(login.ca, 'utf8'), resource: `device${n}` });
    await one.join(room, user);
    people.push(one);
  }
  return {
    heard: () => Promise.all(people.map((one) => one.next((stanza) => stanza.getChildText('body')?.startsWith(`word ${TOTAL - 1} `) === true, { what: 'all', deadline: 60_000 }))),
    close: () => Promise.all(people.map((one) => one.close())),
  };
}

function listening(devices: readonly BenchDevice[]): Devices {
  for (const device of devices) device.listen('word');
  return {
    heard: () => until(() => devices.every((device) => device.heard().size >= TOTAL), { ...patience, what: 'each device to have all' }),
    close: async () => devices.map((device) => device.close()),
  };
}

export async function byDevices(stand: Stand, sizes: readonly number[]): Promise<string[][]> {
  const { server } = stand;
  await server.register('bob', 'secret');
  const rows = [['devices', ...sizes.map(String)]];
  for (const [name, connect] of Object.entries({ 'by themselves': direct, relay: relayed, bouncer: bounced })) {
    const found: Record<string, string[]> = {};
    for (const count of sizes) {
      for (const [what, figure] of Object.entries(await oneSize(stand, { way: name, count, connect }))) (found[`${name}: ${what}`] ??= []).push(figure);
    }
    rows.push(...Object.entries(found).map(([what, figures]) => [what, ...figures]));
  }
  return rows;
}

async function oneSize(stand: Stand, { way, count, connect }: { way: string; count: number; connect: (stand: Stand, scene: Scene) => Promise<Devices> }): Promise<Record<string, string>> {
  const { server } = stand;
  const user = `${way.replaceAll(' ', '-')}${count}`;
  const [room = ''] = await stand.rooms(`room-of-${user}-`, 1, 25);
  const bob = await connectPerson(server, 'bob', 'secret', { resource: user });
  await bob.join(room, 'bob');
  const home = way === 'by themselves' ? undefined : await startDaemon(stand, user);
  try {
    if (home) {
      await apiOf(home).join.mutate({ room, nick: user });
      await allJoined(home, 1);
    }
    await stand.traffic(user);
    const devices = await connect(stand, { user, room, count, home });
    const pids = [server.pid, ...(home ? [home.pid()] : [])];
    await bob.settle();
    const begun = await stand.traffic(user);
    const { each } = await cpuOfTalk(pids, { bob, rooms: [room], total: TOTAL, rate: RATE, heard: devices.heard });
    const talk = await stand.traffic(user);
    const rss = home ? rssOf(home.pid()) : undefined;
    await devices.close();
    return {
      'stanzas at the start of the devices, on the server’s c2s': String(begun.all.stanzas),
      'stanzas a message, on the server’s c2s': (talk.all.stanzas / TOTAL).toFixed(1),
      'CPU of the server a message': `${each[0]?.toFixed(0)} us`,
      ...(home ? { 'CPU of the daemon a message': `${each[1]?.toFixed(0)} us`, 'RSS of the daemon': `${rss?.toFixed(0)} MiB` } : {}),
    };
  } finally {
    await bob.close();
    await home?.remove();
  }
}
