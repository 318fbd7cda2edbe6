// Two clients that edit at the same time settle, and nobody goes on writing.
import { createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { capsElement, capsVersion } from '../../../src/xmpp/xep/service/caps.ts';
import { configureNode, conference, NATIVE, publish, readAll, retract, sorted, STORAGE, writePep, writePrivate, readPep, type Shown, type ShownList } from '../../support/clients/bookmarks.ts';
import { startEjabberd } from '../../support/servers/ejabberd.ts';
import { ownServer } from '../../support/servers/own-server.ts';
import { startProsody } from '../../support/servers/prosody.ts';
import type { Person } from '../../support/clients/person.ts';
import { cast } from '../../support/rooms/rooms.ts';
import { newAccount } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

/** Milliseconds of editing, and of the quiet that must follow. */
const [EDITING, QUIET] = process.env['MINIMIX_SOAK'] ? [60_000, 5_000] : [4_000, 2_500];

const rows = [
  { what: 'Prosody with mod_bookmarks', start: () => startProsody() },
  { what: 'Prosody without', start: () => startProsody({ bookmarks: false }) },
  { what: 'ejabberd', start: () => startEjabberd() },
];

const names = Array.from({ length: 12 }, (_, n) => `room${n}@elsewhere.example`);
const pick = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;

/** Never autojoin: it is the lists that are looked at, not the rooms. */
function anything(): Shown {
  return { ...(Math.random() < 0.5 && { nick: pick(['Ali', 'Alice', 'Lis']) }), ...(Math.random() < 0.5 && { name: pick(['One', 'Two', 'Three']) }) };
}

async function editNative(who: Person): Promise<void> {
  const room = pick(names);
  if (Math.random() < 0.2) await retract(who, room).catch(() => undefined); // it was not there
  else await publish(who, room, conference(anything()));
}

/** As old clients do: the whole list, read a moment ago. */
async function editPep(who: Person): Promise<void> {
  const list: ShownList = { ...(await readPep(who)), [pick(names)]: anything() };
  await writePep(who, list);
}

/** What XEP-0115 calls somebody who wants to hear of both nodes. */
const wants = [`${NATIVE}+notify`, `${STORAGE}+notify`];
const caps = (): Element => {
  const all = ['http://jabber.org/protocol/disco#info', 'urn:xmpp:ping', ...wants];
  return capsElement('urn:example:watcher', capsVersion([{ category: 'client', type: 'pc', name: 'a test' }], all));
};

/** Counts what changes in any storage, as somebody who watches is told. */
function events(who: Person): number {
  const of = (stanza: Element): unknown => stanza.getChild('event')?.getChild('items')?.attrs['node'];
  return who.stanzas.filter((stanza) => [NATIVE, STORAGE].includes(String(of(stanza)))).length;
}

describe.each(rows)('on $what', ({ start }) => {
  const server = ownServer(start);
  const { minimix, person } = cast(server);

  test('two writers with random edits end equal and quiet', async () => {
    const who = await newAccount(server, 'alice');
    const watcher = await person(who, { resource: 'watcher', features: wants });
    watcher.send(xml('presence', {}, caps()));
    const [phone, desk] = [await person(who, { resource: 'phone' }), await person(who, { resource: 'desk' })];
    await publish(phone, names[0] ?? '', conference({}));
    await configureNode(phone, NATIVE, { 'pubsub#max_items': '100', 'pubsub#access_model': 'whitelist' });
    const home = await minimix({ who });
    const { bookmarks } = home.account;
    await until(() => bookmarks.list().length > 0, { what: 'the first look' });
    const end = performance.now() + EDITING;
    const write = async (edit: () => Promise<void>): Promise<void> => {
      while (performance.now() < end) {
        await edit();
        await new Promise((resolve) => { setTimeout(resolve, 20 + Math.random() * 300); }); // a person’s pace: nothing is waited for
      }
    };
    await Promise.all([write(() => editNative(phone)), write(() => (Math.random() < 0.5 ? editPep(desk) : editNative(desk)))]);
    const equal = async (): Promise<boolean> => {
      for (const { id } of bookmarks.held()) bookmarks.restore(id);
      const seen = await readAll(phone);
      const own = bookmarks.list().map((one) => one.room).join();
      const lists = Object.values(seen).map(sorted);
      return new Set(lists).size === 1 && Object.keys(seen.native).toSorted().join() === own;
    };
    await until(equal, { what: 'one list in all storages', deadline: 20_000, every: 100 }).catch(async (error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify(await readAll(phone))} ${JSON.stringify(bookmarks.list())} ${home.log.slice(-15).join('\n')}`, { cause: error });
    });
    const entries = bookmarks.log(20_000).length;
    const watched = { at: performance.now(), state: sorted((await readAll(phone)).native) };
    const seen = events(watcher);
    expect(seen).toBeGreaterThan(5);
    await until(() => performance.now() - watched.at > QUIET, { what: 'the quiet', deadline: QUIET * 2 });
    expect(await equal()).toBe(true);
    expect(sorted((await readAll(phone)).native)).toBe(watched.state);
    expect([bookmarks.log(20_000).length, events(watcher)]).toEqual([entries, seen]);
    await writePrivate(desk, {}); // and it is still awake
    await until(() => bookmarks.held().length > 0 || bookmarks.list().length < 2, { what: 'a change to be seen', deadline: 5_000 }).catch(async () => {
      await (await person(who, { resource: 'brief' })).close();
      await until(() => bookmarks.held().length > 0, { what: 'a change to be seen' });
    });
  }, EDITING + 60_000);
});
