// What the API gives of the archive.
import { toTimeline, type TimelineHit } from './timeline.ts';
import { inputs } from './inputs.ts';
import { toLatest, type LatestMessage } from './latest.ts';
import { toShown, type ShownMessage } from './shown.ts';
import { chosen, one, procedure, refused } from './trpc.ts';
import { TOO_BIG } from '../../../xmpp/stanza.ts';

/** Of what could not be read, for one look at it: stanzas of an account, and characters of each. */
const MOST_QUARANTINED = 50;
const MOST_SHOWN = 500;
/** Rows of a room among which its last message is looked for: subjects and what is of no words may stand behind it. */
const LOOKED_BACK = 5;

export const archiveCalls = {
  /**
   * Oldest first. `before` and `after` are archive ids, `from` is a time; a page shorter than `limit` is the last one. Private
   * messages stand apart: they are given alone, where `private` asks for them.
   */
  history: procedure.input(inputs.history).query(({ ctx, input }) => {
    const { jid } = one(ctx.api, input.account);
    const { room, limit } = input;
    const bounds = boundsOf(input);
    const only = input.private ? 'private' : 'groupchat';
    return ctx.api.archive.page({ account: jid, room, limit, only, ...bounds }).map(toTimeline);
  }),
  /** As `history`, to be read: corrections, retractions and reactions applied, replies with what they answer. */
  view: procedure.input(inputs.history).query(({ ctx, input }): ShownMessage[] => {
    const { jid } = one(ctx.api, input.account);
    const { room, limit } = input;
    const bounds = boundsOf(input);
    const only = input.private ? 'private' : 'groupchat';
    const { archive } = ctx.api;
    return archive.view({ account: jid, room, limit, only, ...bounds }).map((viewed) => toShown(viewed, archive.message));
  }),
  /** The last message of each of these rooms as it is read now, in short; rooms without one are left out. */
  latest: procedure.input(inputs.latest).query(({ ctx, input }): LatestMessage[] => {
    const { jid } = one(ctx.api, input.account);
    const { archive } = ctx.api;
    return input.rooms.flatMap((room) => {
      const page = archive.view({ account: jid, room, limit: LOOKED_BACK, only: 'groupchat' });
      return page.map((viewed) => toShown(viewed, archive.message)).flatMap((message) => toLatest(message) ?? []).slice(-1);
    });
  }),
  /** The first message at that time or after it, else the last before; null where nothing is kept. */
  at: procedure.input(inputs.at).query(({ ctx, input }) => {
    const { jid } = one(ctx.api, input.account);
    const { room } = input;
    const [first] = ctx.api.archive.range({ account: jid, room, from: Date.parse(input.from), limit: 1 });
    return { id: (first ?? ctx.api.archive.last(jid, room))?.archiveId ?? null };
  }),
  /** How many messages on each day (UTC), oldest first. */
  activity: procedure
    .input(inputs.activity)
    .query(({ ctx, input }) => ctx.api.perDay({ account: one(ctx.api, input.account).jid, ...(input.room && { room: input.room }) })),
  /** How many messages in each hour of the week: 168 numbers from Monday's first hour on, in the reader's zone. */
  hours: procedure.input(inputs.hours).query(({ ctx, input }) => {
    const since = Date.now() - input.days * 86_400_000;
    return ctx.api.archive.perHour({ account: one(ctx.api, input.account).jid, since, zone: input.zone });
  }),
  figures: procedure.query(({ ctx }) => ctx.api.figures()),
  /** The holes in a room's archive, oldest first. */
  gaps: procedure.input(inputs.room).query(({ ctx, input }) => {
    const { jid } = one(ctx.api, input.account);
    return ctx.api.archive.gaps(jid, input.room).map(({ account, room, from, to, cause }) => ({
      account,
      room,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      cause,
    }));
  }),
  /** What came and could not be read, newest first: what of it is known, as its sender wrote it. */
  quarantine: procedure.input(inputs.account).query(({ ctx, input }) =>
    chosen(ctx.api, input.account)
      .flatMap(({ jid }) => ctx.api.archive.quarantined(jid, MOST_QUARANTINED).toReversed())
      .toSorted((a, b) => b.at - a.at)
      .map(({ at, sender, cause, text, ...rest }) => ({
        ...rest,
        cause,
        tooBig: cause === TOO_BIG,
        at: new Date(at).toISOString(),
        sender: sender ?? null,
        text: text.slice(0, MOST_SHOWN).toWellFormed(),
      })),
  ),
  /** In the grammar of `core/search.ts`; a query that cannot be read is refused with `bad-query` and a sentence. */
  search: procedure.input(inputs.search).query(async ({ ctx, input }): Promise<TimelineHit[]> => {
    const { account, room, text, limit, order, older, zone } = input;
    if (account !== undefined) one(ctx.api, account);
    const found = await ctx.api.find({
      text,
      limit,
      order,
      ...(account === undefined ? {} : { account }),
      ...(room === undefined ? {} : { room }),
      ...(older === undefined ? {} : { older }),
      ...(zone === undefined ? {} : { zone }),
    });
    if (!found.ok) throw refused({ code: 'bad-query', message: found.message });
    return found.hits.map(({ message, excerpt, shownAt }) => ({ ...toTimeline(message), excerpt, shownAt }));
  }),
  retention: procedure.input(inputs.room).query(({ ctx, input }) => {
    const { jid } = one(ctx.api, input.account);
    return { account: jid, room: input.room, retention: ctx.api.archive.retention(jid, input.room) };
  }),
  setRetention: procedure.input(inputs.setRetention).mutation(({ ctx, input }) => {
    const { jid } = one(ctx.api, input.account);
    ctx.api.setRetention(jid, input.room, input.retention);
    return { account: jid, room: input.room, retention: input.retention };
  }),
};

function boundsOf({ before, after, from }: { before?: number | undefined; after?: number | undefined; from?: string | undefined }) {
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
  };
}
