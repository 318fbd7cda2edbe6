// XEP-0045 5: what somebody in a room may do about another one there.
import type { Affiliation, Occupant, Role } from './occupant.ts';

/** What becomes of somebody: a role ends with their visit, an affiliation stays. */
export type PrivilegeItem = { readonly role: Role } | { readonly affiliation: Affiliation };

const items = {
  kick: { role: 'none' },
  mute: { role: 'visitor' },
  unmute: { role: 'participant' },
  'make-moderator': { role: 'moderator' },
  'end-moderator': { role: 'participant' },
  'make-member': { affiliation: 'member' },
  'make-admin': { affiliation: 'admin' },
  'make-owner': { affiliation: 'owner' },
  'end-affiliation': { affiliation: 'none' },
  ban: { affiliation: 'outcast' },
} as const satisfies Readonly<Record<string, PrivilegeItem>>;

export type PrivilegeChange = keyof typeof items;

export const privilegeChanges = Object.keys(items) as [PrivilegeChange, ...PrivilegeChange[]];

export function itemOf(change: PrivilegeChange): PrivilegeItem {
  return items[change];
}

type Privileged = Pick<Occupant, 'nick' | 'role' | 'affiliation' | 'jid'>;

/** 5.1.1, 5.2.1: which of these the room allows us to do about another one, in the order in which they are offered. */
export function changesAllowed(own: Privileged, other: Privileged): PrivilegeChange[] {
  if (own.nick === other.nick) return [];
  const allowed = new Set([...roleChanges(own, other), ...affiliationChanges(own, other)]);
  return privilegeChanges.filter((change) => allowed.has(change));
}

/** By a moderator; over another moderator, and over who is one, only an admin or owner decides. */
function roleChanges(own: Privileged, other: Privileged): PrivilegeChange[] {
  if (own.role !== 'moderator' || governs(other.affiliation)) return [];
  const chief = governs(own.affiliation);
  if (other.role === 'moderator') return chief ? ['kick', 'end-moderator'] : [];
  return ['kick', other.role === 'visitor' ? 'unmute' : 'mute', ...(chief ? (['make-moderator'] as const) : [])];
}

/** By an admin or owner, and only about somebody whose address is seen: an affiliation is given to an account. */
function affiliationChanges(own: Privileged, other: Privileged): PrivilegeChange[] {
  if (!governs(own.affiliation) || other.jid === undefined) return [];
  const owner = own.affiliation === 'owner';
  if (governs(other.affiliation) && !owner) return [];
  const given: PrivilegeChange[] = owner ? ['make-member', 'make-admin', 'make-owner'] : ['make-member'];
  const changes = given.filter((change) => change !== `make-${other.affiliation}`);
  if (other.affiliation !== 'none') changes.push('end-affiliation');
  return governs(other.affiliation) ? changes : [...changes, 'ban'];
}

function governs(affiliation: Affiliation): boolean {
  return affiliation === 'owner' || affiliation === 'admin';
}
