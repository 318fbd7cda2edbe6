// Where a client is tried: two people on a real server, rooms, and the way that the client comes in, directly or by a bouncer.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { createElement as xml } from 'ltx';
import { conference, publish, writePep, writePrivate } from '../../test/support/clients/bookmarks.ts';
import { connectPerson, StanzaError, type Person } from '../../test/support/clients/person.ts';
import { makeHome } from '../../test/support/daemon.ts';
import { startLink } from '../../test/support/harm/link.ts';
import { freePorts, newAccount, type Account, type SharedServer } from '../../test/support/servers/server.ts';
import { until } from '../../test/support/until.ts';
import type { Login } from './contract.ts';

const USER = 'http://jabber.org/protocol/muc#user';
const ADMIN = 'http://jabber.org/protocol/muc#admin';

export type Side = 'direct' | 'bouncer';

export interface Stage {
  readonly login: Login;
  readonly alice: Account;
  /** Owns the rooms, has alice in the roster, and is no client under trial. */
  readonly bob: Person;
  /** Alice's other client, directly at the server, which takes carbons. */
  readonly desk: Person;
  /** A room that stands in the bookmarks and is to be joined by itself, and one that is joined by hand. */
  readonly rooms: { readonly marked: string; readonly other: string };
  /** What was said in each room before anybody but bob was there. */
  readonly before: string;
  /** The nicks under which bob sees alice there now. */
  inside(room: string): readonly string[];
  kick(room: string, nick: string): Promise<void>;
  /** Takes the client's connection away, runs that meanwhile, and gives it back: the daemon is killed, or, directly, the link cut. */
  without(meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** A text that nobody else says. */
export const token = (name: string): string => `${name}~${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`;

export async function openStage(server: SharedServer, side: Side, dir: string): Promise<Stage> {
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const bob = await connectPerson(server, other.user, other.password, { resource: 'den' });
    undo.push(() => bob.close());
    const desk = await connectPerson(server, alice.user, alice.password, { resource: 'desk', carbons: true });
    undo.push(() => desk.close());
    await befriend({ alice: desk, aliceJid: alice.jid, bob, bobJid: other.jid });
    const rooms = {
      marked: await server.room({ archive: true, owners: [other.jid], name: 'marked' }),
      other: await server.room({ archive: true, owners: [other.jid], name: 'other' }),
    };
    const before = token('before');
    for (const room of [rooms.marked, rooms.other]) {
      await bob.join(room, 'bob');
      await bob.say(room, before);
    }
    await bookmark(desk, rooms.marked);
    const way = side === 'direct' ? await direct(server, alice) : await throughBouncer(server, alice, dir);
    undo.push(way.close);
    return {
      login: way.login, without: way.without, alice, bob, desk, rooms, before, close,
      inside: (room) => insideOf(bob, room, alice.jid),
      async kick(room, nick) {
        await bob.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: ADMIN }, xml('item', { nick, role: 'none' }))));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function befriend({ alice, aliceJid, bob, bobJid }: { alice: Person; aliceJid: string; bob: Person; bobJid: string }): Promise<void> {
  const asks = (who: string) => ({ attrs }: { attrs: Record<string, unknown> }): boolean => attrs['type'] === 'subscribe' && String(attrs['from']).startsWith(who);
  alice.send(xml('presence', { to: bobJid, type: 'subscribe' }));
  await bob.next(asks(aliceJid), { what: 'alice to ask bob' });
  bob.send(xml('presence', { to: aliceJid, type: 'subscribed' }));
  bob.send(xml('presence', { to: aliceJid, type: 'subscribe' }));
  await alice.next(asks(bobJid), { what: 'bob to ask alice' });
  alice.send(xml('presence', { to: bobJid, type: 'subscribed' }));
  await bob.next(({ name, attrs }) => name === 'presence' && attrs['from'] === alice.jid, { what: 'alice to agree' });
}

/** In each storage that there is, as the clients of the years have them: a server that bridges makes one list of it. */
async function bookmark(desk: Person, room: string): Promise<void> {
  const about = { name: 'Marked', autojoin: true, nick: 'Ali' };
  await publish(desk, room, conference(about));
  await writePep(desk, { [room]: about }).catch((error: unknown) => {
    if (!(error instanceof StanzaError)) throw error; // a server that bridges may keep the old node to itself
  });
  await writePrivate(desk, { [room]: about });
}

function insideOf(bob: Person, room: string, alice: string): string[] {
  const nicks = new Set<string>();
  for (const stanza of bob.stanzas) {
    const from = String(stanza.attrs['from']);
    if (stanza.name !== 'presence' || !from.startsWith(`${room}/`)) continue;
    const items = stanza.getChild('x', USER)?.getChildren('item') ?? [];
    if (!items.some((item) => String(item.attrs['jid']).startsWith(`${alice}/`))) continue;
    if (stanza.attrs['type'] === 'unavailable') nicks.delete(from);
    else nicks.add(from);
  }
  return [...nicks].map((from) => from.slice(room.length + 1));
}

type Way = Pick<Stage, 'login' | 'without'> & { close(): Promise<void> };

async function direct(server: SharedServer, alice: Account): Promise<Way> {
  const targets = [server.port, server.httpPort];
  let links = await Promise.all(targets.map((port) => startLink({ port })));
  const [port = 0, web = 0] = links.map((link) => link.port);
  return {
    login: { jid: alice.jid, password: alice.password, host: '127.0.0.1', port, ca: server.caFile, websocket: `ws://127.0.0.1:${web}/xmpp-websocket` },
    async without(meanwhile) {
      for (const link of links) await link.close(); // from now on refused, as where a daemon is gone
      await meanwhile();
      links = await Promise.all(targets.map((target, at) => startLink({ port: target }, links[at]?.port)));
    },
    async close() {
      for (const link of links) await link.close();
    },
  };
}

async function throughBouncer(server: SharedServer, alice: Account, dir: string): Promise<Way> {
  const home = makeHome(dir);
  try {
    await home.addAccount(server, alice);
    const [port = 0, directTls = 0, web = 0] = await freePorts(3);
    await home.cli(['settings', 'set', 'web.port', String(web)]);
    const { origin } = new URL(await home.start());
    const on = await home.cli(['bouncer', 'on', '--listen', `127.0.0.1:${port}`, '--direct-tls', `127.0.0.1:${directTls}`]);
    if (on.code !== 0) throw new Error(on.stderr);
    const [device] = await home.json<{ jid: string; password: string; host: string; port: number; ca: string }>(['device', 'add', 'Client']);
    if (device === undefined) throw new Error('no device was added');
    const ca = join(dir, 'bouncer-ca.pem');
    copyFileSync(device.ca, ca); // for a client that runs as another user
    return {
      login: { jid: device.jid, password: device.password, host: device.host, port: device.port, ca, websocket: `${origin.replace('http', 'ws')}/xmpp-websocket` },
      async without(meanwhile) {
        await home.kill();
        await meanwhile();
        await home.start();
      },
      close: () => home.remove(),
    };
  } catch (error) {
    await home.remove();
    throw error;
  }
}

/** Resolves once bob sees alice there under that nick alone. */
export async function seen(stage: Stage, { room, nick, deadline }: { room: string; nick: string; deadline?: number }): Promise<void> {
  await until(() => stage.inside(room).join() === nick, { what: `the others to see ${nick} in the room`, ...(deadline !== undefined && { deadline }) });
}

export async function gone(stage: Stage, room: string, deadline?: number): Promise<void> {
  await until(() => stage.inside(room).length === 0, { what: 'the others to see alice gone from the room', ...(deadline !== undefined && { deadline }) });
}
