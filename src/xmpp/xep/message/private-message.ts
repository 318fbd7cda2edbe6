// XEP-0045 7.5: a message to one occupant alone
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { NS_MUC_USER } from '../room/muc.ts';
import { originId } from './stanza-id.ts';

/** A message of ours to one occupant; the `<x/>` tells our other devices that it is of a room. */
export function privateMessage({ room, nick, id, body }: { readonly room: string; readonly nick: string; readonly id: string; readonly body: string }): Element {
  return xml('message', { to: `${room}/${nick}`, type: 'chat', id }, xml('body', {}, body), xml('x', { xmlns: NS_MUC_USER }), originId(id));
}
