// What the tests about rooms share: Minimix and people, who leave when the test ends; and what a room's owner does.
import { Element, createElement as xml } from 'ltx';
import { afterEach } from 'vitest';
import { openMinimix, type Minimix, type MinimixOptions } from '../minimix.ts';
import { connectPerson, type Person, type PersonOptions } from '../clients/person.ts';
import type { SharedServer } from '../servers/server.ts';
import { newAccount, type Account as Credentials } from '../servers/servers.ts';

export { administer } from './owner.ts';
export { noted, present, story } from './seen.ts';

export const MUC_USER = 'http://jabber.org/protocol/muc#user';
const MUC = 'http://jabber.org/protocol/muc';

/** A running Minimix, and whose it is. */
export interface Home extends Minimix {
  readonly who: Credentials;
}

export interface Cast {
  /** Alice's daemon, online. */
  minimix(options?: MinimixOptions & { readonly port?: number; readonly who?: Credentials }): Promise<Home>;
  /** Somebody else, under an account of their own; or another device of `who`. */
  person(name: string | Credentials, options?: PersonOptions): Promise<Person>;
  /** Ends with the test. */
  also(end: () => Promise<unknown>): void;
}

/** Whoever a test brings in leaves after it. */
export function cast(server: SharedServer): Cast {
  const open: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });
  return {
    async minimix({ port, who: known, ...options } = {}) {
      const who = known ?? (await newAccount(server, 'alice'));
      const minimix = openMinimix({ ...server, ...(port !== undefined && { port }) }, who, options);
      open.push(minimix.stop);
      await minimix.online();
      return { ...minimix, who };
    },
    async person(name, options) {
      const who = typeof name === 'string' ? await newAccount(server, name) : name;
      const person = await connectPerson(server, who.user, who.password, options);
      open.push(person.close);
      return person;
    },
    also: (end) => void open.push(end),
  };
}

const bare = (jid: string): string => jid.split('/')[0] ?? '';

/** A new room whose owner is in it. */
export async function roomOf(server: SharedServer, owner: Person, archive = false): Promise<string> {
  const room = await server.room({ archive, owners: [bare(owner.jid)] });
  await owner.join(room, 'owner');
  return room;
}

/** 10.2: the room's configuration, with these fields changed. */
export async function configure(owner: Person, room: string, fields: Record<string, string>): Promise<void> {
  const answer = await owner.iq(xml('iq', { type: 'get', to: room }, xml('query', { xmlns: `${MUC}#owner` })));
  const form = answer.getChild('query')?.getChild('x', 'jabber:x:data');
  const kept = (form?.getChildren('field') ?? []).filter((field) => !((field.attrs['var'] ?? '') in fields) && field.attrs['var']);
  const asked = [...kept.map(({ attrs, children }) => xml('field', { var: attrs['var'] }, ...children.filter(isValue))),
    ...Object.entries(fields).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value)))];
  const submit = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, ...asked);
  await owner.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, submit)));
}

const isValue = (child: Element | string): child is Element => child instanceof Element && child.name === 'value';

/** 10.9. */
export async function destroy(owner: Person, room: string, about: { venue?: string; password?: string; reason?: string }): Promise<void> {
  const { venue, password, reason } = about;
  const element = xml('destroy', venue === undefined ? {} : { jid: venue });
  if (password !== undefined) element.append(xml('password', {}, password));
  if (reason !== undefined) element.append(xml('reason', {}, reason));
  await owner.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, element)));
}

/** Whether a room presence is an unavailable one of that nick. */
export const gone = (room: string, nick: string) => (stanza: Element): boolean =>
  stanza.name === 'presence' && stanza.attrs['from'] === `${room}/${nick}` && stanza.attrs['type'] === 'unavailable';

/** Whether a room presence is an available one of that nick. */
export const here = (room: string, nick: string) => (stanza: Element): boolean =>
  stanza.name === 'presence' && stanza.attrs['from'] === `${room}/${nick}` && stanza.attrs['type'] === undefined;
