import type { Account } from '../../../account/contract.ts';
import type { AccountEvent } from '../../../account/events.ts';
import { resourceOf } from '../../../core/jid.ts';
import { isSubjectChange } from '../../../xmpp/xep/message/groupchat.ts';
import { readMamResult } from '../../../xmpp/xep/service/mam.ts';
import { NS_MUC_USER, readCodes, status } from '../../../xmpp/xep/room/muc.ts';
import { NS_SID } from '../../../xmpp/xep/message/stanza-id.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import type { AbsentMembers } from './absent-members.ts';
import type { OccupantDeliveries } from './occupant-deliveries.ts';
import type { RoomFeed, RoomFeeds } from './room-feed.ts';
import type { RoomStateCache } from './room-state-cache.ts';
import type { IqProxy } from './iq-proxy.ts';
import { leftPresence, occupantPresence, open, selfPresence } from './room-stanzas.ts';

/** States that only the person can end: a device that believes itself to be in the room is told that it is not. */
const OUT: Readonly<Record<string, readonly [affiliation: string, codes: readonly number[]]>> = {
  kicked: ['none', [307]],
  banned: ['outcast', [301]],
  'members-only': ['none', [321]],
  'password-needed': ['none', [307]],
  'registration-needed': ['none', [307]],
  captcha: ['none', [307]],
  'not-allowed': ['none', [307]],
  'room-moved': ['none', []],
  'room-gone': ['none', []],
};

interface Downstream {
  take(event: AccountEvent): void;
}

interface DownstreamOptions {
  readonly account: Account;
  readonly feeds: RoomFeeds;
  readonly stateCache: RoomStateCache;
  readonly absentMembers: AbsentMembers;
  readonly iqProxy: IqProxy;
  readonly deliveries: OccupantDeliveries;
  /** A room has refused a presence: the devices that wait for its answer are told. */
  readonly refused: (room: string, stanza: Stanza) => void;
}

/** Shows what rooms send to the devices that are in them. */
export function openDownstream({ account, feeds, stateCache, absentMembers, iqProxy, deliveries, refused }: DownstreamOptions): Downstream {
  const { occupancy } = account.rooms;
  function stanza(room: string, given: Stanza): void {
    if (given.kind === 'presence') return presence(room, given);
    const feed = feeds.of(room);
    if (given.type === 'error') {
      const sender = feed?.sent.get(given.id ?? '');
      if (sender) sender.send(readdressed(given, sender.jid));
      return;
    }
    const result = given.raw.includes('urn:xmpp:mam:') ? readMamResult(given.element) : undefined;
    if (result) return iqProxy.result(result.queryId, given);
    if (given.type === 'groupchat' && given.element.getChild('stanza-id', NS_SID)?.attrs['by'] === room) occupancy.markIncomplete(room);
    if (given.type === 'groupchat' && !isSubjectChange(given.element)) feeds.deliverTransient(room, given.raw);
    else feeds.tell(room, given.raw);
  }

  function presence(room: string, given: Stanza): void {
    if (given.type === 'error') return refused(room, given);
    const nick = resourceOf(given.from);
    const codes = readCodes(given.element.getChild('x', NS_MUC_USER));
    stateCache.learn(room, codes);
    absentMembers.learn(room, given);
    if (nick === '') {
      if (given.type === undefined) stateCache.itself(room, given.raw);
      return feeds.tell(room, given.raw);
    }
    const feed = feeds.of(room);
    if (!feed) return;
    const available = given.type === undefined;
    if (available) feed.nicks.add(nick);
    else feed.nicks.delete(nick);
    if (!codes.has(status.self) && nick !== feed.nick) return other(feed, given.raw);
    own(feed, { given, codes, available });
  }

  /** Where a room says that it was we who did something to an occupant, each device is told its own address. */
  function other(feed: RoomFeed, raw: string): void {
    if (!raw.includes('actor')) return feeds.tell(feed.room, raw);
    for (const deviceOccupant of feed.deviceOccupants) deviceOccupant.send(selfPresence(open(raw), { occupant: occupancy.jid(), device: deviceOccupant.jid, codes: [] }).toString());
  }

  function own(feed: RoomFeed, { given, codes, available }: { given: Stanza; codes: ReadonlySet<number>; available: boolean }): void {
    // COMPAT: ejabberd 23.01 leaves 110 out where another of our sessions has the nick
    const added = codes.has(status.self) || !available ? [] : [status.self];
    for (const deviceOccupant of feed.deviceOccupants) {
      deviceOccupant.send(selfPresence(open(given.raw), { occupant: occupancy.jid(), device: deviceOccupant.jid, codes: added }).toString());
    }
    if (available) feed.nick = resourceOf(given.from);
    else if (codes.has(status.nickChanged)) feed.nick = newNick(given) ?? feed.nick;
    else feeds.close(feed.room);
  }

  /** The room's state has changed without a presence: the stream was lost, the room was joined again, or it refused us. */
  function state(room: string): void {
    const feed = feeds.of(room);
    if (!feed) return;
    const view = occupancy.room(room);
    const out = view === undefined ? (['none', []] as const) : OUT[view.state];
    if (out) return evict(feed, { affiliation: out[0], codes: out[1], reason: view?.reason });
    if (view?.state !== 'joined') feed.stale = true;
    else if (feed.stale && !view.entering) refresh(feed, view.nick ?? feed.nick);
  }

  function evict(feed: RoomFeed, { affiliation, codes, reason }: { affiliation: string; codes: readonly number[]; reason: string | undefined }): void {
    for (const deviceOccupant of feed.deviceOccupants) {
      const how = { affiliation, codes: [...codes, status.self], reason };
      deviceOccupant.send(leftPresence(`${feed.room}/${feed.nick}`, deviceOccupant.jid, how).toString());
    }
    feeds.close(feed.room);
  }

  /** The room was joined again: nothing told us of those who left in the meantime. */
  function refresh(feed: RoomFeed, nick: string): void {
    const there = new Map(account.rooms.occupants(feed.room).map((occupant) => [occupant.nick, occupant]));
    for (const gone of [...feed.nicks].filter((one) => !there.has(one) && one !== feed.nick)) {
      feed.nicks.delete(gone);
      feeds.tell(feed.room, leftPresence(`${feed.room}/${gone}`, '', {}).toString());
    }
    if (nick !== feed.nick) {
      const self = there.get(nick);
      for (const deviceOccupant of feed.deviceOccupants) {
        const codes = [status.nickChanged, status.self];
        deviceOccupant.send(leftPresence(`${feed.room}/${feed.nick}`, deviceOccupant.jid, { codes, newNick: nick }).toString());
        if (self) deviceOccupant.send(selfPresence(occupantPresence(feed.room, self), { occupant: occupancy.jid(), device: deviceOccupant.jid, codes: [status.self] }).toString());
      }
      feed.nick = nick;
    }
    feed.stale = false;
  }

  return {
    take(event) {
      if (event.type === 'message') {
        deliveries.hear(event.message, event.fresh);
        if (event.message.kind === 'subject') stateCache.subject(event.message.room, event.message.xml);
      } else if (event.type === 'room-stanza') {
        if (event.stanza.type === 'groupchat' && isSubjectChange(event.stanza.element)) stateCache.subject(event.room, event.stanza.raw);
        stanza(event.room, event.stanza);
      } else if (event.type === 'room') {
        absentMembers.state(event.room.room, event.room.state);
        state(event.room.room);
      } else if (event.type === 'room-forgotten') state(event.room);
      else if (event.type === 'catch-up-stopped') deliveries.moved(event.room);
    },
  };
}

function readdressed(given: Stanza, to: string): string {
  const element = open(given.raw);
  element.attrs['to'] = to;
  return element.toString();
}

function newNick(given: Stanza): string | undefined {
  const nick: unknown = given.element.getChild('x', NS_MUC_USER)?.getChild('item')?.attrs['nick'];
  return typeof nick === 'string' && nick !== '' ? nick : undefined;
}
