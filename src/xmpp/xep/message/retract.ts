// XEP-0424: Message Retraction
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { fallbackFor } from './fallback.ts';
import { storeHint } from './hints.ts';
import { originId } from './stanza-id.ts';

export const NS_RETRACT = 'urn:xmpp:message-retract:1';

/** What a client shows that does not know of it; the XEP's own words. */
const UNSUPPORTED = '/me retracted a previous message, but it’s unsupported by your client.';

/** 3.1, 4: a message of ours is taken back, by its stanza-id in the room. */
export function retractMessage(room: string, id: string, target: string): Element {
  return xml(
    'message',
    { to: room, type: 'groupchat', id },
    xml('retract', { xmlns: NS_RETRACT, id: target }),
    fallbackFor(NS_RETRACT),
    xml('body', {}, UNSUPPORTED),
    originId(id),
    storeHint(),
  );
}
