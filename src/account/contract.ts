import type { AccountStatus } from './account-status.ts';
import type { BookmarkVerbs } from './bookmarks/contract.ts';
import type { AccountDevices } from './devices/account-devices.ts';
import type { AccountEvents } from './events.ts';
import type { AccountHistory } from './history/account-history.ts';
import type { AccountRooms } from './rooms/account-rooms.ts';
import type { AccountSending } from './sending/account-sending.ts';
import type { AccountServer } from './server/account-server.ts';

/** One account, wired, by subject. Verbs that may fail by nature return a `Result`. */
export interface Account {
  readonly jid: string;
  start(): void;
  stop(): Promise<void>;
  status(): AccountStatus;
  readonly rooms: AccountRooms;
  readonly history: AccountHistory;
  readonly sending: AccountSending;
  readonly bookmarks: BookmarkVerbs;
  readonly devices: AccountDevices;
  readonly server: AccountServer;
  readonly events: AccountEvents;
}
