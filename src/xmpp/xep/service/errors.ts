// RFC 6120 8.3: stanza errors
import { conditionIn } from '../../conditions.ts';
import type { StanzaFault } from '../../contract.ts';
import type { PassedOver } from '../../stanza.ts';
import type { Element } from '../../xml.ts';
import { attrsOf, xml } from '../../xml.ts';
import { NS_CLIENT, NS_STANZAS } from './namespaces.ts';
import { short } from './short.ts';

/** What a stanza of type error says; `undefined` where the stanza is none. */
export function readStanzaError(stanza: Element): StanzaFault | undefined {
  if (stanza.attrs['type'] !== 'error') return undefined;
  const error = stanza.getChild('error');
  return {
    condition: conditionIn(error) ?? 'undefined-condition',
    type: typeof error?.attrs['type'] === 'string' ? error.attrs['type'] : undefined,
    text: short(error?.getChildText('text', NS_STANZAS)),
    element: error,
  };
}

/** The answer that refuses an IQ or a message. */
export function errorAnswer(stanza: Element, { type, condition, text }: { type: string; condition: string; text?: string }): Element {
  const { id, from } = attrsOf(stanza);
  const attrs: Record<string, string> = { type: 'error' };
  if (id !== undefined) attrs['id'] = id;
  if (from !== undefined) attrs['to'] = from;
  const error = xml('error', { type }, xml(condition, { xmlns: NS_STANZAS }));
  if (text !== undefined) error.append(xml('text', { xmlns: NS_STANZAS }, text));
  return xml(stanza.name, attrs, error);
}

/** The refusal of what a device of ours said to somebody, as from them: no more of it need be known than its start tag. */
export function unreadAnswer({ kind, id, to }: Pick<PassedOver, 'kind' | 'id' | 'to'>, { type, condition, text }: { type: string; condition: string; text: string }): string {
  const attrs = { xmlns: NS_CLIENT, type: 'error', ...(id !== undefined && { id }), ...(to !== '' && { from: to }) };
  return xml(kind, attrs, xml('error', { type }, xml(condition, { xmlns: NS_STANZAS }), xml('text', { xmlns: NS_STANZAS }, text))).toString();
}

/** The answer that grants an IQ. */
export function resultAnswer(iq: Element, payload?: Element): Element {
  const { id, from } = attrsOf(iq);
  const answer = xml('iq', { type: 'result', id: id ?? '' });
  if (from !== undefined) answer.attrs['to'] = from;
  if (payload) answer.append(payload);
  return answer;
}
