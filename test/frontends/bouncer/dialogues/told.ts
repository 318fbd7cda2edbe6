// All that the parties of a dialogue were told, written so that two performances of it can be compared: what tells of the run alone
// (addresses, ids, times) is named by what it stands for, and all else is left as it came.
import type { Element } from 'ltx';
import type { Person } from '../../../support/clients/person.ts';

export type Way = 'direct' | 'bouncer';

export interface Party {
  readonly name: 'alice' | 'bob';
  readonly way: Way;
  /** The bare JID. */
  readonly account: string;
  readonly person: Pick<Person, 'jid' | 'heard'>;
  /** How much of what was heard came before the dialogue: of that, only what rooms said is told. */
  readonly before: number;
}

/** What is written in place of an address, for one listener. */
interface Names {
  /** Where a stanza comes from, and whom it is for. */
  readonly all: readonly Replacement[];
  /** Beside that, where a room shows who somebody really is: others behind a bouncer are their daemons there, and never the device itself. */
  readonly real: readonly Replacement[];
}
type Replacement = readonly [found: string, written: string];

interface Writing {
  readonly top: readonly Replacement[];
  readonly within: readonly Replacement[];
  readonly known: Known;
}

interface Known {
  /** Ids that the parties have chosen: all others are a server's. */
  readonly ids: ReadonlySet<string>;
  /** Ids of archives (XEP-0359), by what they are of. */
  readonly archived: ReadonlyMap<string, string>;
  /** XEP-0421. */
  readonly occupants: ReadonlyMap<string, string>;
}

const MUC_USER = 'http://jabber.org/protocol/muc#user';
const SID = 'urn:xmpp:sid:0';
const SM = 'urn:xmpp:sm:3';
/** What has an archive's id: beside a message, around it, and as ejabberd still says it to old clients. */
const ARCHIVED = ['stanza-id', 'result', 'archived'];
const STANZAS = new Set(['message', 'presence', 'iq']);
/** Which of their children comes first says nothing: Prosody writes a set's in a table's order, which is another each time. */
const UNORDERED = new Set(['x', 'query', 'error', 'presence', 'message', 'set', 'forwarded']);

/** Each party's lines: what rooms said, in their order, and behind it what came from elsewhere, in its own. */
export function told(parties: readonly Party[], room: string, ids: ReadonlySet<string>): string[] {
  const all = parties.flatMap(({ person }) => person.heard);
  const known: Known = { ids, archived: archivedIds(all), occupants: occupantIds(all) };
  return parties.flatMap((party) => {
    const names = namesFor(party, parties, room);
    const write = (stanza: Element): string => `${party.name}: ${line(stanza, { top: names.all, within: names.real, known })}`;
    const { heard } = party.person;
    const beside = heard.slice(party.before).filter((stanza) => !isOfRoom(stanza, room) && !isOfTheRun(stanza, party));
    return [...heard.filter((stanza) => isOfRoom(stanza, room)), ...beside].map(write);
  });
}

/** Also a room whose name ends like it. */
function isOfRoom({ attrs }: Element, room: string): boolean {
  const [from = ''] = String(attrs['from'] ?? '').split('/');
  return from.endsWith(room);
}

/** The daemon is one more session of the account: its presence is seen, and it asks devices what they can do. A server asks for XEP-0198's count when it likes. */
function isOfTheRun(stanza: Element, { account }: Party): boolean {
  if (stanza.is('r', SM)) return true;
  const { from, type }: Record<string, string | undefined> = stanza.attrs;
  if (from !== `${account}/minimix`) return false;
  return stanza.name === 'presence' || (stanza.name === 'iq' && type === 'get' && stanza.getChild('query', 'http://jabber.org/protocol/disco#info') !== undefined);
}

function namesFor(listener: Party, parties: readonly Party[], room: string): Names {
  const all: Replacement[] = [[room, 'ROOM']];
  const real: Replacement[] = [[room, 'ROOM']];
  for (const { name, way, account, person } of parties) {
    const written = name.toUpperCase();
    const own: Replacement[] = [[person.jid, written], [`${account}/minimix`, `${written}-DAEMON`], [account, `${written}-BARE`]];
    const shown: Replacement[] = [[`${account}/minimix`, written], [person.jid, `${written}-DEVICE`], [account, `${written}-BARE`]];
    all.push(...own);
    real.push(...(name !== listener.name && way === 'bouncer' ? shown : own));
  }
  return { all, real };
}

function line(element: Element, { top, within, known }: Writing): string {
  const attributes = Object.entries<string | undefined>(element.attrs)
    .filter(([name, value]) => value !== undefined && !(name === 'xmlns' && value === 'jabber:client'))
    .filter(([name, value]) => !(name === 'xml:lang' && value === 'en' && STANZAS.has(element.name))) // the streams' own (RFC 6120 4.7.4)
    .filter(([name, value]) => !(element.name === 'fin' && name === 'complete' && value === 'false')) // the same as none (XEP-0313 4.4)
    .map(([name, value = '']) => `${name}='${attribute(element, name, value, { top, within, known })}'`)
    .toSorted();
  const children = element.children
    .filter((child) => typeof child === 'string' || !isRepeatedId(child, element))
    .map((child) => (typeof child === 'string' ? words(element, child, { top, within, known }) : line(child, { top, within, known })));
  const ordered = UNORDERED.has(element.name) ? children.toSorted() : children;
  return `<${[element.name, ...attributes].join(' ')}>${ordered.join('')}</>`;
}

/** The daemon gives what it says an origin-id (XEP-0359), which is the message's own id where that has one. */
function isRepeatedId(child: Element, { name, attrs }: Element): boolean {
  return name === 'message' && child.is('origin-id', SID) && child.attrs['id'] === attrs['id'];
}

function attribute(element: Element, name: string, value: string, { top, within, known }: Writing): string {
  if (name === 'stamp' || name === 'since') return 'STAMP';
  if (element.attrs['xmlns'] === SM && (name === 'id' || name === 'previd')) return 'ID';
  if (name === 'id' && STANZAS.has(element.name)) return known.ids.has(value) || isOfPerson(value) ? counted(value) : 'ID';
  const of = name === 'id' ? known.archived.get(value) : undefined; // also where it is answered, or taken back, by that
  if (of !== undefined || (name === 'id' && ARCHIVED.includes(element.name))) return counted(replaced(of ?? 'ID', within));
  if (name === 'id' && element.name === 'occupant-id') return known.occupants.get(value) ?? value;
  return counted(replaced(value, STANZAS.has(element.name) ? top : within));
}

function words(element: Element, text: string, { within, known }: Writing): string {
  if (['first', 'last'].includes(element.name)) return counted(replaced(known.archived.get(text) ?? 'ID', within)); // XEP-0059
  return counted(replaced(text, within));
}

const PERSONS = /\bp(\d+)-[a-z0-9]{1,8}\b/g;
const isOfPerson = (id: string): boolean => id.replaceAll(PERSONS, '') === '';
/** The ids of a person are counted, and random behind that. */
const counted = (text: string): string => text.replaceAll(PERSONS, 'p$1');
const replaced = (text: string, names: readonly Replacement[]): string => names.reduce((so, [found, written]) => so.replaceAll(found, written), text);

/** The message's words name it, and where it has none, what else it has. */
function archivedIds(heard: readonly Element[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const message of heard.filter(({ name }) => name === 'message')) {
    const inside = message.children.filter((child): child is Element => typeof child !== 'string');
    for (const { attrs } of inside.filter(({ name }) => ARCHIVED.includes(name))) {
      const id: unknown = attrs['id'];
      if (typeof id === 'string' && !named.has(id)) named.set(id, `of ${message.getChildText('body') ?? message.getChildText('subject') ?? inside[0]?.name ?? ''}`);
    }
  }
  return named;
}

/** By the first nick that it was seen with. */
function occupantIds(heard: readonly Element[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const presence of heard) {
    const id: unknown = presence.getChild('occupant-id', 'urn:xmpp:occupant-id:0')?.attrs['id'];
    if (presence.name !== 'presence' || !presence.getChild('x', MUC_USER) || typeof id !== 'string' || named.has(id)) continue;
    named.set(id, `of ${String(presence.attrs['from']).split('/')[1] ?? ''}`);
  }
  return named;
}
