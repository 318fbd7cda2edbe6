import { stanzaFrom } from '../../stanza.ts';
import { bareOf } from '../../../core/jid.ts';
import { NS_CLIENT } from '../service/namespaces.ts';
import { xml } from '../../xml.ts';
import { readStanzaId, stanzaId } from './stanza-id.ts';

/** Characters of the text, few enough for the 10,000 bytes that any server takes (RFC 6120 13.12), whatever they are. */
const MAX_BODY = 1_000;
const MAX_ID = 200;

/** A room's message that is too large for the server between us and a device: how it begins, and how large it is. */
export function shortForm(text: string): string {
  const { from, type, id, element } = stanzaFrom(text);
  const body = element.getChildText('body') ?? '';
  const start = body.length <= MAX_BODY ? body : `${body.slice(0, MAX_BODY).toWellFormed()}…`;
  const note = `[This message has ${Buffer.byteLength(text)} bytes, more than your server lets through. All of it is in Minimix.]`;
  const attributes = { xmlns: NS_CLIENT, from, ...(type !== undefined && { type }), ...(id !== undefined && id.length <= MAX_ID && { id }) };
  const room = bareOf(from);
  const given = readStanzaId(element, room);
  const words = xml('body', {}, [start, note].filter((part) => part !== '').join(' '));
  return xml('message', attributes, words, ...(given === undefined ? [] : [stanzaId(room, given)])).toString();
}
