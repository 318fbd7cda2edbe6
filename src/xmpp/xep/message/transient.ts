// XEP-0085: Chat State Notifications, XEP-0334: Message Processing Hints (4.2): what is of the moment
import type { Element } from '../../xml.ts';
import { NS_CHAT_STATES } from './chat-states.ts';
import { NS_DELAY } from './delay.ts';
import { NS_HINTS } from './hints.ts';
import { NS_MUC_USER } from '../room/muc.ts';
import { NS_OCCUPANT_ID } from '../room/occupant-id.ts';
import { NS_SID } from './stanza-id.ts';

/** What servers and clients add to any message, and says nothing by itself. */
const WRAPPING: ReadonlySet<unknown> = new Set([NS_CHAT_STATES, NS_HINTS, NS_SID, NS_OCCUPANT_ID, NS_DELAY, NS_MUC_USER]);

/** A message that is not to be kept: its sender says so (`no-store`), or it holds a chat state and nothing more. */
export function isTransient(message: Element): boolean {
  if (message.getChild('no-store', NS_HINTS)) return true;
  const children = message.children.filter((child) => typeof child !== 'string');
  const state = children.some((child) => namespaceOf(child) === NS_CHAT_STATES);
  return state && children.every((child) => child.name === 'thread' || WRAPPING.has(namespaceOf(child)));
}

/** The element's own: what it inherits is the stream's. */
function namespaceOf(element: Element): unknown {
  return element.attrs['xmlns'];
}
