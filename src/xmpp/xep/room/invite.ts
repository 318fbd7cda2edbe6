// XEP-0045 7.8: mediated invitations; XEP-0249: direct ones
import { bareOf, parseBareJid } from '../../../core/jid.ts';
import type { Invitation } from '../../../core/invitation.ts';
import type { Element } from '../../xml.ts';
import { attrsOf, xml } from '../../xml.ts';
import { NS_MUC_USER } from './muc.ts';

const NS_CONFERENCE = 'jabber:x:conference';
const MAX_REASON = 2_000;

/** An invitation of either sort; `undefined` where the message is none. Mediated: the room itself must have sent it. */
export function readInvitation(message: Element, at: number): Invitation | undefined {
  const type: unknown = message.attrs['type'];
  if (message.name !== 'message' || type === 'error' || type === 'groupchat') return undefined;
  return mediated(message, at) ?? direct(message, at);
}

function mediated(message: Element, at: number): Invitation | undefined {
  const x = message.getChild('x', NS_MUC_USER);
  const invite = x?.getChild('invite');
  const room = parseBareJid(String(message.attrs['from'] ?? ''));
  if (!invite || room === undefined) return undefined;
  const from: unknown = invite.attrs['from'];
  return {
    room,
    by: typeof from === 'string' && from !== '' ? from.slice(0, 3_071) : undefined,
    reason: bounded(invite.getChildText('reason')),
    password: bounded(x?.getChildText('password')),
    mediated: true,
    at,
  };
}

function direct(message: Element, at: number): Invitation | undefined {
  const x = message.getChild('x', NS_CONFERENCE);
  const room = parseBareJid(String(x?.attrs['jid'] ?? ''));
  const by = bareOf(String(message.attrs['from'] ?? ''));
  if (!x || room === undefined || by === '') return undefined;
  const { reason, password } = attrsOf(x);
  return { room, by, reason: bounded(reason), password: bounded(password), mediated: false, at };
}

/** 7.8.2: tells the inviter, through the room, that we do not come. XEP-0249 has no such answer. */
export function declineInvitation(room: string, to: string, reason?: string): Element {
  const decline = xml('decline', { to }, ...(reason === undefined ? [] : [xml('reason', {}, reason)]));
  return xml('message', { to: room }, xml('x', { xmlns: NS_MUC_USER }, decline));
}

function bounded(text: string | null | undefined): string | undefined {
  return text ? text.slice(0, MAX_REASON) : undefined;
}
