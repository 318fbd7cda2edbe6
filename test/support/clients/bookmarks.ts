// What other clients do with bookmarks: each storage read and written by hand, nothing of src/ in between.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createElement as xml, type Element } from 'ltx';
import { connectPerson, StanzaError, type Person } from './person.ts';
import { newAccount, uniqueName, type Account, type ServerAddress, type SharedServer } from '../servers/server.ts';

export const NATIVE = 'urn:xmpp:bookmarks:1';
export const STORAGE = 'storage:bookmarks';
const PUBSUB = 'http://jabber.org/protocol/pubsub';
const OWNER = `${PUBSUB}#owner`;
const DATA = 'jabber:x:data';

/** A bookmark as a client would show it. */
export interface Shown {
  readonly name?: string;
  readonly autojoin?: boolean;
  readonly nick?: string;
  readonly password?: string;
}

/** By the address as it stands there. */
export type ShownList = Record<string, Shown>;

function fill(element: Element, { name, autojoin, nick, password }: Shown): Element {
  if (name !== undefined) element.attrs['name'] = name;
  if (autojoin !== undefined) element.attrs['autojoin'] = String(autojoin);
  if (nick !== undefined) element.append(xml('nick', {}, nick));
  if (password !== undefined) element.append(xml('password', {}, password));
  return element;
}

function show(element: Element): Shown {
  const { name, autojoin }: Record<string, string | undefined> = element.attrs;
  const [nick, password] = ['nick', 'password'].map((child) => element.getChild(child)?.text() || undefined);
  return {
    ...(name !== undefined && { name }),
    autojoin: autojoin === 'true' || autojoin === '1',
    ...(nick !== undefined && { nick }),
    ...(password !== undefined && { password }),
  };
}

export const conference = (about: Shown, ...children: Element[]): Element => {
  const element = fill(xml('conference', { xmlns: NATIVE }), about);
  for (const child of children) element.append(child);
  return element;
};

/** XEP-0402, as a client that has no care for how the node is configured. */
export async function publish(who: Person, room: string, payload: Element): Promise<void> {
  const item = xml('item', { id: room }, payload);
  for (let asked = 1; ; asked += 1) {
    try {
      await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node: NATIVE }, item))));
      return;
    } catch (error) {
      // COMPAT: ejabberd 23.01 says this to whoever publishes first while another session's first item makes the node
      if (!(error instanceof StanzaError && error.condition === 'item-not-found') || asked === 10) throw error;
    }
  }
}

export async function retract(who: Person, room: string): Promise<void> {
  await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('retract', { node: NATIVE, notify: 'true' }, xml('item', { id: room })))));
}

async function items(who: Person, node: string): Promise<Element[]> {
  try {
    const answer = await who.iq(xml('iq', { type: 'get' }, xml('pubsub', { xmlns: PUBSUB }, xml('items', { node }))));
    return answer.getChild('pubsub')?.getChild('items')?.getChildren('item') ?? [];
  } catch (error) {
    if (error instanceof StanzaError && error.condition === 'item-not-found') return [];
    throw error;
  }
}

/** One XEP-0402 item, whatever it holds. */
export async function rawItem(who: Person, room: string): Promise<Element | undefined> {
  return (await items(who, NATIVE)).find((item) => item.attrs['id'] === room);
}

/** The payload of one XEP-0402 item. */
export async function nativeItem(who: Person, room: string): Promise<Element | undefined> {
  return (await rawItem(who, room))?.getChild('conference');
}

/** XEP-0402 by slixmpp's own connection and pubsub, logged in for the first time. */
export async function readBySlixmpp({ host, port, caFile }: ServerAddress, { jid, password }: Account): Promise<ShownList> {
  const script = fileURLToPath(new URL('slixmpp_bookmarks.py', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)('/usr/bin/python3', [script, jid, password, host, String(port), caFile]);
  if (stdout === '') throw new Error(`slixmpp read nothing: ${stderr}`);
  return JSON.parse(stdout) as ShownList;
}

export async function deleteNode(who: Person, node: string): Promise<void> {
  await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: OWNER }, xml('delete', { node }))));
}

export async function readNative(who: Person): Promise<ShownList> {
  const found = await items(who, NATIVE);
  return Object.fromEntries(found.flatMap((item) => {
    const payload = item.getChild('conference', NATIVE);
    return payload ? [[String(item.attrs['id']), show(payload)]] : [];
  }));
}

function listIn(storage: Element | undefined): ShownList {
  return Object.fromEntries((storage?.getChildren('conference') ?? []).map((one) => [String(one.attrs['jid']), show(one)]));
}

function storageOf(list: ShownList, others: readonly Element[]): Element {
  const all = Object.entries(list).map(([jid, about]) => fill(xml('conference', { jid }), about));
  return xml('storage', { xmlns: STORAGE }, ...all, ...others);
}

/** XEP-0048 in PEP. */
export async function readPep(who: Person): Promise<ShownList> {
  return listIn((await items(who, STORAGE)).at(-1)?.getChild('storage'));
}

export async function writePep(who: Person, list: ShownList, ...others: Element[]): Promise<void> {
  const item = xml('item', { id: 'current' }, storageOf(list, others));
  await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: PUBSUB }, xml('publish', { node: STORAGE }, item))));
}

/** XEP-0049, the `<storage/>` itself. */
export async function privateStorage(who: Person): Promise<Element | undefined> {
  const answer = await who.iq(xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:private' }, xml('storage', { xmlns: STORAGE }))));
  return answer.getChild('query')?.getChild('storage');
}

export async function readPrivate(who: Person): Promise<ShownList> {
  return listIn(await privateStorage(who));
}

export async function writePrivate(who: Person, list: ShownList, ...others: Element[]): Promise<void> {
  const query = xml('query', { xmlns: 'jabber:iq:private' }, storageOf(list, others));
  try {
    await who.iq(xml('iq', { type: 'set' }, query), { deadline: 60_000, what: 'the list to be taken' });
  } catch (error) {
    // COMPAT: ejabberd 24.12 takes the list, and says this where an item that it takes out of XEP-0402 too is just gone
    if (!(error instanceof StanzaError && error.condition === 'item-not-found')) throw error;
  }
}

/** All three, as three clients would see them. */
export async function readAll(who: Person): Promise<{ native: ShownList; pep: ShownList; private: ShownList }> {
  const [native, pep, old] = [await readNative(who), await readPep(who), await readPrivate(who)];
  return { native, pep, private: old };
}

/**
 * Whether that server makes one list of XEP-0049 and XEP-0402, found out by an account of its own: not all that bridge announce it.
 */
export async function bridges(server: SharedServer): Promise<boolean> {
  const { user, password } = await newAccount(server, 'bridge');
  const who = await connectPerson(server, user, password);
  try {
    const room = `${uniqueName()}@elsewhere.example`;
    await writePrivate(who, { [room]: {} });
    await who.settle();
    return (await readNative(who))[room] !== undefined;
  } finally {
    await who.close();
  }
}

/** A node's configuration, by field. */
export async function nodeConfig(who: Person, node: string): Promise<Record<string, string>> {
  const answer = await who.iq(xml('iq', { type: 'get' }, xml('pubsub', { xmlns: OWNER }, xml('configure', { node }))));
  const fields = answer.getChild('pubsub')?.getChild('configure')?.getChild('x', DATA)?.getChildren('field') ?? [];
  return Object.fromEntries(fields.map((field) => [String(field.attrs['var']), field.getChildText('value') ?? '']));
}

export async function configureNode(who: Person, node: string, fields: Record<string, string>): Promise<void> {
  const form = xml('x', { xmlns: DATA, type: 'submit' }, xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, `${PUBSUB}#node_config`)));
  for (const [name, value] of Object.entries(fields)) form.append(xml('field', { var: name }, xml('value', {}, value)));
  await who.iq(xml('iq', { type: 'set' }, xml('pubsub', { xmlns: OWNER }, xml('configure', { node }, form))));
}

/** Whatever reads in key order and without fields that say nothing. */
export function sorted(list: ShownList): string {
  return JSON.stringify(Object.entries(list).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([room, { name, autojoin, nick, password }]) => [room, name, autojoin === true, nick, password]));
}
