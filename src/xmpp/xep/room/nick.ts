// XEP-0172: User Nickname, and XEP-0045 7.12: the reserved nick
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import type { DiscoInfo } from '../service/disco.ts';
import type { PubsubItem } from '../service/pubsub.ts';

export const NS_NICK = 'http://jabber.org/protocol/nick';
/** XEP-0045 7.12: the disco node whose identity is named like the person's reserved nick. */
export const RESERVED_NICK = 'x-roomuser-item';

const MAX_NICK = 200;

/** The nick that a PEP item says; `undefined` where it says none. */
export function readNick(items: readonly PubsubItem[]): string | undefined {
  const payload = items.at(-1)?.payload;
  return payload?.is('nick', NS_NICK) ? usable(payload.getText()) : undefined;
}

export function reservedNick({ identities }: DiscoInfo): string | undefined {
  return usable(identities.find(({ category }) => category === 'conference')?.name ?? '');
}

export function nick(text: string): Element {
  return xml('nick', { xmlns: NS_NICK }, text);
}

function usable(text: string): string | undefined {
  const nickname = text.trim();
  return nickname === '' || nickname.length > MAX_NICK || /\p{Cc}/u.test(nickname) ? undefined : nickname;
}
