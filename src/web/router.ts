// The API. A reader uses `httpLink` (no batches) on /api and `httpSubscriptionLink` for `events`; both are
// same-origin.
import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { Account } from '../account/contract.ts';
import { MinimixError, type Fault, type Result } from '../core/errors.ts';
import { inputs, toTimeline, type House, type HouseStatus } from './contract.ts';
import { events } from './events.ts';

export interface Context {
  readonly house: House;
}

const trpc = initTRPC.context<Context>().create({
  isDev: false, // no stack traces over the wire
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
  errorFormatter({ shape, error }) {
    const { code, message } = describe(error);
    return { ...shape, message, data: { ...shape.data, fault: code } };
  },
});

const { procedure } = trpc;

export const router = trpc.router({
  status: procedure.query(({ ctx }): HouseStatus => ({
    version: ctx.house.version,
    home: ctx.house.home,
    pid: process.pid,
    startedAt: new Date(ctx.house.startedAt).toISOString(),
    accounts: ctx.house.accounts().map((account) => account.status()),
  })),
  accounts: trpc.router({
    list: procedure.query(({ ctx }) => ctx.house.accounts().map((account) => account.status())),
    add: procedure
      .input(inputs.addAccount)
      .mutation(async ({ ctx, input }) => valueOf(await ctx.house.addAccount(input))),
    remove: procedure
      .input(inputs.removeAccount)
      .mutation(async ({ ctx, input }) => valueOf(await ctx.house.removeAccount(input.account))),
  }),
  rooms: procedure
    .input(inputs.account)
    .query(({ ctx, input }) => chosen(ctx.house, input.account).flatMap((account) => account.rooms())),
  occupants: procedure
    .input(inputs.room)
    .query(({ ctx, input }) => one(ctx.house, input.account).occupants(input.room)),
  join: procedure.input(inputs.join).mutation(async ({ ctx, input }) => {
    const { nick, password } = input;
    const wish = { ...(nick === undefined ? {} : { nick }), ...(password === undefined ? {} : { password }) };
    return valueOf(await one(ctx.house, input.account).join(input.room, wish));
  }),
  leave: procedure.input(inputs.room).mutation(async ({ ctx, input }) => {
    const account = one(ctx.house, input.account);
    valueOf(await account.leave(input.room));
    return { account: account.jid, room: input.room };
  }),
  say: procedure
    .input(inputs.say)
    .mutation(async ({ ctx, input }) =>
      valueOf(await one(ctx.house, input.account).say(input.room, input.body)),
    ),
  /** Oldest first. `before` and `after` are archive ids; a page shorter than `limit` is the last one. */
  history: procedure.input(inputs.history).query(({ ctx, input }) => {
    const { jid } = one(ctx.house, input.account);
    const { room, limit, before, after } = input;
    const bounds = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
    return ctx.house.archive.page({ account: jid, room, limit, ...bounds }).map(toTimeline);
  }),
  search: procedure.input(inputs.search).query(({ ctx, input }) => {
    const { account, room, text, limit } = input;
    const scope = { ...(account === undefined ? {} : { account }), ...(room === undefined ? {} : { room }) };
    if (account !== undefined) one(ctx.house, account);
    return ctx.house.archive.search({ text, limit, ...scope }).map(toTimeline);
  }),
  devices: procedure
    .input(inputs.account)
    .query(({ ctx, input }) => chosen(ctx.house, input.account).flatMap((account) => account.devices())),
  /** A one-time address of the page. */
  page: procedure.mutation(({ ctx }) => ({ url: ctx.house.pageUrl() })),
  /**
   * First the state of everything, then each change; after a break, also the messages since `lastEventId`.
   */
  events: procedure
    .input(inputs.events)
    .subscription(({ ctx, input, signal }) => events(ctx.house, input?.lastEventId, signal)),
});

export type AppRouter = typeof router;

/** One account where one is named, else all. */
function chosen(house: House, jid: string | undefined): readonly Account[] {
  return jid === undefined ? house.accounts() : [one(house, jid)];
}

/** The account that is named, or the only one. */
function one(house: House, jid: string | undefined): Account {
  const accounts = house.accounts();
  if (jid === undefined && accounts.length > 1) {
    throw refused({
      code: 'account-needed',
      message: `There are ${accounts.length} accounts: say which one is meant.`,
    });
  }
  const account = jid === undefined ? accounts[0] : accounts.find((candidate) => candidate.jid === jid);
  if (account) return account;
  const message = jid === undefined ? 'There is no account yet.' : `There is no account ${jid} here.`;
  throw refused({ code: 'no-account', message });
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw refused(result.error);
  return result.value;
}

function refused(fault: Fault): TRPCError {
  const cause = new MinimixError(fault.code, fault.message, fault.cause);
  return new TRPCError({ code: 'UNPROCESSABLE_CONTENT', message: fault.message, cause });
}

/** A code for programs and one sentence for a person; what was not foreseen goes to the log alone. */
function describe(error: TRPCError): { code: string; message: string } {
  if (error.cause instanceof MinimixError) return { code: error.cause.code, message: error.cause.message };
  if (error.cause instanceof ZodError) {
    const issue = error.cause.issues[0];
    const where = issue?.path.join('.') || 'input';
    return { code: 'invalid', message: `${where} ${issue?.message ?? 'is not valid'}` };
  }
  if (error.code === 'INTERNAL_SERVER_ERROR')
    return { code: 'internal', message: 'The daemon failed; its log says why.' };
  return { code: error.code.toLowerCase().replaceAll('_', '-'), message: error.message };
}
