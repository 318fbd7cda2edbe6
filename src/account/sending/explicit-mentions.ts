import type { ExplicitMention } from '../../core/mention.ts';
import type { Transaction } from '../context.ts';

/** Mentions that one message of ours may carry. */
const MOST = 20;

/**
 * XEP-0513 for the nicks that a message of ours names, wherever they stand in its text: by occupant-id where the room gives
 * one, else by the occupant's address. Who is not in the room is left to the text. `behind`: code points that stand before it, and are no words of ours.
 */
export function explicitMentions(transaction: Transaction, { room, body, nicks, behind = 0 }: { room: string; body: string; nicks: readonly string[]; behind?: number }): ExplicitMention[] {
  const found = [...new Set(nicks)].slice(0, MOST).flatMap((nick) => {
    const occupant = transaction.occupant(room, nick);
    if (!occupant) return [];
    const { occupantId } = occupant;
    const who = occupantId === undefined ? { jid: `${room}/${nick}` } : { occupantId };
    return placesOf(nick, body).map(({ begin, end }) => ({ ...who, range: { begin: behind + begin, end: behind + end } }));
  });
  return found.slice(0, MOST);
}

/** In code points, as the XEP's begin and end are read. */
function placesOf(nick: string, body: string): { begin: number; end: number }[] {
  const quoted = nick.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])${quoted}(?![\\p{L}\\p{N}_])`, 'gu');
  return [...body.matchAll(pattern)].slice(0, MOST).map(({ index }) => {
    const begin = Array.from(body.slice(0, index)).length;
    return { begin, end: begin + Array.from(nick).length };
  });
}
