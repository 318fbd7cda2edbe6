import { setTimeout as delay } from 'node:timers/promises';
import { inBackground } from '../../core/background.ts';
import { storedValues } from '../../archive/stored-values.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import type { AccountContext } from '../context.ts';

/** Milliseconds after a resumption in which the server may still hand on what waited. */
const CALM = 2_000;

export interface ReorderAfterResume {
  /** Online again, before anything has come; `resumed` says whether the old stream goes on. */
  online(resumed: boolean): void;
}

/**
 * Around a resumption a server may hand on a room's messages in another order than the room's. COMPAT: ejabberd 23.01,
 * mod_stream_mgmt, routes anew what reached the old session's process while the new one took over, behind what that one
 * has had by then. Where the room has an archive (XEP-0313), what came around the resumption is read there once more, and
 * stands in its order; without one nothing tells. On disk until it is done, for the daemon may be killed meanwhile.
 */
export function openReorderAfterResume(context: AccountContext, catchUp: (room: string) => void, calm = CALM): ReorderAfterResume {
  const { archive, jid } = context;
  const unproven = new Map(Object.entries(archive.value(jid, storedValues.orderUnproven) ?? {}));
  let waiting = false;

  function save(): void {
    archive.setValue(jid, storedValues.orderUnproven, unproven.size === 0 ? undefined : Object.fromEntries(unproven));
  }

  function note(): void {
    for (const { jid: room, membership, features, catchup } of context.rooms()) {
      if (membership.state !== 'joined' || catchup || features?.has(NS_MAM) !== true || unproven.has(room)) continue;
      const last = archive.last(jid, room, true);
      if (last?.stanzaId !== undefined) unproven.set(room, { after: last.stanzaId, follows: last.archiveId });
    }
  }

  async function prove(): Promise<void> {
    waiting = true;
    while (unproven.size > 0 && context.connection.status().state === 'online') {
      await delay(calm, undefined, { signal: context.signal, ref: false }).catch(() => undefined); // aborted: the account ends
      if (context.signal.aborted) return;
      if (context.connection.status().state === 'online') look();
    }
  }

  /** One message, or none, stands in no wrong order. A room on its way in, or being read, is looked at again later. */
  function look(): void {
    const due: string[] = [];
    context.transact((transaction) => {
      for (const [room, place] of unproven) {
        const known = transaction.room(room);
        if (known?.catchup || known?.membership.state === 'joining') continue;
        unproven.delete(room);
        if (known?.membership.state !== 'joined' || archive.since(jid, room, { archiveId: place.follows, limit: 2 }).length < 2) continue;
        transaction.put({ ...known, catchup: { ...place, state: 'reorder' } });
        due.push(room);
      }
      save();
    });
    for (const room of due) catchUp(room);
  }

  return {
    online(resumed) {
      if (resumed) {
        note();
        if (unproven.size > 0) save();
      }
      if (waiting || unproven.size === 0) return;
      inBackground(context.log, 'looking at the order of rooms', prove().finally(() => (waiting = false)));
    },
  };
}
