import { z } from 'zod';
import { stored } from '../../archive/schema/stored.ts';
import { fail, sentenceOf } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { readGroupchat } from '../../xmpp/xep/message/groupchat.ts';
import { NS_SID } from '../../xmpp/xep/message/stanza-id.ts';
import { parseElement } from '../../xmpp/xml.ts';
import type { Guests, Seat } from './shared-occupancy-contract.ts';
import type { DeviceChange, DeviceSummary } from '../devices/contract.ts';
import type { Ground } from '../context.ts';
import { mentionFor } from '../devices/mentions.ts';
import { setWholeFrom, wholeFrom } from '../history/archive-coverage.ts';
import type { Outbox } from '../sending/outbox.ts';
import type { RoomVerbs } from './verbs.ts';

export interface SeatKeeping extends Seat {
  holds(jid: string): boolean;
  /** Somebody who is no device wants the room: a bookmark, the page, the command line. */
  claim(room: string): void;
  summaries(): readonly DeviceSummary[];
  /** `undefined` where it is no device of the door. */
  change(name: string, change: DeviceChange): Result<DeviceSummary> | undefined;
}

const KEY = 'rooms-of-devices';

export function openSeat(ground: Ground, verbs: RoomVerbs, outbox: Outbox, changed: () => void): SeatKeeping {
  const { archive, jid } = ground;
  const held = new Set<string>();
  let guests: Guests | undefined;
  /** Rooms that only devices want. */
  let wanted: ReadonlySet<string> = new Set(stored(z.array(z.string()), archive.value(jid, KEY), []));

  function save(next: ReadonlySet<string>): void {
    wanted = next;
    archive.setValue(jid, KEY, JSON.stringify([...next]));
  }

  function claim(room: string): void {
    if (wanted.has(room)) save(new Set([...wanted].filter((one) => one !== room)));
  }

  return {
    jid() {
      const status = ground.connection.status();
      return status.state === 'online' ? status.jid : jid;
    },
    room(room) {
      const known = ground.room(room);
      if (!known) return undefined;
      const { membership, subject, entering, catchup, features } = known;
      const { state, nick, reason, venue } = membership;
      return { room, state, nick, subject, reason, venue, entering, catchingUp: catchup !== undefined && !catchup.known, features };
    },
    async join(room, options) {
      const mine = !ground.room(room)?.wanted;
      if (mine) save(new Set([...wanted, room]));
      const joined = await verbs.join(room, options);
      if (!joined.ok && mine && wanted.has(room)) {
        claim(room);
        await verbs.leave(room); // a device was refused: that is no wish to try for ever
      }
      return joined;
    },
    release(room) {
      if (!wanted.has(room)) return false;
      claim(room);
      void verbs.leave(room).catch((error: unknown) => ground.log('error', `${room} could not be left: ${sentenceOf(error)}`));
      return true;
    },
    say(room, xml, originId) {
      try {
        return ground.transact((draft) => outbox.put(draft, room, xml, originId));
      } catch (error) {
        return fail('not-kept', `It could not be kept, and was not said: ${sentenceOf(error)}`, error); // a full disk
      }
    },
    sayPrivate(room, xml) {
      if (ground.connection.status().state !== 'online') return fail('disconnected', 'There is no connection to the server.');
      const nick = ground.room(room)?.membership.nick;
      const element = parseElement(xml);
      element.attrs['from'] = `${room}/${nick ?? ''}`;
      const stanzaIds = ground.room(room)?.features?.has(NS_SID) === true;
      const message = readGroupchat(element, { arrivedAt: ground.now(), stanzaIds, history: false });
      if (message?.body !== undefined) {
        const entry = { account: jid, message: { ...message, stanzaId: undefined }, arrivedAt: ground.now(), xml };
        ground.transact((draft) => {
          const kept = archive.append({ ...entry, source: { kind: 'sent' } });
          if (kept.kept) draft.tell({ type: 'message', message: kept.message, fresh: true });
        });
      }
      return ground.connection.send(xml);
    },
    host(those, signal) {
      guests = those;
      signal.addEventListener('abort', () => (guests = undefined), { once: true });
      return changed;
    },
    hold(full, signal) {
      held.add(full);
      changed();
      signal.addEventListener('abort', () => {
        held.delete(full);
        changed();
      }, { once: true });
    },
    wholeFrom: (room) => wholeFrom(ground, room),
    notWhole: (room) => setWholeFrom(ground, room, ground.now()),
    mention: (message, words) => mentionFor(ground, { words }, message),
    features: () => ground.connection.features(),
    holds: (full) => held.has(full),
    claim,
    summaries: () => guests?.list() ?? [],
    change: (name, change) => guests?.change(name, change),
  };
}
