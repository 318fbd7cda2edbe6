import { afterEach, expect, test } from 'vitest';
import { openProblems } from '../../src/daemon/diagnostics/problems.ts';
import { startMaintenance } from '../../src/daemon/maintenance.ts';
import { until } from '../support/until.ts';

const life: AbortController[] = [];
afterEach(() => {
  for (const one of life.splice(0)) one.abort();
});

function start(tidy: () => boolean, times: { readonly first: number; readonly pause: number; readonly round: number; readonly look?: number } = { first: 1, pause: 1, round: 1 }, isInPlace = (): boolean => true) {
  const logged: string[] = [];
  const problems = openProblems((level, message) => void logged.push(`${level} ${message}`));
  const end = new AbortController();
  life.push(end);
  return { ...startMaintenance({ tidy, isInPlace }, problems, { signal: end.signal, times }), problems, logged, end };
}

test('a round goes on slice by slice while there is more to do, and the next one waits', async () => {
  let slices = 0;
  start(() => (slices += 1) < 4, { first: 1, pause: 1, round: 3_600_000 });
  await until(() => slices === 4, { what: 'four slices' });
});

test('what a person changes is done soon, not in the next round', async () => {
  let slices = 0;
  const upkeep = start(() => (slices += 1) < 0, { first: 3_600_000, pause: 1, round: 3_600_000 });
  upkeep.soon();
  await until(() => slices === 1, { what: 'a slice' });
});

test('a slice that fails is a problem, said once, until one succeeds', async () => {
  let full = true;
  let slices = 0;
  const { problems, logged } = start(() => {
    slices += 1;
    if (full) throw new Error('the disk is full');
    return false;
  });
  await until(() => slices > 3, { what: 'further attempts' });
  expect(problems.list()).toMatchObject([{ code: 'upkeep', message: expect.stringContaining('the disk is full') }]);
  expect(logged).toHaveLength(1);
  full = false;
  await until(() => problems.list().length === 0, { what: 'the problem to be over' });
  expect(logged).toHaveLength(2);
});

test('an archive whose file is gone is a problem until it is back', async () => {
  let there = false;
  const { problems } = start(() => false, { first: 1, pause: 1, round: 3_600_000, look: 1 }, () => there);
  await until(() => problems.list().length > 0, { what: 'the problem' });
  expect(problems.list()).toMatchObject([{ code: 'archive-missing', message: expect.stringContaining('removed or replaced') }]);
  there = true;
  await until(() => problems.list().length === 0, { what: 'the problem to be over' });
});

test('nothing is done once it has ended', async () => {
  let slices = 0;
  const upkeep = start(() => (slices += 1) < 0, { first: 3_600_000, pause: 0, round: 0 });
  upkeep.end.abort();
  upkeep.soon();
  await new Promise((resolve) => setImmediate(resolve));
  expect(slices).toBe(0);
});
