// XEP-0313 on the account's own archive, which a device asks its server for: private messages stand there as the daemon's.
import { bareOf, resourceOf } from '../../../core/jid.ts';
import { NS_FORWARD } from '../../../xmpp/xep/message/carbons.ts';
import { NS_MUC_USER } from '../../../xmpp/xep/room/muc.ts';
import { attrsOf, type Element } from '../../../xmpp/xml.ts';
import { open } from './room-stanzas.ts';

interface Viewer {
  readonly account: string;
  /** The full JID of the daemon, and of the device that asks. */
  readonly daemon: string;
  readonly device: string;
  readonly isRoom: (jid: string) => boolean;
  /** Which device sent a private message to that room. */
  readonly sender: (room: string, id: string | undefined) => string | undefined;
}

/**
 * One result, in which a private message is to and from whom the device saw it live: a client knows by that, by its id and by its
 * stanza-id that the two are one. What is none stays as it is.
 */
export function asSeenLive(raw: string, { account, daemon, device, isRoom, sender }: Viewer): string {
  const result = open(raw);
  const message = resultIn(result)?.getChild('forwarded', NS_FORWARD)?.getChild('message');
  if (!message) return raw;
  const { from = '', to = '', id, type } = attrsOf(message);
  const ofOccupant = (jid: string): boolean => resourceOf(jid) !== '' && (isRoom(bareOf(jid)) || message.getChild('x', NS_MUC_USER) !== undefined);
  if (type === 'groupchat') return raw;
  if (bareOf(to) === account && ofOccupant(from)) message.attrs['to'] = device;
  else if (from === daemon && ofOccupant(to)) message.attrs['from'] = sender(bareOf(to), id) ?? from;
  else return raw;
  return result.toString();
}

/** Of whatever version of the protocol. */
function resultIn(stanza: Element): Element | undefined {
  return stanza.getChildren('result').find((child) => String(child.attrs['xmlns']).startsWith('urn:xmpp:mam:'));
}
