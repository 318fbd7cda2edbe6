import type { AccountStatus, Device, Heard, Room } from '../api/client.ts';

/** How we stand with the daemon itself. */
export type Link = 'connecting' | 'live' | 'away' | 'locked';

/** What the daemon knows of accounts, rooms and devices; replaced, never changed. */
export interface House {
  readonly link: Link;
  /** True once the daemon has told everything: until then an empty list means nothing. */
  readonly loaded: boolean;
  readonly accounts: readonly AccountStatus[];
  readonly rooms: ReadonlyMap<string, Room>;
  readonly devices: ReadonlyMap<string, readonly Device[]>;
}

export const emptyHouse: House = {
  link: 'connecting',
  loaded: false,
  accounts: [],
  rooms: new Map(),
  devices: new Map(),
};

/** A room's key over all accounts. */
export function keyOf(room: { readonly account: string; readonly room: string }): string {
  return `${room.account} ${room.room}`; // neither part can hold a space
}

/** The house after everything was asked anew: what is not in it is gone. */
export function refreshed(
  house: House,
  accounts: readonly AccountStatus[],
  rooms: readonly Room[],
  devices: readonly Device[],
): House {
  return {
    ...house,
    loaded: true,
    accounts,
    rooms: new Map(rooms.map((room) => [keyOf(room), room])),
    devices: Map.groupBy(devices, (device) => device.account),
  };
}

/** The house after an event; messages, resets and what the page has no place for yet do not change it. */
export function heard(house: House, event: Heard): House {
  switch (event.type) {
    case 'status':
      return { ...house, accounts: placed(house.accounts, event.status) };
    case 'room':
      return { ...house, rooms: new Map(house.rooms).set(keyOf(event.room), event.room) };
    case 'room-forgotten': {
      const rooms = new Map(house.rooms);
      rooms.delete(keyOf(event));
      return { ...house, rooms };
    }
    case 'devices': {
      const account = event.devices[0]?.account;
      if (account === undefined) return house; // an empty list does not say whose it is; `refreshed` does
      return { ...house, devices: new Map(house.devices).set(account, event.devices) };
    }
    case 'account-removed':
      return withoutAccount(house, event.account);
    default:
      return house;
  }
}

function placed(accounts: readonly AccountStatus[], status: AccountStatus): AccountStatus[] {
  const known = accounts.some((account) => account.account === status.account);
  if (!known) return [...accounts, status];
  return accounts.map((account) => (account.account === status.account ? status : account));
}

function withoutAccount(house: House, jid: string): House {
  const devices = new Map(house.devices);
  devices.delete(jid);
  return {
    ...house,
    accounts: house.accounts.filter((account) => account.account !== jid),
    rooms: new Map([...house.rooms].filter(([, room]) => room.account !== jid)),
    devices,
  };
}
