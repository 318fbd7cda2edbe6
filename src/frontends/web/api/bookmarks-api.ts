// What the API does with bookmarks: each call maps to one verb of the account.
import { z } from 'zod';
import { bareJid } from '../../../account/settings.ts';
import { chosen, one, procedure, trpc, valueOf } from './trpc.ts';

const account = bareJid.optional();
const text = z.string().max(1023, 'is longer than 1023 characters');
const bookmarkInputs = {
  account: z.object({ account }),
  log: z.object({ account, limit: z.int().min(1).max(2000).default(200) }),
  entry: z.object({ account, id: z.int().min(1) }),
  held: z.object({ account, id: z.int().min(0) }),
  date: z.object({ account, at: z.iso.datetime({ offset: true }) }),
  room: z.object({ account, room: bareJid }),
  put: z.object({
    account,
    room: bareJid,
    name: text.optional(),
    autojoin: z.boolean().optional(),
    nick: text.optional(),
    password: text.optional(),
    notify: z.enum(['always', 'on-mention', 'never', 'default']).optional(),
  }),
  export: z.object({ account, format: z.enum(['xml', 'json']) }),
  import: z.object({ account, text: z.string().max(400_000, 'is too large for a list of bookmarks') }),
  set: z.object({
    account,
    keepJoins: z.boolean().optional(),
    severalGone: z.enum(['hold', 'restore', 'accept']).optional(),
    deadDays: z.int().min(1).max(3650).optional(),
  }),
};

export const bookmarkCalls = {
  bookmarks: trpc.router({
    list: procedure
      .input(bookmarkInputs.account)
      .query(({ ctx, input }) => chosen(ctx.api, input.account).flatMap(({ bookmarks }) => bookmarks.list())),
    storages: procedure
      .input(bookmarkInputs.account)
      .query(({ ctx, input }) => one(ctx.api, input.account).bookmarks.storages()),
    settings: procedure
      .input(bookmarkInputs.account)
      .query(({ ctx, input }) => one(ctx.api, input.account).bookmarks.settings()),
    /** The last changes, oldest first. What was before and after is told by name and autojoin: passwords stay here. */
    log: procedure.input(bookmarkInputs.log).query(({ ctx, input }) =>
      one(ctx.api, input.account)
        .bookmarks.log(input.limit)
        .map(({ id, at, storage, room, before, after, cause }) => ({
          id,
          at: new Date(at).toISOString(),
          storage,
          room,
          before: told(before),
          after: told(after),
          cause,
        })),
    ),
    held: procedure.input(bookmarkInputs.account).query(({ ctx, input }) =>
      one(ctx.api, input.account).bookmarks.held().map((held) => ({ ...held, at: new Date(held.at).toISOString() })),
    ),
    put: procedure.input(bookmarkInputs.put).mutation(({ ctx, input }) => {
      const { account: jid, room, ...edit } = input;
      return valueOf(one(ctx.api, jid).bookmarks.put(room, edit));
    }),
    remove: procedure
      .input(bookmarkInputs.room)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).bookmarks.remove(input.room))),
    undo: procedure
      .input(bookmarkInputs.entry)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).bookmarks.undo(input.id))),
    restoreDate: procedure
      .input(bookmarkInputs.date)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).bookmarks.restoreDate(Date.parse(input.at)))),
    restore: procedure
      .input(bookmarkInputs.held)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).bookmarks.restore(input.id))),
    accept: procedure
      .input(bookmarkInputs.held)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).bookmarks.accept(input.id))),
    /** With passwords: it is the person's own file. */
    export: procedure
      .input(bookmarkInputs.export)
      .query(({ ctx, input }) => ({ text: one(ctx.api, input.account).bookmarks.export(input.format) })),
    import: procedure
      .input(bookmarkInputs.import)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).bookmarks.import(input.text))),
    set: procedure.input(bookmarkInputs.set).mutation(({ ctx, input }) => {
      const { account: jid, keepJoins, severalGone, deadDays } = input;
      return one(ctx.api, jid).bookmarks.set({
        ...(keepJoins === undefined ? {} : { keepJoins }),
        ...(severalGone === undefined ? {} : { severalGone }),
        ...(deadDays === undefined ? {} : { deadDays }),
      });
    }),
  }),
};

const storedBookmark = z.object({ name: z.string().optional(), autojoin: z.boolean(), nick: z.string().optional() });

function told(stored: string | undefined): z.output<typeof storedBookmark> | null {
  if (stored === undefined) return null;
  const read = storedBookmark.safeParse(JSON.parse(stored));
  return read.success ? read.data : null;
}
