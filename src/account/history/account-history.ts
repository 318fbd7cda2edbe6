import type { Result } from '../../core/errors.ts';
import type { ReadState } from '../rooms/contract.ts';

/** What the account has missed and what the person has read. */
export interface AccountHistory {
  /**
   * Up to where the room is read without a hole: its end, or, while it is caught up, the message (an archive id) behind
   * which the catch-up stands; 0 where it has brought nothing yet.
   */
  readUpTo(room: string): 'end' | number;
  /** Of the rooms in which anything was marked as read. */
  readStates(): ReadState[];
  /** All up to that message (an archive id) was on a screen: also told to the other devices. */
  markRead(room: string, id: number, only: ReadState['only']): Result<ReadState>;
}
