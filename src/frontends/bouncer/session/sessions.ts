import { createHash, randomBytes } from 'node:crypto';
import type { Account } from '../../../account/contract.ts';
import type { Leaving } from '../../../core/device.ts';
import { showsTransient } from '../../../account/devices/policy.ts';
import { domainOf, parseJid, resourceOf } from '../../../core/jid.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import { NS_CARBONS } from '../../../xmpp/xep/message/relay-envelope.ts';
import type { DeviceCredentials } from '../credentials/device-credentials.ts';
import type { DeviceLink } from './link.ts';
import type { OfflineStore } from './offline-store.ts';
import type { Pushes } from '../push/pushes.ts';
import type { DeviceOccupant } from '../rooms/room-feed.ts';
import type { BouncerRooms } from '../rooms/rooms.ts';
import { openBouncerSession } from './session.ts';
import type { Inside, BouncerSession, Outward, SessionTimes } from './session-contract.ts';
import type { BindRequest, Bound, DeviceLoginGrant } from '../server/host.ts';
import type { Log } from '../../../core/log.ts';
import { openDeviceConnection } from './device-connection.ts';
import { isPushWakeUp, openPushWakeUp } from '../push/push-wake-up.ts';
import type { DeviceConnection, DeviceConnectionSettings } from './device-connection.ts';
import { inBackground } from '../../../core/background.ts';

/** The sessions of one account's devices. */
export interface BouncerSessions {
  bind(login: DeviceLoginGrant, request: BindRequest, link: DeviceLink): Promise<Bound>;
  resume(login: DeviceLoginGrant, request: { previd: string; h: string }, link: DeviceLink): Bound;
  all(): readonly BouncerSession[];
  /** Ends those of one device, or all. */
  end(device: string | undefined, condition: string): Promise<void>;
}

interface BouncerSessionsOptions {
  readonly account: Account;
  readonly settings: DeviceConnectionSettings;
  readonly password: () => Promise<string>;
  readonly credentials: DeviceCredentials;
  readonly rooms: BouncerRooms;
  readonly offlineStore: OfflineStore;
  readonly pushes: Pushes;
  /** What leaving a room means on a device for which nothing is chosen. */
  readonly leaving: () => Leaving;
  readonly times: SessionTimes;
  readonly maxBuffered: number;
  readonly log: Log;
  readonly now: () => number;
}

const MAX_SESSIONS = 40;
/** One device may change its resource with each login, and leave what it had behind. */
const MAX_OF_DEVICE = 6;

/** A place that is taken by a login which is under way. */
interface Coming {
  readonly device: string;
  /** Once it is chosen. */
  resource: string | undefined;
}

export function openBouncerSessions({ account, settings, password, credentials, rooms, offlineStore, pushes, leaving, times, maxBuffered, log, now }: BouncerSessionsOptions): BouncerSessions {
  const sessions = new Set<BouncerSession>();
  const coming = new Set<Coming>();

  /** The resource that the device asks for, unless the daemon or another device has it, here or on the server. */
  async function chooseResource(login: DeviceLoginGrant, wish: string | undefined, place: Coming): Promise<string> {
    const fits = wish !== undefined && parseJid(`${account.jid}/${wish}`)?.resource === wish;
    const resource = fits ? wish : `minimix.${randomBytes(5).toString('hex')}`;
    const taken = [...sessions].find((session) => resourceOf(session.jid) === resource);
    if (taken && taken.login.device.id === login.device.id) await taken.giveUp('conflict', 'The device has logged in again.');
    const own = resourceOf(account.rooms.occupancy.jid()) === resource;
    const used = [...coming].some((other) => other.resource === resource) || [...sessions].some(({ jid }) => resourceOf(jid) === resource);
    place.resource = own || used || isOnServer(login, resource) ? `${resource}.${randomBytes(3).toString('hex')}` : resource;
    return place.resource;
  }

  /** Somebody has it who logged in to the server itself, and would be put out. What this device had before may be left of its own last session. */
  function isOnServer({ device }: DeviceLoginGrant, resource: string): boolean {
    const there = account.devices.list().some((one) => one.frontend !== 'bouncer' && one.online && one.resource === resource);
    return there && !device.resources.includes(resource);
  }

  async function bind(login: DeviceLoginGrant, request: BindRequest, link: DeviceLink): Promise<Bound> {
    const device = login.device.id;
    const begun = [...coming].filter((other) => other.device === device).length;
    if (begun >= MAX_OF_DEVICE || sessions.size + coming.size >= MAX_SESSIONS) return refused('resource-constraint', 'Too many devices at once.');
    const place: Coming = { device, resource: undefined };
    coming.add(place); // before anything is waited for: another login may come in that time
    try {
      await Promise.all(tooOld(device, begun + 1).map((session) => session.giveUp('conflict', 'The device has logged in too often.')));
      await Promise.all(ofUserAgent(login).map((session) => session.giveUp('conflict', 'The device has logged in again.')));
      const resource = await chooseResource(login, wishedName(login, request), place);
      return await logIn(login, { resource, request, link });
    } finally {
      coming.delete(place);
    }
  }

  /** XEP-0386 3.2: what the same installation of a client had before. */
  function ofUserAgent({ device, userAgent }: DeviceLoginGrant): BouncerSession[] {
    return [...sessions].filter(({ login }) => userAgent !== undefined && login.device.id === device.id && login.userAgent === userAgent);
  }

  /** The sessions of the device that have to end so that there is room for so many more: those first that have no link, then the oldest. */
  function tooOld(device: string, more: number): BouncerSession[] {
    const own = [...sessions].filter((session) => session.login.device.id === device);
    const away = own.filter((session) => session.address() === undefined);
    const here = own.filter((session) => session.address() !== undefined);
    return [...away, ...here].slice(0, Math.max(0, own.length + more - MAX_OF_DEVICE));
  }

  async function logIn(login: DeviceLoginGrant, { resource, request: { wishes }, link }: { resource: string; request: BindRequest; link: DeviceLink }): Promise<Bound> {
    const here: { session?: BouncerSession } = {};
    let over: { condition: string; why: string } | undefined;
    const waiting: Parameters<BouncerSession['fromServer']>[] = [];
    const note: Log = (level, message, about) => log(level, message, { device: login.device.label, ...about });
    const connection = openDeviceConnection({
      account: account.jid,
      resource,
      settings,
      password,
      receive(stanza, delivered) {
        const noted = stanza.kind === 'message' ? then(delivered, () => credentials.met(login.device.id)) : delivered;
        if (here.session) here.session.fromServer(stanza, noted);
        else waiting.push([stanza, noted]);
      },
      push: (service, on) => pushes.note(login.device.id, service, on),
      ended(condition, why) {
        over = { condition, why };
        if (here.session) inBackground(note, 'ending the session', here.session.end(condition, why));
      },
      log: note,
    });
    const online = await connection.online(times.upstream);
    const copies = online.ok && wishes?.carbons === true && (await connection.enableCarbons(times.upstream));
    if (!online.ok || over || !credentials.get(login.device.id)) {
      await connection.stop();
      if (!online.ok) return refused(online.error.code, online.error.message);
      return refused(over?.condition ?? 'not-authorized', over?.why ?? 'The device’s password was revoked.');
    }
    const bound = begin(login, { jid: online.value, connection, note });
    here.session = bound;
    credentials.seen(login.device.id, resourceOf(bound.jid));
    note('info', 'a device is here', { jid: bound.jid, address: link.address });
    for (const [stanza, delivered] of waiting) bound.fromServer(stanza, delivered);
    if (wishes?.state) connection.clientState(wishes.state);
    // XEP-0386 wants no answer to carbons, and Conversations asks for them again without one (`XmppConnection.java`, processSuccess)
    const enabled = copies ? `<enabled xmlns='${NS_CARBONS}'/>` : '';
    return {
      ok: true,
      user: bound,
      begin: (say) => bound.begin(link, { enable: wishes?.enable }, ({ jid, answers }) => say({ jid, answers: answers + enabled })),
    };
  }

  function begin(login: DeviceLoginGrant, { jid, connection, note }: { jid: string; connection: DeviceConnection; note: Log }): BouncerSession {
    const life = new AbortController();
    const { id } = login.device;
    const met = (): void => credentials.met(id);
    const wake = openPushWakeUp(account, jid, connection.hibernates);
    const occupantOf = ({ send, pass, untaken }: Outward): DeviceOccupant => ({
      jid,
      device: id,
      send: (text, delivered) => send(text, delivered && then(delivered, met)),
      pass,
      untaken,
      carbons: connection.carbons,
      shows(message) {
        const device = credentials.get(id);
        return device !== undefined && account.rooms.occupancy.decideShown(device, message).wanted;
      },
      showsTransient(room) {
        const device = credentials.get(id);
        return device !== undefined && showsTransient(device, room);
      },
      leaves: () => credentials.get(id)?.leaves ?? leaving(),
      calls: (message) => wake.call(message),
    });
    const inside = (outward: Outward): Inside => {
      const deviceOccupant = occupantOf(outward);
      let greeted = false;
      return {
        fromDevice(stanza) {
          if (!greeted && stanza.kind === 'presence' && stanza.to === '' && stanza.type === undefined) {
            greeted = true;
            for (const text of offlineStore.take(id, jid)) outward.send(text);
          }
          if (stanza.kind === 'message') met();
          return rooms.fromDevice(deviceOccupant, stanza);
        },
        isOccupant: (stanza) => rooms.isOccupant(deviceOccupant, stanza),
        fromServer(stanza, delivered) {
          const text = isPushWakeUp(account, stanza) ? undefined : rooms.fromServer(deviceOccupant, stanza);
          if (text === undefined) delivered();
          else outward.send(text, delivered);
        },
        back: wake.back,
        over: () => rooms.gone(deviceOccupant),
      };
    };
    const session: BouncerSession = openBouncerSession({
      login,
      jid,
      connection,
      inside,
      times,
      maxBuffered,
      log: note,
      now,
      ended(gone, left) {
        sessions.delete(gone);
        life.abort();
        if (!credentials.get(id)) return false;
        offlineStore.keep(id, left.filter((one) => !rooms.owes(id, one.xml)));
        credentials.seen(id);
        return true;
      },
    });
    sessions.add(session);
    account.rooms.occupancy.hold(jid, life.signal);
    return session;
  }

  return {
    bind,
    resume(login, { previd, h }, link) {
      const found = [...sessions].find((session) => session.resumption() === previd && session.login.device.id === login.device.id);
      if (!found) return refused('item-not-found', 'There is no such session.');
      return { ok: true, user: found, begin(say) {
        const why = found.resume(link, h, say);
        if (why !== undefined) link.end('undefined-condition', 'That session cannot be resumed.');
      } };
    },
    all: () => [...sessions],
    async end(device, condition) {
      const ending = [...sessions].filter(({ login }) => device === undefined || login.device.id === device);
      await Promise.allSettled(ending.map((session) => session.end(condition)));
    },
  };
}

/** The features of the account's server that we pass on to the device, as text. */
export function offeredFeatures(account: Account): string {
  const features = account.rooms.occupancy.features();
  const known = [
    ['ver', 'urn:xmpp:features:rosterver'],
    ['sub', 'urn:xmpp:features:pre-approval'],
    ['csi', NS.csi],
    ['c', 'http://jabber.org/protocol/caps'],
  ] as const;
  return known.map(([name, xmlns]) => features?.getChild(name, xmlns)?.toString() ?? '').join('');
}

/** Whether the account is of this domain. */
export function isDomainOf(account: Account, domain: string): boolean {
  return domainOf(account.jid).toLowerCase() === domain;
}

/**
 * The resource that a device is to have. By XEP-0386 3.2.1 it is ours to make: behind the client's tag, and the same for each login of
 * one installation of the client, so that the account's other devices know it again; its id cannot be read from it.
 */
function wishedName({ device, userAgent }: DeviceLoginGrant, { name }: BindRequest): string | undefined {
  if ('resource' in name) return name.resource;
  const own = userAgent === undefined ? randomBytes(9).toString('base64url') : createHash('sha256').update(`${device.id}\0${userAgent}\0${name.tag ?? ''}`).digest('base64url').slice(0, 12);
  const tagged = `${name.tag ?? ''}/${own}`;
  return name.tag !== undefined && parseJid(`a@b/${tagged}`)?.resource === tagged ? tagged : own;
}

function then(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}

function refused(condition: string, why: string): Bound {
  return { ok: false, condition, why };
}
