// XEP-0085: Chat State Notifications
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { noStoreHint } from './hints.ts';

export const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';

/** 5.5: to a room, one that stands alone. */
export function chatState(room: string, state: 'composing' | 'paused'): Element {
  return xml('message', { to: room, type: 'groupchat' }, xml(state, { xmlns: NS_CHAT_STATES }), noStoreHint());
}

/** Whether its sender is typing; `undefined` where it says nothing of that. */
export function readTyping(message: Element): boolean | undefined {
  const state = message.children.find((child): child is Element => typeof child !== 'string' && child.attrs['xmlns'] === NS_CHAT_STATES);
  return state && state.name === 'composing';
}
