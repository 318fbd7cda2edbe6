import { storedValues } from '../../archive/stored-values.ts';
import { bareOf, resourceOf } from '../../core/jid.ts';
import type { Show } from '../../core/occupant.ts';
import { awayWhenOffline, bestDevice, presenceFor, presencePace, samePresence, tellAt } from '../../core/presence.ts';
import type { DevicePresence, OfflinePresence, OutgoingPresence, PresencePace } from '../../core/presence.ts';
import { NS_VCARD_UPDATE, readAvatarHash } from '../../xmpp/xep/room/avatar.ts';
import { idle, readIdle } from '../../xmpp/xep/service/idle.ts';
import { nickPresence } from '../../xmpp/xep/room/muc.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { xml } from '../../xmpp/xml.ts';
import type { Element } from '../../xmpp/xml.ts';
import { machineClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Transaction, AccountContext, Room } from '../context.ts';

const MAX_DEVICES = 50;
/** Milliseconds: the page says each minute that it is in use. */
const PAGE_USE = 150_000;
const MAX_STATUS = 500;
const shows = ['chat', 'away', 'xa', 'dnd'] as const satisfies readonly Show[];

/** What rooms see of the person: the best of their devices, told when it has settled, at most one stanza a room. */
export interface Presence {
  /** Reads presence from one of the account's own resources. */
  receive(transaction: Transaction, stanza: Stanza): void;
  /** What one of the person's devices says to this room alone (XEP-0045 7.7); `undefined`: nothing any more. */
  direct(room: string, device: string, presence: Element | undefined): void;
  /** A new stream: whoever is there will be announced anew. */
  reset(): void;
  /** What a presence of ours into that room says; what is sent so is told. */
  elements(room: string): readonly Element[];
  /** What a room sees for which nothing else was chosen, and the resource that says so. */
  now(): { readonly shown: OutgoingPresence; readonly by: string | undefined };
  offline(): OfflinePresence;
  setOffline(choice: OfflinePresence): void;
  /** The person uses the page: they are there for a while, unless a device of theirs asks not to be disturbed. */
  usePage(): void;
  /** Rooms may have to be told: a setting has changed. */
  check(): void;
}

/** `context` is all that is there before it: what our presence says is the rest. */
export function openPresence(context: Omit<AccountContext, 'roomPresence'>, pace: Partial<PresencePace> = {}, clock: Clock = machineClock): Presence {
  const { archive, connection, jid } = context;
  const times = { ...presencePace, ...pace };
  const devices = new Map<string, DevicePresence>();
  /** By room and full JID, where it is another presence than the one for all. */
  const directed = new Map<string, Map<string, DevicePresence>>();
  /** By room: what was told last. */
  const told = new Map<string, OutgoingPresence>();
  let offline: OfflinePresence = archive.value(jid, storedValues.presenceOffline) ?? awayWhenOffline;
  /** The account's photo stays when the last device goes, and when we start again. */
  let avatar = archive.value(jid, storedValues.presenceAvatar);
  let since: number | undefined;
  let forget: (() => void) | undefined;
  /** The page in use, as a device; it has nothing to say beside that, so that any device that is there goes before it. */
  let page: DevicePresence | undefined;
  let endUse: (() => void) | undefined;
  context.signal.addEventListener('abort', () => {
    forget?.();
    endUse?.();
  });
  context.events.subscribe((event) => {
    if (event.type === 'entered') moved();
  }, context.signal, 'presence');

  function wish(room: Room | undefined): OutgoingPresence {
    const choice = room?.settings.presence ?? { kind: 'follow' };
    const own = directed.get(room?.jid ?? '');
    const presence = presenceFor(present().map((device) => own?.get(device.jid) ?? device), choice, offline);
    return choice.kind === 'hidden' ? presence : { ...presence, avatar: presence.avatar ?? avatar };
  }

  function present(): DevicePresence[] {
    const all = [...devices.values()];
    return page && !all.some(({ show }) => show === 'dnd') ? [...all, page] : all;
  }

  function moved(): void {
    const now = clock.now();
    since ??= now;
    wait(tellAt(since, now, times) - now, tell);
  }

  function wait(time: number, work: () => void): void {
    forget?.();
    if (!context.signal.aborted) forget = clock.after(time, work);
  }

  /** A few rooms at once; what changes meanwhile reaches the rest as it is by then. */
  function tell(): void {
    since = undefined;
    if (connection.status().state !== 'online') return; // the next entry tells
    const behind = [...context.rooms()].filter((room) => room.membership.state === 'joined' && !samePresence(told.get(room.jid), wish(room)));
    for (const { jid: room, membership } of behind.slice(0, times.rooms)) {
      connection.send(nickPresence(room, membership.nick ?? '', elements(room)));
    }
    if (behind.length > times.rooms) wait(times.pause, tell);
  }

  function elements(room: string): readonly Element[] {
    const presence = wish(context.room(room));
    if (told.size > 10_000) told.clear();
    told.set(room, presence);
    return written(presence);
  }

  function forgetDevice(device: string): void {
    devices.delete(device);
    for (const room of [...directed.keys()]) undirect(room, device);
  }

  function undirect(room: string, device: string): boolean {
    const own = directed.get(room);
    if (own?.delete(device) !== true) return false;
    if (own.size === 0) directed.delete(room);
    return true;
  }

  return {
    direct(room, device, element) {
      if (!element) {
        if (undirect(room, device)) moved();
        return;
      }
      const own = directed.get(room) ?? new Map<string, DevicePresence>();
      directed.set(room, own.set(device, readDevice({ from: device, element }, context.now())));
      moved();
    },
    receive(transaction, stanza) {
      const status = connection.status();
      const own = status.state === 'online' && status.jid === stanza.from;
      if (own || bareOf(stanza.from) !== jid || resourceOf(stanza.from) === '') return;
      if (stanza.type !== undefined && stanza.type !== 'unavailable') return;
      const device = stanza.type === undefined ? readDevice(stanza, transaction.at) : undefined;
      if (device?.avatar !== undefined && device.avatar !== avatar) archive.setValue(jid, storedValues.presenceAvatar, device.avatar);
      transaction.onCommit(() => {
        if (!device) forgetDevice(stanza.from);
        else if (devices.has(stanza.from) || devices.size < MAX_DEVICES) devices.set(stanza.from, device);
        avatar = device?.avatar ?? avatar;
        moved();
      });
    },
    reset() {
      devices.clear();
      told.clear();
      moved();
    },
    elements,
    now() {
      const best = bestDevice(present());
      return { shown: wish(undefined), by: best && resourceOf(best.jid) };
    },
    offline: () => offline,
    setOffline(choice) {
      context.transact(() => archive.setValue(jid, storedValues.presenceOffline, choice));
      offline = choice;
      moved();
    },
    usePage() {
      endUse?.();
      endUse = context.signal.aborted ? undefined : clock.after(PAGE_USE, () => {
        page = undefined;
        moved();
      });
      if (page) return;
      page = { jid: `${jid}/page`, show: 'online', status: undefined, idleSince: undefined, avatar: undefined, at: 0 };
      moved();
    },
    check: moved,
  };
}

function readDevice({ from, element }: Pick<Stanza, 'from' | 'element'>, at: number): DevicePresence {
  const show = element.getChildText('show')?.trim();
  const status = element.getChildText('status')?.slice(0, MAX_STATUS);
  const update = element.getChild('x', NS_VCARD_UPDATE);
  const photo = update?.getChild('photo');
  return {
    jid: from,
    show: shows.find((one) => one === show) ?? 'online',
    status: status === '' ? undefined : status,
    idleSince: readIdle(element),
    avatar: photo ? (readAvatarHash(element) ?? '') : undefined,
    at,
  };
}

function written({ show, status, idleSince, avatar }: OutgoingPresence): Element[] {
  return [
    ...(show === 'online' ? [] : [xml('show', {}, show)]),
    ...(status === undefined ? [] : [xml('status', {}, status)]),
    ...(idleSince === undefined ? [] : [idle(idleSince)]),
    ...(avatar === undefined ? [] : [xml('x', { xmlns: NS_VCARD_UPDATE }, xml('photo', {}, ...(avatar === '' ? [] : [avatar])))]),
  ];
}
