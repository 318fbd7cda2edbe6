/** Somebody asks the account into a room. It waits for the person's word; nothing is joined by itself. */
export interface Invitation {
  readonly room: string;
  /** Who asks: a JID, or an occupant's where the room is anonymous. */
  readonly by: string | undefined;
  readonly reason: string | undefined;
  readonly password: string | undefined;
  /** Through the room (XEP-0045 7.8.2), so that it can be declined; else straight from a contact (XEP-0249). */
  readonly mediated: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
