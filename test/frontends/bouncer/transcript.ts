// What a client was told about one room, written so that two runs can be compared.
import type { Element } from 'ltx';

/** Names that differ from run to run, and what is written in their place. */
export type Names = readonly (readonly [found: string, written: string])[];

/** Children that tell of the run, not of the room. */
const PASSING = new Set(['urn:xmpp:sid:0', 'urn:xmpp:occupant-id:0', 'http://jabber.org/protocol/caps', 'vcard-temp:x:update']);

/** Elements whose text is an id of the run (XEP-0059). */
const NAMELESS = new Set(['first', 'last']);

/** Which of their children comes first says nothing: Prosody writes a set's in a table's order, which is another each time. */
const UNORDERED = new Set(['x', 'query', 'error', 'presence', 'set', 'forwarded']);

/** The stanzas from the room, one line each. */
export function transcript(stanzas: readonly Element[], room: string, names: Names): string[] {
  return stanzas
    .filter((stanza) => {
      const [from = ''] = String(stanza.attrs['from'] ?? '').split('/');
      return from.endsWith(room); // also a room whose name ends like it
    })
    .map((stanza) => replaced(line(stanza), names));
}

function line(element: Element): string {
  const attributes = Object.entries<string | undefined>(element.attrs)
    .filter(([name, value]) => !(element.name === 'fin' && name === 'complete' && value === 'false')) // the same as none (XEP-0313 4.4)
    .filter(([name, value]) => value !== undefined && name !== 'id' && name !== 'xml:lang' && !(name === 'xmlns' && value === 'jabber:client'))
    .map(([name, value]) => `${name}='${name === 'stamp' || name === 'since' ? 'STAMP' : (value ?? '')}'`)
    .toSorted();
  const children = element.children
    .filter((child) => typeof child === 'string' || !PASSING.has(String(child.attrs['xmlns'])))
    .map((child) => (typeof child === 'string' ? child : line(child)));
  const ordered = UNORDERED.has(element.name) ? children.toSorted() : children;
  const text = NAMELESS.has(element.name) ? ['ID'] : ordered;
  return `<${[element.name, ...attributes].join(' ')}>${text.join('')}</>`;
}

function replaced(text: string, names: Names): string {
  return names.reduce((so, [found, written]) => so.replaceAll(found, written), text);
}

export interface Difference {
  readonly onlyDirect: readonly string[];
  readonly onlyBouncer: readonly string[];
}

/** The lines that stand in one transcript alone, by the longest common subsequence; undefined where they are the same. */
export function difference(direct: readonly string[], bouncer: readonly string[]): Difference | undefined {
  const rows = Array.from({ length: direct.length + 1 }, () => Array.from({ length: bouncer.length + 1 }, () => 0));
  for (let i = direct.length - 1; i >= 0; i -= 1) {
    for (let j = bouncer.length - 1; j >= 0; j -= 1) {
      const both = direct[i] === bouncer[j];
      rows[i]![j] = both ? 1 + rows[i + 1]![j + 1]! : Math.max(rows[i + 1]![j]!, rows[i]![j + 1]!);
    }
  }
  const [onlyDirect, onlyBouncer]: [string[], string[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < direct.length || j < bouncer.length) {
    if (i < direct.length && j < bouncer.length && direct[i] === bouncer[j]) [i, j] = [i + 1, j + 1];
    else if (j >= bouncer.length || (i < direct.length && rows[i + 1]![j]! >= rows[i]![j + 1]!)) onlyDirect.push(direct[i++] ?? '');
    else onlyBouncer.push(bouncer[j++] ?? '');
  }
  return onlyDirect.length + onlyBouncer.length === 0 ? undefined : { onlyDirect, onlyBouncer };
}
