import type { Result } from '../../core/errors.ts';
import { fail, ok } from '../../core/errors.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { resourceOf } from '../../core/jid.ts';
import { cursorOwner, decideRelay, policyOf } from '../../core/device.ts';
import type { RelayDevice, RelayDecision } from '../../core/device.ts';
import type { NotifyIdentity, NotifyLevel } from '../../xmpp/xep/bookmarks/notify.ts';
import { NS_PING } from '../../xmpp/xep/service/ping.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { DeviceChange, DeviceSummary, RelayTarget } from './contract.ts';
import { openDeviceStore } from './device-store.ts';
import { applied, kindOf, nameOf, stranger, summaryOf } from './device-profile.ts';
import { openOnlineResources } from './online-resources.ts';
import type { OnlineResource } from './online-resources.ts';
import type { Transaction, AccountContext } from '../context.ts';
import { decideByPolicy, meantFor } from './policy.ts';

/** The account's devices: what each gets, and why. */
export interface Devices {
  /** Reads presence from one of the account's own resources. */
  receive(transaction: Transaction, stanza: Stanza): void;
  /** A new stream: whoever is there will be announced anew. */
  reset(): void;
  summaries(): DeviceSummary[];
  /** The devices that are online and get the relay. */
  relays(): RelayTarget[];
  /** Whether a device gets this message by the relay, and why. */
  relayDecision(device: string, message: KeptMessage): RelayDecision;
  /** A device has answered a relay with an error: no more of it until someone says otherwise. */
  refuseRelay(jid: string, why: string): void;
  note(device: string, text: string | undefined): void;
  /** The full JID that a device has today. */
  online(device: string): string | undefined;
  /** By id, label or resource. */
  find(name: string): RelayDevice | undefined;
  change(name: string, change: DeviceChange): Result<DeviceSummary>;
  /** The same for the device that is online with this resource. */
  changeAt(resource: string, change: DeviceChange): Result<DeviceSummary>;
  forget(name: string): Result<undefined>;
  /** Whether a mention is due as a headline in words, and why. */
  digestTargets(message: KeptMessage): { readonly jid: string; readonly device: RelayDevice; readonly why: string }[];
}

interface DeviceHooks {
  /** What the person set for a room, as it reads for that kind of client (XEP-0492). */
  readonly notify: (room: string, identity: NotifyIdentity | undefined) => NotifyLevel | undefined;
  /** The device that has said a message through us, by the message's origin-id. */
  readonly saidBy: (originId: string) => string | undefined;
  /** Milliseconds that a device has to say what it is. */
  readonly look?: number | undefined;
}

export function openDevices(context: AccountContext, { notify, saidBy, look }: DeviceHooks): Devices {
  const { archive } = context;
  const kept = openDeviceStore(context);
  const sessions = openOnlineResources(context, { kept, hooks: { stale: () => served.clear(), changed: tell }, patience: look });
  /** How each device is served, worked out once and asked for with every message. */
  const served = new Map<string, { readonly session: OnlineResource | undefined; readonly decision: RelayDecision }>();

  function tell(): void {
    served.clear();
    context.events.emit({ type: 'device-changed', account: context.jid });
  }

  function servedAs(device: RelayDevice): { readonly session: OnlineResource | undefined; readonly decision: RelayDecision } {
    const known = served.get(device.id);
    if (known) return known;
    const session = sessions.of(device.id);
    const found = { session, decision: decideFor(device, session) };
    served.set(device.id, found);
    return found;
  }

  function summarise(device: RelayDevice): DeviceSummary {
    const session = sessions.of(device.id);
    const { relay, why } = decideFor(device, session);
    const note = relay && session?.note !== undefined ? `${why}; ${session.note}` : why;
    const today = { account: context.jid, frontend: relay ? 'relay' : 'none', why: note, name: nameOf(device), now: context.now() } as const;
    return {
      ...summaryOf(device, { ...today, resource: session && (device.resources[0] ?? '') }),
      software: device.software,
      words: device.words,
      limit: device.limit,
      digest: device.digest,
    };
  }

  /** Offline, it is what it was when it was last here. */
  function decideFor(device: RelayDevice, session: OnlineResource | undefined, inRoom = false): RelayDecision {
    const { wish, refused, software } = device;
    const capsNode = session?.capsNode ?? device.capsNode;
    const features = session ? session.info?.features : new Set<string>();
    return decideRelay({ jid: session?.jid ?? '', capsNode, software, features, wish, refused }, inRoom);
  }

  function summaries(): DeviceSummary[] {
    const strangers = sessions.all().filter(({ device }) => device === undefined);
    return [...kept.all().map(summarise), ...strangers.map(({ jid }) => stranger(context.jid, resourceOf(jid), context.now()))];
  }

  function find(name: string): RelayDevice | undefined {
    const all = kept.all();
    const online = all.filter(({ id }) => sessions.of(id));
    const byResource = (list: readonly RelayDevice[]) => list.find(({ resources }) => resources[0] === name);
    return all.find(({ id }) => id === name) ?? all.find(({ label }) => label === name) ?? byResource(online) ?? byResource(all);
  }

  function changed(device: RelayDevice, change: DeviceChange): Result<DeviceSummary> {
    const { label } = change;
    if (label !== undefined && kept.all().some((one) => one.id !== device.id && (one.label === label || one.id === label))) {
      return fail('label-taken', `Another device is called ${label} already.`);
    }
    const attached = change.attached === true && !decideFor(device, sessions.of(device.id)).relay;
    // what it missed while it was not wanted, it is not owed
    if (attached) context.transact(() => archive.removeCursors(context.jid, cursorOwner(device.id)));
    kept.put({ ...applied(device, change), ...(attached && { from: archive.lastId() }) });
    tell();
    return ok(summarise(kept.get(device.id) ?? device));
  }

  return {
    receive: sessions.receive,
    reset: sessions.reset,
    summaries,
    find,
    online: (id) => sessions.of(id)?.jid,
    relays() {
      return sessions.all().flatMap(({ device: id, jid, number, info }) => {
        const device = id === undefined ? undefined : kept.get(id);
        if (!device || !info || !decideFor(device, sessions.at(jid)).relay) return [];
        return [{ device: device.id, jid, session: number, from: device.from, limit: device.limit, pings: info.features.has(NS_PING) }];
      });
    },
    relayDecision(id, message) {
      const device = kept.get(id);
      if (!device) return { relay: false, why: 'you removed it from the list' };
      const { session, decision } = servedAs(device);
      if (!decision.relay) return decision;
      if (session && sessions.isOccupant(session, message.room)) return decideFor(device, session, true);
      if (message.originId !== undefined && saidBy(message.originId) === id) return { relay: true, why: 'it reported this itself' };
      if (policyOf(device, message.room) === 'everything') return decision;
      const { wanted, why } = decideByPolicy(context, { device, message, level: notify(message.room, kindOf(device)) });
      return { relay: wanted, why };
    },
    digestTargets(message) {
      return sessions.all().flatMap(({ device: id, jid }) => {
        const device = id === undefined ? undefined : kept.get(id);
        if (!device?.digest || servedAs(device).decision.relay) return [];
        if (policyOf(device, message.room) === 'nothing') return [];
        const { wanted, why } = meantFor(context, { device, message, level: notify(message.room, kindOf(device)) });
        return wanted ? [{ jid, device, why }] : [];
      });
    },
    refuseRelay(jid, why) {
      const id = sessions.at(jid)?.device;
      const device = id === undefined ? undefined : kept.get(id);
      if (!device || device.refused !== undefined) return;
      kept.put({ ...device, refused: why.slice(0, 500) });
      context.log('warn', `${jid} refused a relayed message; Minimix stops relaying to it`, { why });
      tell();
    },
    note(id, text) {
      const session = sessions.of(id);
      if (session) sessions.note(session, text);
    },
    change(name, change) {
      const device = find(name);
      return device ? changed(device, change) : unknown(name);
    },
    changeAt(resource, change) {
      const device = kept.get(sessions.at(`${context.jid}/${resource}`)?.device ?? '');
      return device ? changed(device, change) : unknown(resource);
    },
    forget(name) {
      const device = find(name);
      if (!device) return unknown(name);
      const session = sessions.of(device.id);
      kept.remove(device.id);
      if (session) sessions.anew(session);
      tell();
      return ok(undefined);
    },
  };
}

function unknown(name: string) {
  return fail('unknown-device', `There is no device ${name.slice(0, 100)}.`);
}
