export type Affiliation = 'owner' | 'admin' | 'member' | 'none' | 'outcast';
export type Role = 'moderator' | 'participant' | 'visitor' | 'none';
export type Show = 'online' | 'chat' | 'away' | 'xa' | 'dnd';

/** One person in a room, compact. The raw last presence lies on disk beside it, not here. */
export interface Occupant {
  readonly nick: string;
  readonly role: Role;
  readonly affiliation: Affiliation;
  readonly show: Show;
  readonly status: string | undefined;
  /** Real JID where the room shows it. */
  readonly jid: string | undefined;
  /** XEP-0421. */
  readonly occupantId: string | undefined;
  /** XEP-0153 photo hash, lower-case hex. */
  readonly avatar: string | undefined;
  /** XEP-0317 titles. */
  readonly hats: readonly string[];
}
