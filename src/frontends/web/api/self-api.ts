// What rooms are told of the person: presence, nick, registration.
import { inputs } from './inputs.ts';
import { chosen, one, procedure, trpc, valueOf } from './trpc.ts';

export const selfCalls = {
  presence: trpc.router({
    now: procedure.input(inputs.account).query(({ ctx, input }) => one(ctx.api, input.account).sending.presence()),
    /** The page is in use: asked each minute in which the person does something on it. */
    usePage: procedure.input(inputs.account).mutation(({ ctx, input }) => {
      for (const account of chosen(ctx.api, input.account)) account.sending.usePage();
    }),
    /** What rooms see with no device online. */
    setOffline: procedure.input(inputs.presence).mutation(({ ctx, input }) => {
      const account = one(ctx.api, input.account);
      account.sending.setOfflinePresence({ show: input.show, status: input.status || undefined });
      return account.sending.presence();
    }),
    /** The account's own nick (XEP-0172); null takes it away. */
    setNick: procedure.input(inputs.accountNick).mutation(async ({ ctx, input }) => {
      const account = one(ctx.api, input.account);
      valueOf(await account.sending.setNick(input.nick ?? undefined));
      return account.sending.presence();
    }),
  }),
  /** XEP-0045 7.10. */
  registration: trpc.router({
    get: procedure
      .input(inputs.room)
      .query(async ({ ctx, input }) => valueOf(await one(ctx.api, input.account).rooms.registration(input.room))),
    submit: procedure
      .input(inputs.register)
      .mutation(async ({ ctx, input }) => valueOf(await one(ctx.api, input.account).rooms.register(input.room, input.values))),
    remove: procedure
      .input(inputs.room)
      .mutation(async ({ ctx, input }) => valueOf(await one(ctx.api, input.account).rooms.unregister(input.room))),
  }),
};
