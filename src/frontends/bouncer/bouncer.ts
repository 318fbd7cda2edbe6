import { hostname } from 'node:os';
import type { AddedDevice } from '../../account/devices/contract.ts';
import type { Leaving, LoginDevice } from '../../core/device.ts';
import { fail, noAccount, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { domainOf, localOf } from '../../core/jid.ts';
import { openAuthority, openIdentity } from './credentials/certificates.ts';
import type { ServerIdentity } from './credentials/certificates.ts';
import { bouncerTimes, DEFAULT_DIRECT_TLS, DEFAULT_LISTEN } from './contract.ts';
import type { Bouncer, BouncerAccount, BouncerOptions, BouncerSettings, NetworkDoor } from './contract.ts';
import { openDeviceCredentials } from './credentials/device-credentials.ts';
import type { DeviceCredentials } from './credentials/device-credentials.ts';
import { openDeviceTokens } from './credentials/device-tokens.ts';
import type { DeviceTokens } from './credentials/device-tokens.ts';
import { sessionsProvider } from './session/sessions-provider.ts';
import { addressesOf, networkAddresses } from './server/addresses.ts';
import { startListener } from './server/listener.ts';
import type { Listener } from './server/listener.ts';
import { listenInNetwork } from './server/network-listeners.ts';
import type { NetworkListeners } from './server/network-listeners.ts';
import { openOfflineStore } from './session/offline-store.ts';
import type { OfflineStore } from './session/offline-store.ts';
import { openPushes } from './push/pushes.ts';
import type { Pushes } from './push/pushes.ts';
import { openBouncerRooms } from './rooms/rooms.ts';
import type { BouncerRooms } from './rooms/rooms.ts';
import { isDomainOf, openBouncerSessions, offeredFeatures } from './session/sessions.ts';
import type { BouncerSessions } from './session/sessions.ts';
import { MAX_BUFFERED } from './session/session-contract.ts';
import { serveDevice } from './server/stream.ts';
import type { StreamHost } from './server/host.ts';
import { createThrottle, peerOf } from './server/throttle.ts';
import { openWebSocketDoor } from './server/websocket.ts';
import { inBackground } from '../../core/background.ts';

interface Resident extends BouncerAccount {
  readonly credentials: DeviceCredentials;
  readonly sessions: BouncerSessions;
  readonly rooms: BouncerRooms;
  readonly offlineStore: OfflineStore;
  /** Once there is a key to keep them by. */
  tokens: DeviceTokens | undefined;
  readonly pushes: Pushes;
  /** Tells the account that its list of devices has changed. */
  changed: () => void;
}

/** The certificate's domain while there is no account. */
const NOBODY = 'localhost';
const STANZA_BYTES = 512 * 1024;

export function openBouncer({ archive, certificates, tokenKey, log, now = Date.now, times: patience = {}, networkMissing = () => undefined, maxBuffered = MAX_BUFFERED }: BouncerOptions): Bouncer {
  const times = { ...bouncerTimes, ...patience };
  const residents = new Map<string, Resident>();
  const identities = new Map<string, ServerIdentity>();
  const throttle = createThrottle(now, times);
  let listeners: Listener[] = [];
  let inNetwork: NetworkListeners | undefined;
  let settings: BouncerSettings | undefined;
  let leaving: Leaving = 'here';
  let key: Buffer | undefined;

  const byDomain = (domain: string): Resident[] => [...residents.values()].filter(({ account }) => isDomainOf(account, domain));

  const host: StreamHost = {
    log,
    throttle,
    times: { login: times.login, bind: times.login + times.upstream },
    limits: { stanzaBytes: STANZA_BYTES, idle: times.idle },
    identity(domain) {
      const found = identities.get(domain?.toLowerCase() ?? '') ?? [...identities.values()][0];
      if (!found) throw new Error('there is no certificate yet');
      return found;
    },
    hosts: (domain) => byDomain(domain).length > 0,
    books: (domain) => (username) => {
      const [local, ofDomain] = username.toLowerCase().split('@');
      if (ofDomain !== undefined && ofDomain !== domain) return undefined;
      const found = byDomain(domain).find(({ account }) => localOf(account.jid).toLowerCase() === local);
      return found && { account: found.account.jid, credentials: found.credentials };
    },
    hashes: (domain) => {
      const [first = [], ...others] = byDomain(domain).map(({ credentials }) => credentials.hashes());
      return first.filter((hash) => others.every((hashes) => hashes.includes(hash)));
    },
    fast: () => key !== undefined,
    tokens: (account) => residents.get(account)?.tokens,
    features: (account) => {
      const found = residents.get(account);
      return found ? offeredFeatures(found.account) : '';
    },
    bind: async (login, request, link) =>
      (await residents.get(login.account)?.sessions.bind(login, request, link)) ?? gone,
    resume: (login, request, link) => residents.get(login.account)?.sessions.resume(login, request, link) ?? gone,
  };

  const webSockets = openWebSocketDoor((carrier, socket) => {
    const address = socket.remoteAddress ?? 'nowhere';
    const served = peerOf(socket).then((peer) => {
      if (peer === undefined || carrier.destroyed) carrier.destroy();
      else serveDevice(carrier, host, { security: 'loopback', address, peer });
    });
    inBackground(log, `a connection from ${address}`, served);
  });

  const tokensOf = (account: string): DeviceTokens | undefined => key && openDeviceTokens({ account, archive, key, now, log });

  /** Where there is none, devices log in by their passwords. */
  async function findTokenKey(): Promise<void> {
    key ??= await tokenKey?.();
    for (const resident of residents.values()) resident.tokens ??= tokensOf(resident.account.jid);
  }

  async function identify(domain: string): Promise<ServerIdentity> {
    const known = identities.get(domain);
    if (known) return known;
    if (!settings?.own) await openAuthority(certificates, domain);
    const { listen, directTls, names = [], own } = settings ?? { listen: DEFAULT_LISTEN, directTls: DEFAULT_DIRECT_TLS };
    const hosts = [listen.host, directTls.host, ...(settings?.network?.hosts ?? [])].flatMap(addressesOf);
    const identity = await openIdentity(certificates, { domain, names: [...hosts, ...names], own, now: now() });
    if (domain !== NOBODY) identities.delete(NOBODY);
    identities.set(domain, identity);
    return identity;
  }

  /** A password that was made, with all else that a person types into the device. */
  async function withWay(account: string, make: () => Result<{ device: LoginDevice; password: string }>): Promise<Result<AddedDevice>> {
    const [first, second] = listeners;
    if (!settings || !first || !second) return fail('bouncer-off', 'The bouncer is off. Turn it on first: `minimix bouncer on`');
    const identity = await identify(domainOf(account).toLowerCase());
    const authority = settings.own ? undefined : await openAuthority(certificates, domainOf(account));
    const made = make();
    if (!made.ok) return made;
    const { device, password } = made.value;
    const { network, names = [] } = settings;
    const own = { host: reachableAt(settings), port: first.port, directTlsPort: second.port };
    const way = network ? { host: names[0] ?? networkHost(network), port: network.port, directTlsPort: network.directTlsPort } : own;
    return ok({ id: device.id, name: device.label, jid: account, ...way, password, fingerprint: identity.fingerprint, ca: authority?.file ?? '' });
  }

  return {
    addAccount(added, signal) {
      const { account } = added;
      const credentials = openDeviceCredentials(account.jid, archive, now);
      const rooms = openBouncerRooms({ account, archive, times, log, now, signal });
      const offlineStore = openOfflineStore(account.jid, archive);
      const pushes = openPushes(account, archive, log);
      const sessions = openBouncerSessions({ ...added, credentials, rooms, offlineStore, pushes, leaving: () => leaving, times, maxBuffered, log, now });
      const resident: Resident = { ...added, credentials, rooms, sessions, offlineStore, tokens: tokensOf(account.jid), pushes, changed: () => undefined };
      residents.set(account.jid, resident);
      resident.changed = account.rooms.occupancy.host(sessionsProvider({ ...resident, leaving: () => leaving, changed: () => resident.changed() }, now), signal);
      if (settings) inBackground(log, 'making a certificate', identify(domainOf(account.jid).toLowerCase()));
      signal.addEventListener('abort', () => {
        if (residents.get(account.jid) === resident) residents.delete(account.jid);
        inBackground(log, 'ending the sessions', sessions.end(undefined, 'system-shutdown'));
      }, { once: true });
    },
    async start(wanted) {
      settings = wanted;
      inBackground(log, 'finding the key of the devices’ tokens', findTokenKey());
      identities.clear();
      for (const { account } of residents.values()) await identify(domainOf(account.jid).toLowerCase());
      if (identities.size === 0) await identify(NOBODY);
      const begun: Listener[] = [];
      try {
        begun.push(await startListener(wanted.listen, host, false));
        begun.push(await startListener(wanted.directTls, host, true));
      } catch (error) {
        await Promise.all(begun.map((one) => one.stop()));
        settings = undefined;
        throw error;
      }
      listeners = begun;
      inNetwork = wanted.network && (await listenInNetwork(wanted.network, host, { again: times.network, missing: networkMissing }));
      const [port, directTlsPort] = begun.map((one) => one.port);
      log('info', 'the bouncer listens', { host: wanted.listen.host, port, directTlsPort });
      return { port: port ?? 0, directTlsPort: directTlsPort ?? 0 };
    },
    setLeaving(wanted) {
      if (wanted === leaving) return;
      leaving = wanted;
      for (const { changed } of residents.values()) changed();
    },
    async stop() {
      const ending = [...listeners, ...(inNetwork ? [inNetwork] : [])];
      listeners = [];
      inNetwork = undefined;
      settings = undefined;
      await Promise.allSettled([...residents.values()].map(({ sessions }) => sessions.end(undefined, 'system-shutdown')));
      await Promise.all(ending.map((one) => one.stop()));
    },
    running() {
      const [first, second] = listeners;
      if (!settings || !first || !second) return undefined;
      const { listen, network } = settings;
      return { host: listen.host, port: first.port, directTlsPort: second.port, ...(network && { network: { ...network, hosts: inNetwork?.hosts() ?? [] } }) };
    },
    upgrade: (request, socket, head) => settings !== undefined && webSockets.upgrade(request, socket, head),
    authority: () => openAuthority(certificates, domainOf([...residents.keys()][0] ?? 'this computer')),
    async addDevice(account, name) {
      const resident = residents.get(account);
      if (!resident) return noAccount(account);
      const added = await withWay(account, () => resident.credentials.add(name));
      if (added.ok) resident.changed();
      return added;
    },
    async renew(account, which) {
      const resident = residents.get(account);
      if (!resident) return noAccount(account);
      const renewed = await withWay(account, () => {
        const done = resident.credentials.renew(which);
        return done ? ok(done) : unknownDevice(which);
      });
      if (!renewed.ok) return renewed;
      resident.tokens?.forget(renewed.value.id);
      await resident.sessions.end(renewed.value.id, 'not-authorized');
      resident.changed();
      log('info', 'a device has a new password', { account, device: renewed.value.name });
      return renewed;
    },
    async revoke(account, which) {
      const resident = residents.get(account);
      if (!resident) return noAccount(account);
      const removed = resident.credentials.remove(which);
      if (!removed) return unknownDevice(which);
      resident.tokens?.forget(removed.id);
      await resident.sessions.end(removed.id, 'not-authorized');
      resident.rooms.forget(removed.id);
      resident.offlineStore.forget(removed.id);
      resident.pushes.end(removed.id);
      resident.changed();
      log('info', 'a device was revoked', { account, device: removed.label });
      return ok({ id: removed.id, name: removed.label });
    },
    devices(account) {
      const resident = residents.get(account);
      return (resident?.credentials.list() ?? []).map(({ id, label, addedAt, lastSeen, firstMessage }) => {
        const session = resident?.sessions.all().find(({ login }) => login.device.id === id);
        const today = { online: session !== undefined, hibernates: session?.hibernates() === true, jid: session?.jid, address: session?.address() };
        const outdated = resident?.credentials.isOutdated(id) === true;
        return { id, name: label, account, addedAt, lastSeen, firstMessage, outdated, ...today };
      });
    },
  };
}

/** The address of this computer that a device of the network types. */
function networkHost({ hosts }: NetworkDoor): string {
  const all = hosts.flatMap(addressesOf);
  return networkAddresses(all)[0] ?? all[0] ?? hostname();
}

/** The host that a person types into a device: 0.0.0.0 and :: can be listened on, but not connected to. */
function reachableAt({ listen, names = [] }: BouncerSettings): string {
  return listen.host === '0.0.0.0' || listen.host === '::' ? (names[0] ?? hostname()) : listen.host;
}

function unknownDevice(which: string): Result<never> {
  return fail('unknown-device', `The bouncer has no device ${which.slice(0, 100)}.`);
}

const gone = { ok: false, condition: 'host-gone', why: 'The account is gone.' } as const;
