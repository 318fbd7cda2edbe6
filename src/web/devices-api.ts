// What the API does with devices: each call maps to one verb of the account.
import { inputs } from './contract.ts';
import { chosen, one, procedure, trpc, valueOf } from './trpc.ts';

export const deviceCalls = {
  devices: procedure
    .input(inputs.account)
    .query(({ ctx, input }) => chosen(ctx.house, input.account).flatMap((account) => account.devices())),
  device: trpc.router({
    /** The label, the relay's switch, and the policy: of one room where that is named, else of all. */
    change: procedure.input(inputs.changeDevice).mutation(({ ctx, input }) => {
      const { account, device, ...change } = input;
      return valueOf(one(ctx.house, account).changeDevice(device, change));
    }),
    forget: procedure.input(inputs.device).mutation(({ ctx, input }) => {
      const account = one(ctx.house, input.account);
      valueOf(account.forgetDevice(input.device));
      return { account: account.jid, device: input.device };
    }),
  }),
};
