// The orders that a script of a library takes, as slixmpp-room.py has them.
import { z } from 'zod';

export const orders = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('join'), room: z.string(), nick: z.string() }),
  z.object({ verb: z.literal('nick'), room: z.string(), nick: z.string() }),
  z.object({ verb: z.literal('leave'), room: z.string(), nick: z.string() }),
  z.object({ verb: z.literal('say'), room: z.string(), body: z.string() }),
  z.object({ verb: z.literal('private'), to: z.string(), body: z.string() }),
  z.object({ verb: z.literal('bookmarks') }),
  z.object({ verb: z.literal('quit') }),
]);
