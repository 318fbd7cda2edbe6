// Joining rooms through the bouncer against directly, what a live message is delayed, and what a device costs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openArchive } from '../src/archive/archive.ts';
import { readGroupchat } from '../src/xmpp/xep/message/groupchat.ts';
import { parseElement } from '../src/xmpp/xml.ts';
import { makeCertificates } from '../test/support/servers/certificates.ts';
import { addressOf, makeHome, type Home } from '../test/support/daemon.ts';
import { connectPerson, type Person } from '../test/support/clients/person.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import type { XmppServer } from '../test/support/servers/server.ts';
import { until } from '../test/support/until.ts';
import { figure } from './figure.ts';
import { portOf } from '../test/support/servers/server.ts';

const ROOMS = [1, 50, 200];
const MOST = 200;
/** Milliseconds there and back between this side and the server. */
const ROUND_TRIP = 50;
const DEVICES = 20;
const MESSAGES = 400;
/** Milliseconds between two messages: 50 a second. */
const EVERY = 20;
/** Messages to each room before any is measured: a daemon that is always on is not in its first second. */
const WARM_UP = 1000;
const ROOM = 'cave@rooms.example';

interface Login {
  readonly port: number;
  readonly password: string;
  readonly ca: string;
}

interface Link {
  readonly port: number;
  /** Milliseconds there and back, from now on. */
  delay: number;
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
        if (link.delay > 0) setTimeout(() => to.write(chunk), link.delay / 2);
        else to.write(chunk); // a timer of none takes a millisecond
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const link: Link = {
    port: portOf(server),
    delay: 0,
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

interface Hop {
  readonly port: number;
  readonly ca: string;
  close(): void;
}

/** A bouncer that does nothing but TLS, in a process of its own: what one stop more on the way costs at the least. */
async function startHop(server: XmppServer, target: number): Promise<Hop> {
  const dir = mkdtempSync(path(tmpdir(), 'bench-'));
  const { certFile, keyFile, ca } = await makeCertificates(dir, server.domain);
  const child = spawn(process.execPath, [path(import.meta.dirname, 'bouncer-hop-made.ts'), String(target), certFile, keyFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = Number(String(await once(child.stdout, 'data')));
  return {
    port,
    ca,
    close() {
      child.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Bob says much, fast, and all have heard it. */
async function warmUp(bob: Person, all: readonly Listeners[]): Promise<void> {
  for (let n = 1; n <= WARM_UP; n += 1) {
    for (const { room } of all) bob.send(`<message to='${room}' type='groupchat' id='w${n}'><body>warm ${n}</body></message>`);
    if (n % 10 === 0) await pause(EVERY);
  }
  await Promise.all(all.flatMap(({ people }) => people.map((one) => one.next((stanza) => stanza.getChildText('body') === `warm ${WARM_UP}`, { deadline: 60_000 }))));
}

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

interface Listeners {
  readonly room: string;
  readonly people: readonly Person[];
}

/**
 * Bob speaks at a steady pace, in one room and in the next by turns, so that all meet the same moment of the machine;
 * milliseconds from his word to each listener's hearing it, in order of size.
 */
async function delays(bob: Person, all: readonly Listeners[]): Promise<readonly (readonly number[])[]> {
  const said = new Map<string, number>();
  const found = all.map((): number[] => []);
  const cursors = all.map(({ people }) => people.map(({ stanzas }) => stanzas.length));
  const over = new AbortController();
  const look = (): void => {
    all.forEach(({ people }, which) => people.forEach(({ stanzas }, at) => {
      const places = cursors[which] ?? [];
      for (; (places[at] ?? 0) < stanzas.length; places[at] = (places[at] ?? 0) + 1) {
        const began = said.get(stanzas[places[at] ?? 0]?.getChildText('body') ?? '');
        if (began !== undefined) found[which]?.push(performance.now() - began);
      }
    }));
  };
  const watch = (async () => {
    while (!over.signal.aborted) {
      look();
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  })();
  for (let n = 1; n <= MESSAGES; n += 1) {
    for (const { room } of all) {
      const body = `${room} ${n} ${performance.now()}`;
      said.set(body, performance.now());
      bob.send(`<message to='${room}' type='groupchat' id='b${n}'><body>${body}</body></message>`);
      await pause(EVERY / all.length);
    }
  }
  await until(() => all.every(({ people }, which) => (found[which]?.length ?? 0) >= MESSAGES * people.length), { deadline: 30_000, what: 'every message' });
  over.abort();
  await watch;
  return found.map((list) => list.toSorted((a, b) => a - b));
}

const figures = (sorted: readonly number[]): string => `p50 ${ms(quantile(sorted, 0.5))}, p99 ${ms(quantile(sorted, 0.99))}`;

/** What the archive's own commit takes, one message each, as the daemon does it where messages come one by one. */
function commits(): readonly number[] {
  const dir = mkdtempSync(path(tmpdir(), 'bench-'));
  const archive = openArchive(path(dir, 'archive.db'));
  const took: number[] = [];
  for (let n = 1; n <= MESSAGES; n += 1) {
    const xml = `<message xmlns='jabber:client' from='${ROOM}/bob' type='groupchat' id='b${n}'><body>word ${n} of many</body></message>`;
    const message = readGroupchat(parseElement(xml), { arrivedAt: n, stanzaIds: false, occupantIds: false, history: false });
    if (!message) throw new Error('not a message');
    const began = performance.now();
    archive.transaction(() => archive.append({ account: 'alice@example', message, arrivedAt: n, xml, source: { kind: 'live' } }));
    took.push(performance.now() - began);
  }
  archive.close();
  rmSync(dir, { recursive: true, force: true });
  return took.toSorted((a, b) => a - b);
}

/** Stanzas that the server has taken from the account's sessions so far, by its own count (XEP-0198). */
async function taken(server: XmppServer, user: string): Promise<number> {
  const code = `local n = 0; for _, s in pairs(prosody.hosts['${server.domain}'].sessions['${user}'].sessions) do n = n + (s.handled_stanza_count or 0) end; return 'taken ' .. n`;
  return Number(/taken (\d+)/.exec(await server.run(`> ${code}`))?.[1] ?? Number.NaN);
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
  const hop = await startHop(server, link.port);
  try {
    const rooms: string[] = [];
    for (let n = 0; n < MOST; n += 1) rooms.push(await server.room({ archive: false }));
    await server.register('direct', 'secret');
    await server.register('hopped', 'secret');
    const connectAs = async (name: string, login: Login | undefined): Promise<Person> => {
      const options = login ? { port: login.port, ca: readFileSync(login.ca, 'utf8') } : { port: link.port };
      const one = await connectPerson(server, login ? 'alice' : 'direct', login?.password ?? 'secret', { resource: name, ...options });
      people.push(one);
      return one;
    };
    const first = await device('first');
    await pipelined(await connectAs('first', first), rooms); // the account is in all of them from here on

    link.delay = ROUND_TRIP;
    for (const count of ROOMS) {
      const some = rooms.slice(0, count);
      const direct = await connectAs(`direct${count}`, undefined);
      const oneByOne = await joinAll(direct, some);
      await direct.close();
      const atOnce = await pipelined(await connectAs(`piped${count}`, undefined), some);
      const through = await connectAs(`through${count}`, await device(`through${count}`));
      await through.settle();
      const before = await taken(server, 'alice');
      const took = await joinAll(through, some);
      await through.settle();
      const stanzas = (await taken(server, 'alice')) - before - 1; // the fence
      if (count === MOST) {
        const what = `${count} rooms joined by a device, server ${ROUND_TRIP} ms away`;
        figure({ what, minimix: `${ms(took)}, ${stanzas} stanzas to the server`, beside: `directly, one by one ${ms(oneByOne)}`, ratio: took / oneByOne });
      }
      console.log(
        `${String(count).padStart(3)} rooms at ${ROUND_TRIP} ms: directly ${ms(oneByOne)} one by one, ${ms(atOnce)} at once; ` +
          `through the bouncer ${ms(took)} one by one (1/${(oneByOne / took).toFixed(0)}), ${stanzas} stanzas to the server`,
      );
    }
    for (const one of people.splice(0)) await one.close();

    const [room = '', other = '', third = ''] = rooms;
    await server.register('bob', 'secret');
    const bob = await connectPerson(server, 'bob', 'secret');
    for (const one of [room, other, third]) await bob.join(one, 'bob');
    const { pid } = addressOf(home);
    console.log(`the archive's own commit: ${figures(commits())}`);
    for (const count of [1, DEVICES]) {
      await pause(ROUND_TRIP); // what is still on its way must not be overtaken
      link.delay = 0;
      const [direct, hopped, devices]: [Person[], Person[], Person[]] = [[], [], []];
      for (let n = 0; n < count; n += 1) {
        const one = await connectAs(`d${n}`, undefined);
        await one.join(other, 'Ali-direct');
        direct.push(one);
        const through = await connectPerson(server, 'hopped', 'secret', { resource: `h${n}`, port: hop.port, ca: hop.ca });
        await through.join(third, 'Ali-hopped');
        hopped.push(through);
      }
      const bare = residentMiB(pid);
      for (let n = 0; n < count; n += 1) {
        const one = await connectAs(`m${count}-${n}`, await device(`m${count}-${n}`));
        await one.join(room, 'Ali');
        devices.push(one);
      }
      const all = [{ room: other, people: direct }, { room: third, people: hopped }, { room, people: devices }];
      if (count === 1) await warmUp(bob, all);
      for (const delay of [0, ROUND_TRIP]) {
        link.delay = delay;
        const [plain = [], byHop = [], bounced = []] = await delays(bob, all);
        const [ours, theirs, hops] = [quantile(bounced, 0.5), quantile(plain, 0.5), quantile(byHop, 0.5)];
        const ratio = ours / theirs;
        const where = delay === 0 ? 'server on this machine' : `server ${delay} ms away`;
        const beside = `directly ${ms(theirs)}, by a hop that does TLS alone ${ms(hops)}`;
        figure({ what: `a message to ${count === 1 ? 'a device' : `${count} devices`}, ${where}, p50`, minimix: ms(ours), beside, ratio });
        console.log(
          `live, server ${delay} ms away, ${count} device${count > 1 ? 's' : ''}: directly ${figures(plain)}; by a hop that does TLS alone ${figures(byHop)}; ` +
            `through the bouncer ${figures(bounced)}; p50 ${ratio.toFixed(2)}x of direct, ${(ours / hops).toFixed(2)}x of the hop`,
        );
      }
      if (count > 1) {
        const each = ((residentMiB(pid) - bare) / count).toFixed(2);
        console.log(`memory of the daemon: ${bare.toFixed(0)} MiB, with ${count} devices more ${each} MiB each`);
        figure({ what: 'a device more at the bouncer', minimix: `${each} MiB` });
      }
      for (const one of [...direct, ...hopped, ...devices]) await one.close();
    }
    await bob.close();
  } finally {
    await home.remove();
    hop.close();
    link.close();
    await server.stop();
  }
}

await main();
