// Issue 7: joining rooms through the bouncer against directly, what a live message is delayed, and what a device costs.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { makeHome, type Home } from '../test/support/daemon.ts';
import { connectPerson, type Person } from '../test/support/person.ts';
import { startProsody } from '../test/support/prosody.ts';
import type { XmppServer } from '../test/support/server.ts';
import { until } from '../test/support/until.ts';

const ROOMS = [1, 50, 200];
const MOST = 200;
/** Milliseconds there and back between this side and the server. */
const ROUND_TRIP = 50;
const DEVICES = 20;
const MESSAGES = 400;
/** Milliseconds between two messages: 50 a second. */
const EVERY = 20;

interface Login {
  readonly port: number;
  readonly password: string;
  readonly ca: string;
}

interface Link {
  readonly port: number;
  /** Milliseconds there and back, from now on. */
  delay: number;
  /** Bytes to the server so far. */
  sent: number;
  close(): void;
}

/** Passes all on in both directions, each chunk half a round trip later. */
async function startLink(target: number): Promise<Link> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on('error', () => undefined).on('close', () => to.destroy());
      from.on('data', (chunk) => {
        if (from === near) link.sent += chunk.length;
        setTimeout(() => to.write(chunk), link.delay / 2);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link: Link = {
    port: (server.address() as AddressInfo).port,
    delay: 0,
    sent: 0,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return link;
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
const residentMiB = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const nickOf = ({ jid }: Person): string => (jid.startsWith('direct@') ? 'Ali-direct' : 'Ali');

async function joinAll(person: Person, rooms: readonly string[]): Promise<number> {
  const started = performance.now();
  for (const room of rooms) await person.join(room, nickOf(person), { history: 0 });
  return performance.now() - started;
}

async function pipelined(person: Person, rooms: readonly string[]): Promise<number> {
  const started = performance.now();
  await Promise.all(rooms.map((room) => person.join(room, nickOf(person), { history: 0 })));
  return performance.now() - started;
}

/** Bob speaks at a steady pace; milliseconds from his word to each listener's hearing it. */
async function delays(bob: Person, room: string, listeners: readonly Person[]): Promise<readonly number[]> {
  const said = new Map<string, number>();
  const found: number[] = [];
  const cursors = listeners.map(({ stanzas }) => stanzas.length);
  const look = (): void => {
    listeners.forEach(({ stanzas }, which) => {
      for (; (cursors[which] ?? 0) < stanzas.length; cursors[which] = (cursors[which] ?? 0) + 1) {
        const at = said.get(stanzas[cursors[which] ?? 0]?.getChildText('body') ?? '');
        if (at !== undefined) found.push(performance.now() - at);
      }
    });
  };
  const over = new AbortController();
  const watch = (async () => {
    while (!over.signal.aborted) {
      look();
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  })();
  for (let n = 1; n <= MESSAGES; n += 1) {
    const body = `${room} ${n} ${performance.now()}`;
    said.set(body, performance.now());
    bob.send(`<message to='${room}' type='groupchat' id='b${n}'><body>${body}</body></message>`);
    await pause(EVERY);
  }
  await until(() => found.length >= MESSAGES * listeners.length, { deadline: 20_000, what: 'every message' });
  over.abort();
  await watch;
  return found.toSorted((a, b) => a - b);
}

function line(what: string, sorted: readonly number[]): void {
  console.log(`${what.padEnd(34)} p50 ${ms(quantile(sorted, 0.5))}, p99 ${ms(quantile(sorted, 0.99))}`);
}

async function newHome(server: XmppServer, link: Link, user: string): Promise<{ home: Home; jid: string; device(name: string): Promise<Login> }> {
  const jid = await server.register(user, 'secret');
  const home = makeHome();
  await home.addAccount({ ...server, port: link.port }, { user, password: 'secret', jid });
  await home.start();
  await home.cli(['bouncer', 'on', '--listen', '127.0.0.1:0', '--direct-tls', '127.0.0.1:0']);
  return {
    home,
    jid,
    async device(name) {
      const [added] = await home.json<Login>(['device', 'add', name]);
      if (!added) throw new Error('no device');
      return added;
    },
  };
}

async function main(): Promise<void> {
  const server = await startProsody();
  const link = await startLink(server.port);
  const people: Person[] = [];
  const { home, device } = await newHome(server, link, 'alice');
  try {
    const rooms: string[] = [];
    for (let n = 0; n < MOST; n += 1) rooms.push(await server.room({ archive: false }));
    await server.register('direct', 'secret');
    const join = async (name: string, login: Login | undefined): Promise<Person> => {
      const options = login ? { port: login.port, ca: readFileSync(login.ca, 'utf8') } : { port: link.port };
      const one = await connectPerson(server, login ? 'alice' : 'direct', login?.password ?? 'secret', { resource: name, ...options });
      people.push(one);
      return one;
    };
    const first = await device('first');
    await pipelined(await join('first', first), rooms); // the account is in all of them from here on

    link.delay = ROUND_TRIP;
    for (const count of ROOMS) {
      const some = rooms.slice(0, count);
      const direct = await join(`direct${count}`, undefined);
      const oneByOne = await joinAll(direct, some);
      await direct.close();
      const atOnce = await pipelined(await join(`piped${count}`, undefined), some);
      const through = await join(`through${count}`, await device(`through${count}`));
      await through.settle();
      const before = link.sent;
      const took = await joinAll(through, some);
      const bytes = link.sent - before;
      console.log(
        `${String(count).padStart(3)} rooms at ${ROUND_TRIP} ms: directly ${ms(oneByOne)} one by one, ${ms(atOnce)} at once; ` +
          `through the bouncer ${ms(took)} one by one (1/${(oneByOne / took).toFixed(0)}), ${bytes} bytes to the server`,
      );
    }
    for (const one of people.splice(0)) await one.close();

    link.delay = 0;
    const [room = ''] = rooms;
    await server.register('bob', 'secret');
    const bob = await connectPerson(server, 'bob', 'secret');
    await bob.join(room, 'bob');
    const { pid } = JSON.parse(readFileSync(`${home.dir}/daemon.json`, 'utf8')) as { pid: number };
    for (const count of [1, DEVICES]) {
      const direct: Person[] = [];
      for (let n = 0; n < count; n += 1) {
        const one = await connectPerson(server, 'direct', 'secret', { resource: `d${n}`, port: link.port });
        await one.join(room, 'Ali-direct');
        direct.push(one);
      }
      line(`directly, ${count} device${count > 1 ? 's' : ''}`, await delays(bob, room, direct));
      for (const one of direct) await one.close();
      const bare = residentMiB(pid);
      const devices: Person[] = [];
      for (let n = 0; n < count; n += 1) {
        const one = await join(`m${count}-${n}`, await device(`m${count}-${n}`));
        await one.join(room, 'Ali');
        devices.push(one);
      }
      line(`through the bouncer, ${count} device${count > 1 ? 's' : ''}`, await delays(bob, room, devices));
      if (count > 1) console.log(`memory of the daemon: ${bare.toFixed(0)} MiB, with ${count} devices more ${((residentMiB(pid) - bare) / count).toFixed(2)} MiB each`);
      for (const one of devices) await one.close();
    }
    await bob.close();
  } finally {
    await home.remove();
    link.close();
    await server.stop();
  }
}

await main();
