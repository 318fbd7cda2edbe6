import { needsNobody } from './room.ts';
import type { RoomState } from './room.ts';

/** What is judged: all times in milliseconds since the epoch. */
export interface HealthInput {
  readonly now: number;
  readonly limits: { readonly offlineMinutes: number; readonly unverifiedMinutes: number };
  readonly accounts: readonly { readonly account: string; readonly offlineSince: number | undefined }[];
  readonly rooms: readonly {
    readonly account: string;
    readonly room: string;
    readonly state: RoomState;
    /** When our being there was last proven, or when we began to look. */
    readonly provenAt: number;
  }[];
  /** Why the archive cannot be written, one clause; `undefined` where it can. */
  readonly archive: string | undefined;
}

export interface HealthReason {
  readonly code: 'account-offline' | 'room-unverified' | 'archive-unwritable';
  /** One sentence, with names. */
  readonly message: string;
  readonly account?: string;
  readonly room?: string;
  /** Milliseconds since the epoch. */
  readonly since?: number;
}

const MINUTE = 60_000;

/** Why the daemon is not well; nothing where it is. */
export function unwell({ now, limits, accounts, rooms, archive }: HealthInput): HealthReason[] {
  const offline = accounts.flatMap(({ account, offlineSince }): HealthReason[] => {
    const minutes = offlineSince === undefined ? 0 : (now - offlineSince) / MINUTE;
    if (offlineSince === undefined || minutes <= limits.offlineMinutes) return [];
    return [{ code: 'account-offline', message: `${account} has been offline for ${Math.floor(minutes)} minutes.`, account, since: offlineSince }];
  });
  const unverified = rooms.flatMap(({ account, room, state, provenAt }): HealthReason[] => {
    const minutes = (now - provenAt) / MINUTE;
    // where a person has to act, it is no fault of the daemon; where the account leaves, nothing is left to verify
    if (!needsNobody(state) || state === 'leaving' || minutes <= limits.unverifiedMinutes) return [];
    return [{ code: 'room-unverified', message: `${room} (${state}) has not been verified for ${Math.floor(minutes)} minutes.`, account, room, since: provenAt }];
  });
  const unwritable: HealthReason[] = archive === undefined ? [] : [{ code: 'archive-unwritable', message: `The archive cannot be written: ${archive}.` }];
  return [...unwritable, ...offline, ...unverified];
}
