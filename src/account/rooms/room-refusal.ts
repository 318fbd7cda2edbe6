import { fail, type Result } from '../../core/errors.ts';
import type { StanzaFault } from '../../xmpp/contract.ts';

/** A room's error (RFC 6120 8.3) in words, those of `words` by its condition, with the room's own text behind them. */
export function roomRefusal({ condition, text }: StanzaFault, words: Readonly<Record<string, string>>): Result<never> {
  const why = words[condition] ?? `The room answered with an error: ${condition}.`;
  return fail(condition, text === undefined ? why : `${why} “${text.slice(0, 500)}”`);
}
