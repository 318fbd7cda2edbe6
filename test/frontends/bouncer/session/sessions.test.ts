import { expect, test } from 'vitest';
import type { Account } from '../../../../src/account/contract.ts';
import type { DeviceLink } from '../../../../src/frontends/bouncer/session/link.ts';
import type { DeviceLoginGrant } from '../../../../src/frontends/bouncer/server/host.ts';
import { openBouncerSessions } from '../../../../src/frontends/bouncer/session/sessions.ts';
import { sessionTimes } from '../../../../src/frontends/bouncer/session/session-contract.ts';

/** An account whose server is never reached: logins go on until they are given up. */
function scene() {
  const unused = {} as never;
  const sessions = openBouncerSessions({
    account: { jid: 'a@b.example', devices: { list: () => [] }, rooms: { occupancy: { jid: () => 'a@b.example/minimix' } } } as unknown as Account,
    settings: { server: { host: '127.0.0.1', port: 1 } },
    password: () => new Promise(() => undefined),
    credentials: { get: () => undefined } as never,
    rooms: unused, offlineStore: unused, pushes: unused,
    leaving: () => 'here',
    times: { ...sessionTimes, upstream: 300 },
    maxBuffered: 1,
    log: () => undefined,
    now: () => 0,
  });
  const logIn = async (device: string, resource: string) => {
    const bound = await sessions.bind({ account: 'a@b.example', device: { id: device, label: device } } as unknown as DeviceLoginGrant, { name: { resource }, wishes: undefined }, {} as DeviceLink);
    return bound.ok ? 'in' : bound.condition;
  };
  return { logIn };
}

const tooMany = (answers: readonly string[]): number => answers.filter((answer) => answer === 'resource-constraint').length;

test('of logins of one device at the same moment those that are too many are refused, and their places are free afterwards', async () => {
  const { logIn } = scene();
  const answers = await Promise.all(Array.from({ length: 9 }, (_, n) => logIn('phone', `r${n}`)));
  expect(tooMany(answers)).toBe(3);
  expect(await logIn('phone', 'r0')).not.toBe('resource-constraint');
});

test('of logins of all devices at the same moment those that are too many are refused', async () => {
  const { logIn } = scene();
  const answers = await Promise.all(Array.from({ length: 45 }, (_, n) => logIn(`device${n}`, `r${n}`)));
  expect(tooMany(answers)).toBe(5);
});
