import { fail, type Result } from '../../core/errors.ts';
import type { Connection } from '../../xmpp/contract.ts';
import { faultIn } from '../../xmpp/transport/outgoing.ts';

/** Why a message cannot go out as it is, before anything of it is kept; `undefined` where it can (RFC 6120 13.12: a server may refuse what is larger). */
export function refusalOf(connection: Pick<Connection, 'limit'>, xml: string): Result<never> | undefined {
  const [bytes, most] = [Buffer.byteLength(xml), connection.limit()];
  if (bytes > most) return fail('too-large', `Your server takes messages of ${most} bytes; this one has ${bytes}.`);
  const fault = faultIn(xml);
  return fault === undefined ? undefined : fail('malformed', `This is not a message: ${fault}.`);
}
