// What the API does in rooms: each call maps to one verb of the account.
import { toPageInvitation } from './page-events.ts';
import { inputs } from './inputs.ts';
import { chosen, one, procedure, trpc, valueOf } from './trpc.ts';

export const roomCalls = {
  rooms: procedure
    .input(inputs.account)
    .query(({ ctx, input }) => chosen(ctx.api, input.account).flatMap((account) => account.rooms.list())),
  occupants: procedure
    .input(inputs.room)
    .query(({ ctx, input }) => one(ctx.api, input.account).rooms.managed(input.room)),
  /** Kicks, bans, mutes, or gives other privileges. */
  changePrivileges: procedure.input(inputs.changePrivileges).mutation(async ({ ctx, input }) => {
    const { room, nick, change, reason } = input;
    valueOf(await one(ctx.api, input.account).rooms.changePrivileges(room, { nick, change, reason }));
    return { room, nick };
  }),
  join: procedure.input(inputs.join).mutation(async ({ ctx, input }) => {
    const { nick, password, tentative } = input;
    const wish = { ...(nick === undefined ? {} : { nick }), ...(password === undefined ? {} : { password }), ...(tentative && { tentative }) };
    return valueOf(await one(ctx.api, input.account).rooms.join(input.room, wish));
  }),
  leave: procedure.input(inputs.room).mutation(async ({ ctx, input }) => {
    const account = one(ctx.api, input.account);
    valueOf(await account.rooms.leave(input.room));
    return { account: account.jid, room: input.room };
  }),
  /** Joins the venue that a destroyed or moved room has named. */
  follow: procedure
    .input(inputs.room)
    .mutation(async ({ ctx, input }) => valueOf(await one(ctx.api, input.account).rooms.follow(input.room))),
  setRoom: procedure.input(inputs.setRoom).mutation(({ ctx, input }) => {
    const { account, room, rejoinAfterKick, neverCreate, presence } = input;
    const settings = {
      ...(rejoinAfterKick === undefined ? {} : { rejoinAfterKick }),
      ...(neverCreate === undefined ? {} : { neverCreate }),
      ...(presence === undefined ? {} : { presence }),
    };
    return valueOf(one(ctx.api, account).rooms.set(room, settings));
  }),
  changeNick: procedure
    .input(inputs.nick)
    .mutation(async ({ ctx, input }) =>
      valueOf(await one(ctx.api, input.account).rooms.changeNick(input.room, input.nick)),
    ),
  requestVoice: procedure.input(inputs.room).mutation(({ ctx, input }) => {
    const account = one(ctx.api, input.account);
    valueOf(account.rooms.requestVoice(input.room));
    return { account: account.jid, room: input.room };
  }),
  /** All up to that message was on a screen. */
  read: procedure.input(inputs.read).mutation(({ ctx, input }) =>
    valueOf(one(ctx.api, input.account).history.markRead(input.room, input.id, input.private ? 'private' : 'groupchat')),
  ),
  /** What happened in a room, oldest first: each join, loss, cause and return. */
  ledger: procedure.input(inputs.ledger).query(({ ctx, input }) =>
    one(ctx.api, input.account)
      .rooms.ledger(input.room, input.limit)
      .map(({ account, room, at, event, nick, text }) => ({
        account,
        room,
        at: new Date(at).toISOString(),
        event,
        nick: nick ?? null,
        text: text ?? null,
      })),
  ),
  invitations: trpc.router({
    list: procedure
      .input(inputs.account)
      .query(({ ctx, input }) =>
        chosen(ctx.api, input.account).flatMap((account) =>
          account.rooms.invitations().map((invitation) => toPageInvitation(account.jid, invitation)),
        ),
      ),
    accept: procedure
      .input(inputs.accept)
      .mutation(async ({ ctx, input }) =>
        valueOf(await one(ctx.api, input.account).rooms.accept(input.room, input.nick)),
      ),
    decline: procedure.input(inputs.decline).mutation(({ ctx, input }) => {
      const account = one(ctx.api, input.account);
      valueOf(account.rooms.decline(input.room, input.reason));
      return { account: account.jid, room: input.room };
    }),
  }),
  say: procedure
    .input(inputs.say)
    .mutation(async ({ ctx, input }) => {
      const { room, body, replaces, reply, spoiler, file, mentions } = input;
      return valueOf(await one(ctx.api, input.account).sending.sendMessage(room, body, { replaces, reply, spoiler, file, mentions }));
    }),
  /** Our reactions to the message with that stanza-id: these, and no others. */
  react: procedure
    .input(inputs.react)
    .mutation(async ({ ctx, input }) => valueOf(await one(ctx.api, input.account).sending.react(input.room, input.id, input.emojis))),
  retract: procedure
    .input(inputs.retract)
    .mutation(async ({ ctx, input }) => valueOf(await one(ctx.api, input.account).sending.retract(input.room, input.id))),
  typing: procedure.input(inputs.typing).mutation(({ ctx, input }) => {
    one(ctx.api, input.account).sending.tellTyping(input.room, input.typing);
    return { room: input.room };
  }),
  /** To one occupant alone; the answer comes when it is on its way. */
  sayPrivate: procedure
    .input(inputs.sayPrivate)
    .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).sending.sendPrivate(input.room, input.nick, input.body))),
  /** What was said and no room has sent back yet; where `state` is `ask`, the person says what is to be done. */
  outbox: trpc.router({
    list: procedure
      .input(inputs.account)
      .query(({ ctx, input }) => chosen(ctx.api, input.account).flatMap((account) => account.sending.outbox())),
    again: procedure
      .input(inputs.unsaid)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).sending.sendAgain(input.originId))),
    drop: procedure
      .input(inputs.unsaid)
      .mutation(({ ctx, input }) => valueOf(one(ctx.api, input.account).sending.discard(input.originId))),
  }),
};
