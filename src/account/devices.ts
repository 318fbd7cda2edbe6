import { randomBytes } from 'node:crypto';
import type { Result } from '../core/errors.ts';
import { fail, ok, sentenceOf } from '../core/errors.ts';
import type { KeptMessage } from '../core/groupchat.ts';
import { bareOf, resourceOf } from '../core/jid.ts';
import { cursorOwner, decideRelay, newDevice, policyOf, recognise, seenAs } from '../core/device.ts';
import type { Device, RelayDecision, Seen } from '../core/device.ts';
import { readCaps } from '../xmpp/features/caps.ts';
import { discoInfoQuery, readDiscoInfo } from '../xmpp/features/disco.ts';
import type { DiscoInfo } from '../xmpp/features/disco.ts';
import type { NotifyIdentity, NotifyLevel } from '../xmpp/features/notify.ts';
import { NS_PING } from '../xmpp/features/ping.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { DeviceChange, DeviceSummary, RelayTarget } from './devices-contract.ts';
import { openKeptDevices } from './devices-kept.ts';
import { applied, identityIn, kindOf, nameIn, stranger } from './devices-read.ts';
import type { Draft, Ground } from './ground.ts';
import { wantedBy } from './mentions.ts';

/** More resources than this of one account are no person's devices. */
const MAX_SESSIONS = 50;

/** A resource that is online, from its first presence to its last. */
interface Session {
  readonly jid: string;
  /** Never the same twice: a resource that comes back is another session. */
  readonly number: number;
  readonly capsNode: string | undefined;
  /** disco#info; `undefined` until it has answered, or has not in time. */
  readonly info: DiscoInfo | undefined;
  /** The device that it is, once that is known. */
  readonly device: string | undefined;
  /** What its door has to say about it beside the decision. */
  readonly note: string | undefined;
  /** COMPAT: Prosody 0.12 still lists who leaves: what rooms said of this JID before it came is of a former session. */
  readonly former: ReadonlySet<readonly string[]>;
}

/** The account's devices, and which resources they are today, as far as presence reaches us (RFC 6121 4.2.2). */
export interface Devices {
  /** Reads presence from one of the account's own resources. */
  receive(draft: Draft, stanza: Stanza): void;
  /** A new stream: whoever is there will be announced anew. */
  reset(): void;
  summaries(): DeviceSummary[];
  /** The devices that are online and get the relay. */
  targets(): RelayTarget[];
  /** Whether a device gets this message by the relay, and why. */
  decide(device: string, message: KeptMessage): RelayDecision;
  relayTargets(room: string): { readonly jid: string; readonly decision: RelayDecision }[];
  /** A device has answered a relay with an error: no more of it until someone says otherwise. */
  refuse(jid: string, why: string): void;
  note(device: string, text: string | undefined): void;
  /** The full JID that a device has today. */
  online(device: string): string | undefined;
  /** By id, label or resource. */
  find(name: string): Device | undefined;
  change(name: string, change: DeviceChange): Result<DeviceSummary>;
  forget(name: string): Result<undefined>;
  /** Whether a mention is due as a headline in words, and why. */
  digest(message: KeptMessage): { readonly jid: string; readonly device: Device; readonly why: string }[];
}

export interface DeviceHooks {
  readonly changed: (devices: DeviceSummary[]) => void;
  /** What the person set for a room, as it reads for that kind of client (XEP-0492). */
  readonly notify: (room: string, identity: NotifyIdentity | undefined) => NotifyLevel | undefined;
  /** The device that has said a message through us, by the message's origin-id. */
  readonly saidBy: (originId: string) => string | undefined;
}

export function openDevices(ground: Ground, { changed, notify, saidBy }: DeviceHooks): Devices {
  const { archive } = ground;
  const kept = openKeptDevices(ground);
  const sessions = new Map<string, Session>();
  let sessionsSoFar = 0;
  /** How each device is served, worked out once and asked for with every message. */
  const served = new Map<string, { readonly session: Session | undefined; readonly decision: RelayDecision }>();

  function tell(): void {
    served.clear();
    changed(summaries());
  }

  function servedAs(device: Device): { readonly session: Session | undefined; readonly decision: RelayDecision } {
    const known = served.get(device.id);
    if (known) return known;
    const session = sessionOf(device.id);
    const found = { session, decision: decideFor(device, session) };
    served.set(device.id, found);
    return found;
  }

  function look(session: Session): void {
    ask(session).catch((error: unknown) => ground.log('error', `${session.jid}: what it is could not be kept: ${sentenceOf(error)}`, { error }));
  }

  async function ask(session: Session): Promise<void> {
    const answer = await ground.connection.iq(discoInfoQuery(session.jid));
    const info = (answer.ok ? readDiscoInfo(answer.element) : undefined) ?? { identities: [], features: new Set<string>() };
    const now = sessions.get(session.jid);
    if (now?.number !== session.number || ground.signal.aborted) return;
    const known = { ...now, info, device: now.device ?? identify(now, info, true)?.id };
    sessions.set(now.jid, known);
    const device = known.device === undefined ? undefined : kept.get(known.device);
    if (device) kept.put(seenAs(device, seen(known, info), nameIn(info), ground.now()));
    tell();
  }

  /** The device that a session is: known by its resource at once, by its software once it has answered. */
  function identify(session: Session, info: DiscoInfo | undefined, orNew: boolean): Device | undefined {
    const busy = new Set([...sessions.values()].map(({ device }) => device));
    const offline = kept.all().filter(({ id }) => !busy.has(id));
    const known = recognise(offline, seen(session, info));
    if (known || !orNew) return known;
    const device = newDevice(randomBytes(4).toString('hex'), resourceOf(session.jid), ground.now(), archive.lastId());
    kept.put(device);
    return device;
  }

  function appeared(jid: string, stanza: Stanza): void {
    const caps = readCaps(stanza.element);
    const node = caps?.node;
    const known = sessions.get(jid);
    if (!known && sessions.size >= MAX_SESSIONS) return;
    const session: Session = known
      ? { ...known, capsNode: node ?? known.capsNode }
      : { jid, number: (sessionsSoFar += 1), capsNode: node, info: undefined, device: undefined, note: undefined, former: listings(jid) };
    const device = session.device ?? identify(session, undefined, false)?.id;
    sessions.set(jid, { ...session, device });
    served.clear();
    if (!known || known.capsNode !== session.capsNode) look(session);
    if (!known) tell();
  }

  function listings(jid: string): ReadonlySet<readonly string[]> {
    return new Set([...ground.rooms()].flatMap(({ siblings }) => (siblings.includes(jid) ? [siblings] : [])));
  }

  function isOccupant({ jid, former }: Session, room: string): boolean {
    const siblings = ground.room(room)?.siblings;
    return siblings?.includes(jid) === true && !former.has(siblings);
  }

  function disappeared(jid: string): void {
    const session = sessions.get(jid);
    if (!session) return;
    sessions.delete(jid);
    const device = session.device === undefined ? undefined : kept.get(session.device);
    if (device) kept.put({ ...device, lastSeen: ground.now() });
    tell();
  }

  function sessionOf(id: string): Session | undefined {
    return [...sessions.values()].find(({ device }) => device === id);
  }

  function summaryOf(device: Device): DeviceSummary {
    const session = sessionOf(device.id);
    const { relay, why } = decideFor(device, session);
    const note = relay && session?.note !== undefined ? `${why}; ${session.note}` : why;
    return {
      account: ground.jid,
      id: device.id,
      label: device.label ?? device.software ?? device.resources[0] ?? device.id,
      resource: device.resources[0] ?? '',
      online: session !== undefined,
      door: relay ? 'relay' : 'none',
      relay,
      why: note,
      software: device.software,
      lastSeen: new Date(session ? ground.now() : device.lastSeen).toISOString(),
      policy: device.policy,
      policies: device.policies,
      words: device.words,
      limit: device.limit,
      digest: device.digest,
    };
  }

  /** Offline, it is what it was when it was last here. */
  function decideFor(device: Device, session: Session | undefined, inRoom = false): RelayDecision {
    const { wish, refused, software } = device;
    const capsNode = session?.capsNode ?? device.capsNode;
    const features = session ? session.info?.features : new Set<string>();
    return decideRelay({ jid: session?.jid ?? '', capsNode, software, features, wish, refused }, inRoom);
  }

  function summaries(): DeviceSummary[] {
    const strangers = [...sessions.values()].filter(({ device }) => device === undefined);
    return [...kept.all().map(summaryOf), ...strangers.map(({ jid }) => stranger(ground.jid, resourceOf(jid), ground.now()))];
  }

  function find(name: string): Device | undefined {
    const all = kept.all();
    const online = all.filter(({ id }) => sessionOf(id));
    const byResource = (list: readonly Device[]) => list.find(({ resources }) => resources[0] === name);
    return all.find(({ id }) => id === name) ?? all.find(({ label }) => label === name) ?? byResource(online) ?? byResource(all);
  }

  return {
    receive(draft, stanza) {
      const jid = stanza.from;
      const status = ground.connection.status();
      const own = status.state === 'online' && status.jid === jid;
      if (bareOf(jid) !== ground.jid || resourceOf(jid) === '' || own) return;
      if (stanza.type === undefined) draft.afterwards(() => appeared(jid, stanza));
      if (stanza.type === 'unavailable') draft.afterwards(() => disappeared(jid));
    },
    reset() {
      sessions.clear();
      tell();
    },
    summaries,
    find,
    online: (id) => sessionOf(id)?.jid,
    targets() {
      return [...sessions.values()].flatMap(({ device: id, jid, number, info }) => {
        const device = id === undefined ? undefined : kept.get(id);
        if (!device || !info || !decideFor(device, sessions.get(jid)).relay) return [];
        return [{ device: device.id, jid, session: number, from: device.from, limit: device.limit, pings: info.features.has(NS_PING) }];
      });
    },
    decide(id, message) {
      const device = kept.get(id);
      if (!device) return { relay: false, why: 'it is forgotten' };
      const { session, decision } = servedAs(device);
      if (!decision.relay) return decision;
      if (session && isOccupant(session, message.room)) return decideFor(device, session, true);
      if (message.originId !== undefined && saidBy(message.originId) === id) return { relay: true, why: 'it said this itself' };
      const policy = policyOf(device, message.room);
      if (policy === 'everything') return decision;
      if (policy === 'nothing') return { relay: false, why: 'you want nothing of this room there' };
      const { wanted, why } = wantedBy(ground, device, notify(message.room, kindOf(device)), message);
      return { relay: wanted, why };
    },
    relayTargets(room) {
      return [...sessions.values()].flatMap((session) => {
        const device = session.device === undefined ? undefined : kept.get(session.device);
        if (!device || policyOf(device, room) === 'nothing') return [];
        const decision = decideFor(device, session, isOccupant(session, room));
        return decision.relay ? [{ jid: session.jid, decision }] : [];
      });
    },
    digest(message) {
      return [...sessions.values()].flatMap(({ device: id, jid }) => {
        const device = id === undefined ? undefined : kept.get(id);
        if (!device?.digest || servedAs(device).decision.relay) return [];
        if (policyOf(device, message.room) === 'nothing') return [];
        const { wanted, why } = wantedBy(ground, device, notify(message.room, kindOf(device)), message);
        return wanted ? [{ jid, device, why }] : [];
      });
    },
    refuse(jid, why) {
      const id = sessions.get(jid)?.device;
      const device = id === undefined ? undefined : kept.get(id);
      if (!device || device.refused !== undefined) return;
      kept.put({ ...device, refused: why.slice(0, 500) });
      ground.log('warn', `${jid} refused a relayed message; the relay to it is off`, { why });
      tell();
    },
    note(id, text) {
      const session = sessionOf(id);
      if (!session || session.note === text) return;
      sessions.set(session.jid, { ...session, note: text });
      tell();
    },
    change(name, change) {
      const device = find(name);
      if (!device) return unknown(name);
      const { label } = change;
      if (label !== undefined && kept.all().some((one) => one.id !== device.id && (one.label === label || one.id === label))) {
        return fail('label-taken', `Another device is called ${label} already.`);
      }
      const attached = change.attached === true && !decideFor(device, sessionOf(device.id)).relay;
      // what it missed while it was not wanted, it is not owed
      if (attached) ground.transact(() => archive.removeCursors(ground.jid, cursorOwner(device.id)));
      kept.put({ ...applied(device, change), ...(attached && { from: archive.lastId() }) });
      tell();
      return ok(summaryOf(kept.get(device.id) ?? device));
    },
    forget(name) {
      const device = find(name);
      if (!device) return unknown(name);
      const session = sessionOf(device.id);
      kept.remove(device.id);
      // still here, it is a device that is seen for the first time
      if (session) {
        const fresh: Session = { ...session, number: (sessionsSoFar += 1), device: undefined, note: undefined };
        sessions.set(session.jid, fresh);
        look(fresh);
      }
      tell();
      return ok(undefined);
    },
  };
}

function seen({ jid, capsNode }: Session, info: DiscoInfo | undefined): Seen {
  return { resource: resourceOf(jid), capsNode, identity: info && identityIn(info) };
}

function unknown(name: string) {
  return fail('unknown-device', `There is no device ${name.slice(0, 100)}.`);
}
