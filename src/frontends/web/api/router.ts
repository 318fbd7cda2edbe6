// The API. A reader uses `httpLink` (no batches) on /api and `httpSubscriptionLink` for `events`; both are
// same-origin.
import { archiveCalls } from './archive-api.ts';
import { bookmarkCalls } from './bookmarks-api.ts';
import { bouncerCalls } from './bouncer-api.ts';
import { type DaemonStatus } from '../contract/contract.ts';
import { inputs } from './inputs.ts';
import { deviceCalls } from './devices-api.ts';
import { events } from './events.ts';
import { outsideCalls } from './outside-api.ts';
import { roomCalls } from './rooms-api.ts';
import { selfCalls } from './self-api.ts';
import { settingsCalls } from './settings-api.ts';
import { procedure, trpc, valueOf } from './trpc.ts';

export const router = trpc.router({
  status: procedure.query(({ ctx }): DaemonStatus => ({
    version: ctx.api.version,
    home: ctx.api.home,
    pid: process.pid,
    startedAt: new Date(ctx.api.startedAt).toISOString(),
    accounts: ctx.api.accounts().map((account) => account.status()),
    problems: ctx.api.problems(),
  })),
  accounts: trpc.router({
    list: procedure.query(({ ctx }) => ctx.api.accounts().map((account) => account.status())),
    look: procedure
      .input(inputs.addAccount)
      .mutation(async ({ ctx, input, signal }) => valueOf(await ctx.api.firstLook(input, signal))),
    add: procedure
      .input(inputs.addAccount)
      .mutation(async ({ ctx, input }) => valueOf(await ctx.api.addAccount(input))),
    /** Logs in and out again, to see whether the server accepts the password. */
    check: procedure
      .input(inputs.addAccount)
      .mutation(async ({ ctx, input }) => valueOf(await ctx.api.checkLogin(input))),
    password: procedure
      .input(inputs.changePassword)
      .mutation(async ({ ctx, input }) => valueOf(await ctx.api.changePassword(input))),
    remove: procedure
      .input(inputs.removeAccount)
      .mutation(async ({ ctx, input }) => valueOf(await ctx.api.removeAccount(input.account))),
  }),
  sandbox: trpc.router({
    status: procedure.query(({ ctx }) => ({ available: ctx.api.sandbox.available() })),
    begin: procedure.mutation(async ({ ctx }) => valueOf(await ctx.api.sandbox.begin())),
  }),
  ...roomCalls,
  ...archiveCalls,
  ...bouncerCalls,
  ...bookmarkCalls,
  ...deviceCalls,
  ...outsideCalls,
  ...selfCalls,
  ...settingsCalls,
  doctor: procedure.query(({ ctx }) => ctx.api.examine()),
  /** Addresses of pictures that are valid for a minute, because an <img> sends no token. */
  sign: procedure.input(inputs.sign).mutation(({ ctx, input }) => input.paths.map(ctx.sign)),
  /** A one-time address of the page. */
  page: procedure.mutation(({ ctx }) => ({ url: ctx.api.pageUrl() })),
  /**
   * First the state of everything, then each change; after a break, also the messages since `lastEventId`.
   */
  events: procedure
    .input(inputs.events)
    .subscription(({ ctx, input, signal }) => events(ctx.api, input?.lastEventId, signal)),
});

export type AppRouter = typeof router;
