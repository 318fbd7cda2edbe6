import { expect, test } from 'vitest';
import { changesAllowed } from '../../src/core/privileges.ts';
import type { Affiliation, Role } from '../../src/core/occupant.ts';

const one = (nick: string, role: Role, affiliation: Affiliation, jid: string | undefined = `${nick}@localhost`) => ({ nick, role, affiliation, jid });

test('whoever is no moderator is offered nothing about others, and nobody about themselves', () => {
  const bob = one('bob', 'participant', 'none');
  expect(changesAllowed(one('alice', 'participant', 'member'), bob)).toEqual([]);
  expect(changesAllowed(one('alice', 'visitor', 'none'), bob)).toEqual([]);
  expect(changesAllowed(one('alice', 'moderator', 'owner'), one('alice', 'moderator', 'owner'))).toEqual([]);
});

test('a moderator kicks and mutes, but touches no other moderator and no affiliation', () => {
  const alice = one('alice', 'moderator', 'member');
  expect(changesAllowed(alice, one('bob', 'participant', 'none'))).toEqual(['kick', 'mute']);
  expect(changesAllowed(alice, one('bob', 'visitor', 'none'))).toEqual(['kick', 'unmute']);
  expect(changesAllowed(alice, one('bob', 'moderator', 'none'))).toEqual([]);
  expect(changesAllowed(alice, one('bob', 'participant', 'admin'))).toEqual([]);
});

test('an admin decides about members and the unaffiliated, not about admins and owners', () => {
  const alice = one('alice', 'moderator', 'admin');
  expect(changesAllowed(alice, one('bob', 'participant', 'none'))).toEqual(['kick', 'mute', 'make-moderator', 'make-member', 'ban']);
  expect(changesAllowed(alice, one('bob', 'moderator', 'member'))).toEqual(['kick', 'end-moderator', 'end-affiliation', 'ban']);
  for (const above of ['admin', 'owner'] as const) expect(changesAllowed(alice, one('bob', 'moderator', above))).toEqual([]);
});

test('an owner decides about everybody, and takes an admin their rank before a ban', () => {
  const alice = one('alice', 'moderator', 'owner');
  expect(changesAllowed(alice, one('bob', 'participant', 'none'))).toEqual(['kick', 'mute', 'make-moderator', 'make-member', 'make-admin', 'make-owner', 'ban']);
  expect(changesAllowed(alice, one('bob', 'moderator', 'admin'))).toEqual(['make-member', 'make-owner', 'end-affiliation']);
});

test('an affiliation is offered only where the address is seen', () => {
  const hidden = { ...one('bob', 'participant', 'none'), jid: undefined };
  expect(changesAllowed(one('alice', 'moderator', 'owner'), hidden)).toEqual(['kick', 'mute', 'make-moderator']);
});
