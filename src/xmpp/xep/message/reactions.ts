// XEP-0444: Message Reactions
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { storeHint } from './hints.ts';
import { originId } from './stanza-id.ts';

export const NS_REACTIONS = 'urn:xmpp:reactions:0';

/** 3.2, 4: all reactions of ours to a message of the room, by its stanza-id there; none takes them back. */
export function reactionsMessage({ room, id, target, emojis }: { room: string; id: string; target: string; emojis: readonly string[] }): Element {
  const all = emojis.map((emoji) => xml('reaction', {}, emoji));
  return xml('message', { to: room, type: 'groupchat', id }, xml('reactions', { xmlns: NS_REACTIONS, id: target }, ...all), originId(id), storeHint());
}
