// What the dialogues are told with: two people in a room, and the words of a client.
import { createElement as xml, type Element } from 'ltx';
import { StanzaError, type Person } from '../../../support/clients/person.ts';
import type { Affiliation, SharedServer } from '../../../support/servers/server.ts';

export interface Stage {
  readonly server: SharedServer;
  readonly room: string;
  readonly alice: Person;
  /** The room's owner, who is in it as bob before the dialogue begins. */
  readonly bob: Person;
  /**
   * Alice's account has heard from the room that it is out: the others may hear it a moment earlier, and who comes in within that moment
   * gets the nick that the account had.
   */
  out(): Promise<unknown>;
}

export type Dialogue = (stage: Stage) => Promise<void>;
export type Dialogues = Readonly<Record<string, Dialogue>>;

export const MUC = 'http://jabber.org/protocol/muc';
export const USER = `${MUC}#user`;

export const bare = (jid: string): string => jid.split('/')[0] ?? '';
export const said = (body: string) => (stanza: Element): boolean => stanza.getChildText('body') === body;
export const gone = (nick: string) => (stanza: Element): boolean => stanza.attrs['type'] === 'unavailable' && String(stanza.attrs['from']).endsWith(`/${nick}`);
export const failed = (id: string) => (stanza: Element): boolean => stanza.attrs['type'] === 'error' && stanza.attrs['id'] === id;
export const isError = (stanza: Element): boolean => stanza.attrs['type'] === 'error';
/** Alice’s, for bob has one as well: who comes in is told of it. */
export const role = (name: string) => (stanza: Element): boolean => String(stanza.attrs['from']).endsWith('/Ali') && stanza.getChild('x', USER)?.getChild('item')?.attrs['role'] === name;
export const here = (nick: string) => (stanza: Element): boolean => stanza.name === 'presence' && stanza.attrs['type'] === undefined && String(stanza.attrs['from']).endsWith(`/${nick}`);

export function toAll(room: string, id: string, ...children: Element[]): Element {
  return xml('message', { to: room, type: 'groupchat', id }, ...children);
}

export function whisper(room: string, nick: string, body: string, id = `w-${body}`): Element {
  return xml('message', { to: `${room}/${nick}`, type: 'chat', id }, xml('body', {}, body), xml('x', { xmlns: USER }));
}

export function entry(room: string, nick: string, ...children: Element[]): Element {
  return xml('presence', { to: `${room}/${nick}` }, xml('x', { xmlns: MUC }, xml('history', { maxstanzas: '0' })), ...children);
}

export function admin(who: Person, room: string, item: Record<string, string>, reason?: string): Promise<Element> {
  const children = reason === undefined ? [] : [xml('reason', {}, reason)];
  return who.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#admin` }, xml('item', item, ...children))));
}

export const affiliate = (who: Person, room: string, jid: string, affiliation: Affiliation): Promise<Element> => admin(who, room, { jid: bare(jid), affiliation });

export function listed(who: Person, room: string, item: Record<string, string>): Promise<Element> {
  return who.iq(xml('iq', { type: 'get', to: room }, xml('query', { xmlns: `${MUC}#admin` }, xml('item', item))));
}

export function configure(who: Person, room: string, fields: Record<string, string>): Promise<Element> {
  const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' },
    xml('field', { var: 'FORM_TYPE' }, xml('value', {}, `${MUC}#roomconfig`)),
    ...Object.entries(fields).map(([name, value]) => xml('field', { var: name }, xml('value', {}, value))));
  return who.iq(xml('iq', { type: 'set', to: room }, xml('query', { xmlns: `${MUC}#owner` }, form)));
}

export function ask(who: Person, to: string, xmlns: string, name = 'query'): Promise<Element> {
  return who.iq(xml('iq', { type: 'get', to }, xml(name, { xmlns })));
}

/** For what one server grants and another refuses: both answers are as good, so long as both sides are given the same. No answer is none. */
export async function tried(work: Promise<unknown>): Promise<boolean> {
  return work.then(() => true, (error: unknown) => {
    if (error instanceof StanzaError) return false;
    throw error;
  });
}

/** For what has to be refused: a dialogue in which it is granted tells of something else than its name says. */
export async function refused(work: Promise<unknown>): Promise<void> {
  if (await tried(work)) throw new Error('it was granted, and not refused');
}
