import type { ApiAccountStatus, ApiDevice, Heard, ApiInvitation, ApiRoom } from '../api/client.ts';

/** The page's connection to the daemon. */
export type Link = 'connecting' | 'live' | 'away' | 'locked';

/** Everything that the daemon has reported of accounts, rooms and devices. A new object replaces it; it is never mutated. */
export interface DaemonState {
  readonly link: Link;
  /** True when the daemon has answered for everything. Until then an empty list does not mean that there is nothing. */
  readonly loaded: boolean;
  readonly accounts: readonly ApiAccountStatus[];
  readonly rooms: ReadonlyMap<string, ApiRoom>;
  readonly devices: ReadonlyMap<string, readonly ApiDevice[]>;
  readonly invitations: ReadonlyMap<string, readonly ApiInvitation[]>;
  /** Counts the events about bookmarks, by account. Views ask for the bookmarks again when the number changes. */
  readonly bookmarks: ReadonlyMap<string, { readonly changes: number; readonly held: number }>;
}

export const emptyDaemonState: DaemonState = {
  link: 'connecting',
  loaded: false,
  accounts: [],
  rooms: new Map(),
  devices: new Map(),
  invitations: new Map(),
  bookmarks: new Map(),
};

/** The key of a room among those of all accounts. Its private messages have a key of their own. */
export function keyOf(room: { readonly account: string; readonly room: string; readonly private?: boolean | undefined }): string {
  return `${room.account} ${room.room}${room.private ? ' private' : ''}`; // neither part can contain a space
}

/** The state after the page has asked for everything again: what the answers do not contain is gone. */
export function refreshed(
  daemon: DaemonState,
  { accounts, rooms, devices }: { accounts: readonly ApiAccountStatus[]; rooms: readonly ApiRoom[]; devices: readonly ApiDevice[] },
): DaemonState {
  return {
    ...daemon,
    loaded: true,
    accounts,
    rooms: new Map(rooms.map((room) => [keyOf(room), room])),
    devices: Map.groupBy(devices, (device) => device.account),
  };
}

/** The state after an event. Messages, resets and events that the page does not use leave it unchanged. */
export function heard(daemon: DaemonState, event: Heard): DaemonState {
  switch (event.type) {
    case 'status':
      return { ...daemon, accounts: placed(daemon.accounts, event.status) };
    case 'room':
      return { ...daemon, rooms: new Map(daemon.rooms).set(keyOf(event.room), event.room) };
    case 'room-forgotten': {
      const rooms = new Map(daemon.rooms);
      rooms.delete(keyOf(event));
      return { ...daemon, rooms };
    }
    case 'devices': {
      const account = event.devices[0]?.account;
      if (account === undefined) return daemon; // an empty list does not say whose it is; `refreshed` does
      return { ...daemon, devices: new Map(daemon.devices).set(account, event.devices) };
    }
    case 'invitations':
      return { ...daemon, invitations: new Map(daemon.invitations).set(event.account, event.invitations) };
    case 'bookmarks': {
      const changes = (daemon.bookmarks.get(event.account)?.changes ?? 0) + 1;
      return { ...daemon, bookmarks: new Map(daemon.bookmarks).set(event.account, { changes, held: event.held }) };
    }
    case 'account-removed':
      return withoutAccount(daemon, event.account);
    default:
      return daemon;
  }
}

function placed(accounts: readonly ApiAccountStatus[], status: ApiAccountStatus): ApiAccountStatus[] {
  const known = accounts.some((account) => account.account === status.account);
  if (!known) return [...accounts, status];
  return accounts.map((account) => (account.account === status.account ? status : account));
}

function withoutAccount(daemon: DaemonState, jid: string): DaemonState {
  const devices = new Map(daemon.devices);
  devices.delete(jid);
  const invitations = new Map(daemon.invitations);
  invitations.delete(jid);
  const bookmarks = new Map(daemon.bookmarks);
  bookmarks.delete(jid);
  return {
    ...daemon,
    invitations,
    bookmarks,
    accounts: daemon.accounts.filter((account) => account.account !== jid),
    rooms: new Map([...daemon.rooms].filter(([, room]) => room.account !== jid)),
    devices,
  };
}
