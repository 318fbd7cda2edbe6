import { randomUUID } from 'node:crypto';
import { fail, ok, type Result } from '../../core/errors.ts';
import { parseBareJid } from '../../core/jid.ts';
import { privateMessage } from '../../xmpp/xep/message/private-message.ts';
import type { AccountContext } from '../context.ts';
import type { SharedOccupancy } from '../rooms/shared-occupancy-contract.ts';

/** What the person says to one occupant alone (XEP-0045 7.5). No room sends it back, so nothing of it waits: it is sent now, or refused. */
export function sendPrivately(context: AccountContext, occupancy: Pick<SharedOccupancy, 'sendPrivate'>) {
  return (text: string, nick: string, body: string): Result<{ originId: string }> => {
    const room = parseBareJid(text) ?? text;
    if (body === '') return fail('empty', 'The message is empty.');
    if (context.room(room)?.membership.state !== 'joined') return fail('not-joined', `You are not in ${room}.`);
    if (!context.occupants(room).has(nick)) return fail('not-there', `${nick} is not in the room.`);
    const id = randomUUID();
    const xml = privateMessage({ room, nick, id, body }).toString();
    const sent = occupancy.sendPrivate(room, xml);
    return sent.ok ? ok({ originId: id }) : sent;
  };
}
