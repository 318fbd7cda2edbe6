import { settingsInputs } from '../contract/settings-contract.ts';
import { procedure, trpc, valueOf } from './trpc.ts';

/** The home's settings, as docs/settings.md tells of them. */
export const settingsCalls = {
  settings: trpc.router({
    list: procedure.query(({ ctx }) => ctx.api.settings.list()),
    set: procedure
      .input(settingsInputs.set)
      .mutation(async ({ ctx, input }) => valueOf(await ctx.api.settings.set(input.key, input.value, input.account))),
  }),
};
