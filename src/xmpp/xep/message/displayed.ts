// XEP-0490 0.1: Message Displayed Synchronization
import { bareOf } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import type { PubsubItem } from '../service/pubsub.ts';
import { NS_SID, readStanzaId } from './stanza-id.ts';

export const NS_MDS = 'urn:xmpp:mds:displayed:0';

/** 3.1, 3.2: for the person alone, an item for each chat. */
export const mdsNodeOptions: Readonly<Record<string, string>> = {
  'pubsub#persist_items': 'true',
  'pubsub#max_items': 'max',
  'pubsub#send_last_published_item': 'never',
  'pubsub#access_model': 'whitelist',
};

/** A chat is read up to the message that its `by` (the room, for a room) has given this id. */
interface Displayed {
  /** As the item has it: a room's bare JID, where it is a room's. */
  readonly chat: string;
  readonly stanzaId: string;
}

/** 3.1: an item of the node, where it is about a room; `undefined` for contacts, private messages and nonsense. */
export function readDisplayed({ id, payload }: PubsubItem): Displayed | undefined {
  if (!payload?.is('displayed', NS_MDS) || bareOf(id) !== id) return undefined;
  const stanzaId = readStanzaId(payload, id);
  return stanzaId === undefined ? undefined : { chat: id, stanzaId };
}

/** 3.2: the payload of a room's item. */
export function displayed({ chat, stanzaId }: Displayed): Element {
  return xml('displayed', { xmlns: NS_MDS }, xml('stanza-id', { xmlns: NS_SID, by: chat, id: stanzaId }));
}
