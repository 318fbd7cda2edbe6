import { bouncerInputs } from '../contract/bouncer-contract.ts';
import { inputs } from './inputs.ts';
import { chosen, one, procedure, trpc, valueOf } from './trpc.ts';

/** The bouncer and the devices that log in through it. */
export const bouncerCalls = {
  bouncer: trpc.router({
    status: procedure.query(({ ctx }) => ctx.api.bouncer.status()),
    on: procedure.input(bouncerInputs.on).mutation(async ({ ctx, input }) => valueOf(await ctx.api.bouncer.on(input))),
    networks: procedure.query(({ ctx }) => ctx.api.bouncer.networks()),
    off: procedure.mutation(({ ctx }) => ctx.api.bouncer.off()),
    ca: procedure.query(({ ctx }) => ctx.api.bouncer.authority()),
    devices: procedure
      .input(inputs.account)
      .query(({ ctx, input }) => chosen(ctx.api, input.account).flatMap(({ jid }) => [...ctx.api.bouncer.devices(jid)])),
    /** The answer holds the password, once. */
    addDevice: procedure.input(bouncerInputs.device).mutation(async ({ ctx, input }) => {
      const { jid } = one(ctx.api, input.account);
      return valueOf(await ctx.api.bouncer.addDevice(jid, input.name));
    }),
    /** The answer holds the new password, once. */
    renew: procedure.input(bouncerInputs.device).mutation(async ({ ctx, input }) => {
      const { jid } = one(ctx.api, input.account);
      return valueOf(await ctx.api.bouncer.renew(jid, input.name));
    }),
    revoke: procedure.input(bouncerInputs.device).mutation(async ({ ctx, input }) => {
      const { jid } = one(ctx.api, input.account);
      return valueOf(await ctx.api.bouncer.revoke(jid, input.name));
    }),
  }),
};
