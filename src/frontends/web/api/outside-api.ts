// What the API tells of rooms that the account is not in, and of files.
import { z } from 'zod';
import { parseJid } from '../../../core/jid.ts';
import { bareJid } from '../../../account/settings.ts';
import { one, procedure, trpc, valueOf } from './trpc.ts';

/** A service, or whoever answers searches: any JID. */
const entity = z
  .string()
  .trim()
  .max(3071)
  .refine((text) => text !== '' && parseJid(text) !== undefined, 'is not an address such as rooms.example.org');
const after = z.string().min(1).max(3071).optional();
const account = bareJid.optional();
const inputs = {
  account: z.object({ account }),
  rooms: z.object({ account, service: entity, after }),
  search: z.object({ account, words: z.string().trim().min(1, 'is empty').max(200), after }),
  directory: z.object({ account, service: entity.nullable() }),
};

export const outsideCalls = {
  browse: trpc.router({
    services: procedure.input(inputs.account).query(({ ctx, input }) => ctx.api.outside.services(one(ctx.api, input.account).jid)),
    rooms: procedure
      .input(inputs.rooms)
      .query(async ({ ctx, input }) => valueOf(await ctx.api.outside.rooms(one(ctx.api, input.account).jid, input.service, input.after))),
    directory: procedure
      .input(inputs.account)
      .query(({ ctx, input }) => ({ service: ctx.api.outside.directory(one(ctx.api, input.account).jid) })),
    /** null switches it off. */
    setDirectory: procedure.input(inputs.directory).mutation(({ ctx, input }) => {
      ctx.api.outside.setDirectory(one(ctx.api, input.account).jid, input.service);
      return { service: input.service };
    }),
    search: procedure
      .input(inputs.search)
      .query(async ({ ctx, input }) => valueOf(await ctx.api.outside.search(one(ctx.api, input.account).jid, input.words, input.after))),
  }),
  /** Where files go and how large they may be; null where the server takes none. */
  uploads: procedure.input(inputs.account).query(({ ctx, input }) => ctx.api.files.place(one(ctx.api, input.account).jid)),
};
