import { expect, test } from 'vitest';
import { compareOffers } from '../../../src/daemon/diagnostics/doctor-logins.ts';

const PROSODY = ['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS', 'PLAIN'];
const EJABBERD = ['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-512', ...PROSODY];
const ALL = ['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-512', ...PROSODY];

test.each([
  ['a server that has less', PROSODY, ALL, [], 'ok', /by SCRAM-SHA-512-PLUS, and your server offers SCRAM-SHA-256-PLUS at best/],
  ['a server that has as much', EJABBERD, ALL, [], 'ok', /SCRAM-SHA-512-PLUS at best/],
  ['a server that is not reached', [], PROSODY, ['Laptop'], 'ok', /nothing better/],
  ['a server that has no more, though a device has an old password', PROSODY, PROSODY, ['Laptop'], 'ok', /SCRAM-SHA-256-PLUS/],
  ['a server that binds what we do not', ['SCRAM-SHA-1-PLUS'], ['SCRAM-SHA-512'], [], 'note', /^Your server offers SCRAM-SHA-1-PLUS, the bouncer no more than SCRAM-SHA-512: Conversations/],
] as const)('beside %s', (_what, server, bouncer, outdated, level, message) => {
  expect(compareOffers({ server, bouncer, outdated }, 'a@b')).toMatchObject({ check: 'device login', account: 'a@b', level, message: expect.stringMatching(message) });
});

test('a server that has more: the clients for which it matters are named, and the devices whose passwords are to be renewed', () => {
  const found = compareOffers({ server: EJABBERD, bouncer: PROSODY, outdated: ['Laptop', 'Old phone'] }, 'a@b');
  expect(found).toMatchObject({ level: 'note', message: expect.stringMatching(/SCRAM-SHA-512-PLUS, the bouncer no more than SCRAM-SHA-256-PLUS: Conversations.*Cheogram/) });
  expect(found.todo).toContain('`minimix device renew "Laptop"`, `minimix device renew "Old phone"`');
});
