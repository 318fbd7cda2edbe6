// XEP-0280: Message Carbons, as received from the account's own server
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { NS_CARBONS } from './relay-envelope.ts';

const NS_HINTS = 'urn:xmpp:hints';
export const NS_FORWARD = 'urn:xmpp:forward:0';

/** 4: asks the server for copies of what the account's other resources get. */
export function enableCarbons(): Element {
  return xml('iq', { type: 'set' }, xml('enable', { xmlns: NS_CARBONS }));
}

/** 6.1: whether a server copies what a resource sends to the others; 6.3 and XEP-0334 4.4: its sender may forbid that. */
export function isCopied(message: Element): boolean {
  if (message.getChild('private', NS_CARBONS) ?? message.getChild('no-copy', NS_HINTS)) return false;
  const type: unknown = message.attrs['type'];
  return type === 'chat' || ((type === undefined || type === 'normal') && message.getChild('body') !== undefined);
}

/** The copied message. 11: only where the wrapper comes from the account's bare JID itself. */
export function readCarbon(message: Element, account: string): Element | undefined {
  if (message.attrs['from'] !== account) return undefined;
  const wrapper = message.getChild('received', NS_CARBONS) ?? message.getChild('sent', NS_CARBONS);
  return wrapper?.getChild('forwarded', NS_FORWARD)?.getChild('message');
}
