import type { Result } from '../../core/errors.ts';
import type { ReadState } from '../rooms/contract.ts';

/** What the account has missed and what the person has read. */
export interface AccountHistory {
  /** The room's archive is being read for what was missed: until it is, what comes live stands behind a hole. */
  isCatchingUp(room: string): boolean;
  /** Of the rooms in which anything was marked as read. */
  readStates(): ReadState[];
  /** All up to that message (an archive id) was on a screen: also told to the other devices. */
  markRead(room: string, id: number, only: ReadState['only']): Result<ReadState>;
}
