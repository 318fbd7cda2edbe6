// A disk that is full while the account logs in: nothing is begun that could not be kept, and nothing stays half begun.
import { expect, test } from 'vitest';
import { MinimixError } from '../../src/core/errors.ts';
import { refuseWrites } from '../support/rooms/refused-writes.ts';
import { worlds } from '../support/rooms/scripted.ts';
import { until } from '../support/until.ts';

const open = worlds();

/** An account whose archive takes no write while `refuses` says so. */
async function onDisk(fault = 'archive-full', why = 'The disk with the archive is full.') {
  const disk = { refuses: (): boolean => false };
  const world = await open({
    sm: true,
    before(archive) {
      refuseWrites(archive, () => (disk.refuses() ? new MinimixError(fault, why) : undefined));
    },
  });
  await world.settle();
  const announced = (): number => world.heard.all.filter(({ name, attrs }) => name === 'presence' && attrs['to'] === undefined).length;
  const logins = (): number => world.log.filter((line) => /^info (?:logged in|resumed)/.test(line)).length;
  return { ...world, disk, announced, logins };
}

test.each([
  ['full', 'archive-full'],
  ['read-only', 'archive-readonly'],
  ['broken', 'archive-io'],
  ['gone', 'archive-unreachable'],
])('while the disk is %s, nobody logs in while the archive takes no write, and once it does, the account is there', async (_what, fault) => {
  const refusal = `The disk: ${fault}.`;
  const { account, announced, disk, drop, logins, settle } = await onDisk(fault, refusal);
  const before = logins();
  let refused = 0;
  disk.refuses = () => (refused += 1) > 0;
  drop('forgotten');
  await until(() => {
    const { connection } = account.status();
    return refused > 1 && connection.state === 'waiting' && connection.why.includes(refusal);
  }, { what: 'a second attempt to be refused' });
  expect(logins()).toBe(before);
  disk.refuses = () => false;
  await until(() => announced() === 2, { what: 'the presence' });
  await settle();
  expect(account.status().connection.state).toBe('online');
});

test('what follows a login, and could not be done, is done after the next one, though that one only resumes', async () => {
  const { announced, disk, drop, log, logins, settle } = await onDisk();
  const before = logins();
  let writes = 0;
  disk.refuses = () => logins() > before && (writes += 1) === 1; // the first of what follows the login
  drop('forgotten');
  await until(() => log.some((line) => line.startsWith('error after the login')), { what: 'the refusal' });
  await until(() => logins() === before + 2, { what: 'the next login' });
  await until(() => announced() === 2, { what: 'the presence' });
  await settle();
});
