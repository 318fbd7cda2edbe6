// What the API does with devices: each call maps to one verb of the account.
import { inputs } from './inputs.ts';
import { chosen, one, procedure, refused, trpc, valueOf } from './trpc.ts';

export const deviceCalls = {
  /** Of one account where one is named, else of all. */
  relay: trpc.router({
    pause: procedure.input(inputs.pauseRelay).mutation(({ ctx, input }) => {
      const until = endOf(input.until);
      return chosen(ctx.api, input.account).map((account) => account.devices.pauseRelay(until));
    }),
    resume: procedure
      .input(inputs.account)
      .mutation(({ ctx, input }) => chosen(ctx.api, input.account).map((account) => account.devices.resumeRelay())),
  }),
  /** The pushes that room messages ask for; as `relay`. */
  push: trpc.router({
    pause: procedure.input(inputs.pauseRelay).mutation(({ ctx, input }) => {
      const until = endOf(input.until);
      return chosen(ctx.api, input.account).map((account) => account.devices.pausePush(until));
    }),
    resume: procedure
      .input(inputs.account)
      .mutation(({ ctx, input }) => chosen(ctx.api, input.account).map((account) => account.devices.resumePush())),
  }),
  devices: procedure
    .input(inputs.account)
    .query(({ ctx, input }) => chosen(ctx.api, input.account).flatMap((account) => account.devices.list())),
  device: trpc.router({
    /** The label, the relay's switch, and the policy: of one room where that is named, else of all. */
    change: procedure.input(inputs.changeDevice).mutation(({ ctx, input }) => {
      const { account, device, digest, ...change } = input;
      const wish = digest === undefined || digest === 'off' ? digest : { quiet: digest.quiet };
      return valueOf(one(ctx.api, account).devices.change(device, { ...change, digest: wish }));
    }),
    /** Resolves with what became of it: within some seconds. */
    test: procedure
      .input(inputs.device)
      .mutation(async ({ ctx, input }) => valueOf(await one(ctx.api, input.account).devices.test(input.device))),
    forget: procedure.input(inputs.device).mutation(({ ctx, input }) => {
      const account = one(ctx.api, input.account);
      valueOf(account.devices.forget(input.device));
      return { account: account.jid, device: input.device };
    }),
  }),
};

/** When a pause ends, in milliseconds since the epoch; `undefined` for one that is ended by hand. */
function endOf(time: string | undefined): number | undefined {
  const until = time === undefined ? undefined : Date.parse(time);
  if (until !== undefined && until <= Date.now()) throw refused({ code: 'invalid', message: 'This time is in the past.' });
  return until;
}
