import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from '../../core/errors.ts';
import { fail, ok } from '../../core/errors.ts';
import { parseBareJid, parseJid } from '../../core/jid.ts';
import { nickPresence, voiceRequest } from '../../xmpp/xep/room/muc.ts';
import type { RoomSettings, RoomSummary } from './contract.ts';
import { newRoom } from '../transaction.ts';
import type { AccountContext, Room } from '../context.ts';
import type { Memberships } from './membership.ts';

export interface JoinOptions {
  readonly nick?: string | undefined;
  readonly password?: string | undefined;
  /** A nick that is taken is a refusal: no other one is tried. */
  readonly exact?: boolean | undefined;
  /** By a person who waits for the answer: a room that is new to the account and lets nobody in is not kept, in no bookmark either. */
  readonly tentative?: boolean | undefined;
}

/** What a person does about rooms, by whatever frontend. */
export interface RoomVerbs {
  join(room: string, options?: JoinOptions): Promise<Result<RoomSummary>>;
  /** `farewell`: what the room is told (XEP-0045 7.14). */
  leave(room: string, farewell?: string): Promise<Result<undefined>>;
  /** Joins the venue that a destroyed or moved room has named, and leaves the old one behind. */
  follow(room: string): Promise<Result<RoomSummary>>;
  set(room: string, settings: RoomSettings): Result<RoomSummary>;
  /** XEP-0045 8.6. */
  requestVoice(room: string): Result<undefined>;
  /** XEP-0045 7.6: the nick is the account's wish from then on; refused, it stays as it was. */
  changeNick(room: string, nick: string): Promise<Result<RoomSummary>>;
}

const UNDER_WAY: readonly string[] = ['joined', 'joining', 'leaving'];

export function openRoomVerbs(context: AccountContext, memberships: Memberships): RoomVerbs {
  const { connection } = context;
  const { signal, atRest, summary } = memberships;

  function known(text: string): Result<Room> {
    const jid = parseBareJid(text);
    if (jid === undefined) return notARoom(text);
    const room = context.room(jid);
    return room ? ok(room) : fail('unknown-room', `${jid} is not in the room list of ${context.jid}.`);
  }

  async function join(text: string, { nick, password, exact = false }: JoinOptions = {}): Promise<Result<RoomSummary>> {
    const jid = parseBareJid(text);
    // whoever joins the account itself, such as a device, would make what the server tells the account a room's
    if (jid === undefined || jid === context.jid) return notARoom(text);
    const joined = context.room(jid)?.membership.state === 'joined';
    const done = joined ? undefined : atRest(jid);
    memberships.setExact(jid, exact && !joined);
    context.transact((transaction) => {
      const room = transaction.room(jid) ?? newRoom(jid);
      const wish = { ...room, wanted: true, nick: nick ?? room.nick, password: password ?? room.password };
      transaction.put(wish);
      const wanted = memberships.wantedNick(wish);
      // a room that is asked twice tells its history twice, and the second one passes for news
      const asked = room.membership.state === 'joining' && room.membership.nick === wanted && room.password === wish.password;
      if (!joined && !asked) signal(transaction, jid, { name: 'join', nick: wanted });
    });
    if (!['online', 'connecting'].includes(connection.status().state)) return offline(jid);
    if (done) await decided(jid, exact, done);
    if (connection.status().state !== 'online') return offline(jid);
    const room = context.room(jid);
    if (room?.membership.state === 'joined') return ok(summary(room));
    return fail(room?.membership.state ?? 'absent', room?.membership.reason ?? `You left ${jid} before you had joined it.`);
  }

  /** A login on the way begins each join anew: what was asked before it is not decided by that. */
  async function decided(jid: string, exact: boolean, done: Promise<void>): Promise<void> {
    const late = delay(memberships.times.join, true, { ref: false, signal: context.signal }).catch(() => true);
    for (let wait = done; !(await Promise.race([late, wait.then(() => false)])); wait = atRest(jid)) {
      if (context.room(jid)?.membership.state !== 'joining') return;
      memberships.setExact(jid, exact);
    }
  }

  function offline(jid: string) {
    return fail('offline', `${context.jid} is not online. Minimix joins ${jid} as soon as it is.`);
  }

  async function leave(text: string, farewell?: string): Promise<Result<undefined>> {
    const room = known(text);
    if (!room.ok) return room;
    const { jid, membership } = room.value;
    const waits = connection.status().state === 'online' && UNDER_WAY.includes(membership.state);
    const done = waits ? atRest(jid) : undefined;
    memberships.setFarewell(jid, farewell);
    context.transact((transaction) => {
      transaction.put({ ...room.value, wanted: false });
      signal(transaction, jid, { name: 'leave' });
    });
    await done;
    return ok(undefined);
  }

  return {
    join,
    leave,
    async follow(text) {
      const room = known(text);
      if (!room.ok) return room;
      const { venue, venuePassword } = room.value.membership;
      if (venue === undefined) return fail('no-venue', `${room.value.jid} has not suggested another room.`);
      const followed = await join(venue, { nick: room.value.nick, password: venuePassword });
      if (followed.ok) await leave(room.value.jid);
      return followed;
    },
    requestVoice(text) {
      const room = known(text);
      if (!room.ok) return room;
      const sent = connection.send(voiceRequest(room.value.jid));
      return sent.ok ? ok(undefined) : sent;
    },
    async changeNick(text, nick) {
      const room = known(text);
      if (!room.ok) return room;
      const { jid, membership } = room.value;
      const wish = parseJid(`${jid}/${nick}`)?.resource;
      if (wish === undefined || wish.trim() === '') return fail('bad-nick', 'This is not a valid nickname.');
      if (membership.state !== 'joined') return fail(membership.state, membership.reason ?? `You are not in ${jid}.`);
      const granted = memberships.nickAnswer(jid, wish);
      const sent = connection.send(nickPresence(jid, wish, context.roomPresence(jid)));
      if (!sent.ok) return sent;
      const refusal = await Promise.race([granted, delay(memberships.times.join, 'The room did not answer.', { ref: false, signal: context.signal })]);
      const now = context.room(jid);
      if (refusal !== undefined || !now) return fail('nick-refused', refusal ?? `You are not in ${jid}.`);
      const kept = { ...now, nick: wish };
      context.transact((transaction) => transaction.put(kept));
      return ok(summary(kept));
    },
    set(text, settings) {
      const room = known(text);
      if (!room.ok) return room;
      const changed = { ...room.value, settings: { ...room.value.settings, ...settings } };
      context.transact((transaction) => transaction.put(changed));
      memberships.changed(changed.jid);
      return ok(summary(changed));
    },
  };
}

function notARoom(text: string) {
  return fail('bad-jid', `“${text.slice(0, 100)}” is not a room’s address; it looks like room@rooms.example.org.`);
}
