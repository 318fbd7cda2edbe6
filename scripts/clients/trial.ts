// One client, once directly or once behind the bouncer: every column in turn, each decided by the wire and by what the client holds.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createElement as xml, type Element } from 'ltx';
import type { SharedServer } from '../../test/support/servers/server.ts';
import { until } from '../../test/support/until.ts';
import type { Column, RunningClient, StockClient } from './contract.ts';
import { wrongIn, type Cell, type Cells } from './matrix.ts';
import { gone, openStage, seen, token, type Side, type Stage } from './stage.ts';

/** Milliseconds until a client that lost its connection is helped by being started anew: Pidgin and others wait up to a minute. */
const BY_ITSELF = 75_000;
/** Leaving a room takes the breath (10 s) and 5 s more. */
const LEAVING = 45_000;

export interface TrialOptions {
  readonly dir: string;
  readonly columns: readonly Column[];
  readonly tell: (line: string) => void;
}

export async function tried(client: StockClient, server: SharedServer, { side, dir, columns, tell }: TrialOptions & { readonly side: Side }): Promise<Cells> {
  mkdirSync(dir, { recursive: true });
  const stage = await openStage(server, side, dir);
  let running: RunningClient | undefined;
  const cells: Partial<Record<Column, Cell>> = {};
  const column = async (name: Column, act: (running: RunningClient) => Promise<void>): Promise<void> => {
    if (!columns.includes(name)) return;
    cells[name] = await cellOf(client.cannot[name], () => {
      if (running === undefined) throw new Error('it is not logged in');
      return act(running);
    });
    const cell = cells[name];
    tell(`${name}: ${cell.is}${cell.is === 'no' ? ` (${cell.why})` : ''}`);
  };
  const own = join(dir, 'client');
  const start = async (): Promise<void> => {
    mkdirSync(own, { recursive: true });
    const from = stage.desk.stanzas.length;
    running = await client.start(stage.login, own);
    await until(() => onlineSince(stage, from), { what: 'the client to be online', deadline: 60_000 });
  };
  try {
    cells.login = await cellOf(client.cannot.login, start);
    tell(`login: ${cells.login.is}${cells.login.is === 'no' ? ` (${cells.login.why})` : ''}`);
    if (cells.login.is !== 'yes') return cells;
    const stop = async (): Promise<void> => {
      const ending = running;
      running = undefined;
      await ending?.quit();
    };
    const anew = async (): Promise<RunningClient> => {
      await start();
      if (running === undefined) throw new Error('it is not logged in');
      return running;
    };
    await walk(stage, { column, anew, stop });
    return cells;
  } finally {
    await running?.quit();
    await stage.close();
  }
}

interface Steps {
  column(name: Column, act: (running: RunningClient) => Promise<void>): Promise<void>;
  /** Starts it again. */
  anew(): Promise<RunningClient>;
  stop(): Promise<void>;
}

async function walk(stage: Stage, { column, anew, stop }: Steps): Promise<void> {
  const { bob, desk, alice, rooms: { marked, other: room } } = stage;
  const bobs = String(bob.jid.split('/', 1)[0]);
  let me = 'Ali';

  await column('bookmarks', async (client) => {
    const text = token('bookmarked');
    await holds(client, [stage.before], 'of what the room in the bookmarks had before'); // poezio asks a room's archive up to now as it enters
    await bob.say(marked, text);
    await holds(client, [stage.before, text], 'of the room in the bookmarks');
  });
  await column('join', async (client) => {
    await client.join(room, me);
    await seen(stage, { room, nick: me });
    await until(async () => (await client.heard()).filter((text) => text.includes(stage.before)).length > 0, { what: 'what was said before', every: 200 });
  });
  await column('live', async (client) => {
    const said = [token('live'), token('live'), token('live')];
    for (const text of said) await bob.say(room, text);
    await holds(client, said, 'of what bob says');
  });
  await column('say', async (client) => {
    const text = token('own');
    await client.say(room, text);
    await bob.next((stanza) => says(stanza, text) && stanza.attrs['from'] === `${room}/${me}`, { what: 'bob to hear it' });
    await holds(client, [text], 'of its own words');
  });
  await column('nick', async (client) => {
    await client.nick(room, 'Alicia', me);
    await seen(stage, { room, nick: 'Alicia' });
    me = 'Alicia';
    const text = token('renamed');
    await client.say(room, text);
    await bob.next((stanza) => says(stanza, text) && stanza.attrs['from'] === `${room}/Alicia`, { what: 'bob to hear it from Alicia' });
  });
  await column('private', async (client) => {
    const [there, back] = [token('whisper'), token('answer')];
    await client.whisper(room, 'bob', there);
    await bob.next((stanza) => says(stanza, there) && stanza.attrs['from'] === `${room}/${me}` && stanza.attrs['type'] === 'chat', { what: 'bob to get it' });
    bob.send(xml('message', { to: `${room}/${me}`, type: 'chat', id: token('id') }, xml('body', {}, back), xml('x', { xmlns: 'http://jabber.org/protocol/muc#user' })));
    await holds(client, [back], 'of what bob answers');
  });
  await column('chats', async (client) => {
    const [there, back] = [token('chat'), token('reply')];
    await client.chat(bobs, there);
    await bob.next((stanza) => says(stanza, there) && String(stanza.attrs['from']).startsWith(`${alice.jid}/`), { what: 'bob to get it' });
    bob.send(chat(alice.jid, back));
    await holds(client, [back], 'of what bob answers');
  });
  await column('carbons', async (client) => {
    const [typed, elsewhere] = [token('typed'), token('elsewhere')];
    desk.send(chat(bobs, elsewhere));
    await holds(client, [elsewhere], 'of what was said on another device');
    await client.chat(bobs, typed);
    await desk.next((stanza) => stanza.toString().includes(typed), { what: 'a copy on the other device' });
  });
  await column('kick', async (client) => {
    await stage.kick(room, me);
    await gone(stage, room);
    await returns(client, 'back');
  });
  await column('leave, rejoin', async (client) => {
    await client.leave(room, me);
    await gone(stage, room, LEAVING);
    await returns(client, 'again');
  });

  /** Enters the room by hand, and is in it as before. */
  async function returns(client: RunningClient, name: string): Promise<void> {
    await client.join(room, me);
    await seen(stage, { room, nick: me });
    const [heard, said] = [token(name), token(name)];
    await bob.say(room, heard);
    await holds(client, [heard], 'of what bob says then');
    await client.say(room, said);
    await bob.next((stanza) => says(stanza, said) && stanza.attrs['from'] === `${room}/${me}`, { what: 'bob to hear it then' });
  }

  const [missed, chats] = [['a', 'b', 'c', 'd', 'e'].map((name) => token(`missed-${name}`)), ['a', 'b'].map((name) => token(`offline-${name}`))];
  await column('away, back', async () => {
    const from = desk.stanzas.length;
    await stop();
    await until(() => desk.stanzas.slice(from).some(({ name, attrs }) => name === 'presence' && attrs['type'] === 'unavailable' && attrs['from'] !== desk.jid), { what: 'the client to be gone' });
    for (const text of missed) await bob.say(room, text);
    for (const text of chats) bob.send(chat(alice.jid, text));
    await bob.settle();
    const client = await anew();
    await client.join(room, me);
    await seen(stage, { room, nick: me });
    await holds(client, missed, 'of what was said meanwhile');
  });
  await column('chats away', async (client) => {
    await client.open?.(bobs);
    await holds(client, chats, 'of the chats meanwhile');
  });
  await column('daemon killed', async (client) => {
    const said = ['a', 'b', 'c'].map((name) => token(`killed-${name}`));
    await stage.without(async () => {
      for (const text of said) await bob.say(room, text);
    });
    const probe = token('after');
    await bob.say(room, probe);
    const hears = async (who: RunningClient): Promise<boolean> => (await who.heard()).some((text) => text.includes(probe));
    const helped = async (): Promise<RunningClient> => {
      // What a person does who waits no longer: starts it anew, and enters the room.
      await stop();
      const now = await anew();
      await now.join(room, me);
      await until(() => hears(now), { what: 'what bob says after it', every: 300 });
      return now;
    };
    const now = await until(() => hears(client), { deadline: BY_ITSELF, every: 300 }).then(() => client, helped);
    await holds(now, [...said, probe], 'of what was said meanwhile and after it');
    const text = token('alive');
    await now.say(room, text);
    await bob.next((stanza) => says(stanza, text) && String(stanza.attrs['from']).startsWith(`${room}/`), { what: 'bob to hear it again' });
  });
}

async function cellOf(cannot: string | undefined, act: () => Promise<void>): Promise<Cell> {
  if (cannot !== undefined) return { is: '–', why: cannot };
  try {
    await act();
    return { is: 'yes' };
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error).replaceAll(/~[a-z0-9]{6}/g, '').replace(/; not consumed:[^]*/, '').replaceAll(/\s+/g, ' ');
    return { is: 'no', why: why.slice(0, 300) };
  }
}

/** Waits until the client holds each of them, once and in order. */
async function holds(client: RunningClient, said: readonly string[], what: string): Promise<void> {
  let wrong: string | undefined;
  await until(async () => {
    wrong = wrongIn(await client.heard(), said);
    return wrong === undefined || !wrong.includes('not there');
  }, { what, every: 200 }).catch(() => undefined);
  if (wrong !== undefined) throw new Error(`${what}, ${wrong}`);
}

const says = (stanza: Element, text: string): boolean => stanza.name === 'message' && stanza.attrs['type'] !== 'error' && stanza.getChildText('body') === text;

const chat = (to: string, text: string): Element => xml('message', { to, type: 'chat', id: token('id') }, xml('body', {}, text));

/** Whether another client of alice's than the desk and the daemon (whose priority is below 0) has come online since then. */
function onlineSince({ desk }: Stage, from: number): boolean {
  return desk.stanzas.slice(from).some((stanza) => stanza.name === 'presence' && stanza.attrs['type'] === undefined && stanza.attrs['from'] !== desk.jid
    && String(stanza.attrs['from']).startsWith(`${desk.jid.split('/', 1)[0] ?? ''}/`) && Number(stanza.getChildText('priority') ?? 0) >= 0);
}
