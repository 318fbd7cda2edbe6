// `minimix log` on a real home: what a daemon wrote, filtered, and followed across a new file.
import { spawn } from 'node:child_process';
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bin, makeHome, type Home } from '../support/daemon.ts';
import { until } from '../support/until.ts';

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

const line = (level: number, msg: string, time = new Date()): string => `${JSON.stringify({ level, time: time.toISOString(), pid: 1, msg })}\n`;

test('what the daemon logged is printed with day, level and words, by level and by age, and as JSON', async () => {
  expect(await home.cli(['log'])).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no log') });
  await home.start();
  await home.stop();
  const file = join(home.dir, 'log', 'minimix.log');
  appendFileSync(file, `${line(40, 'long ago', new Date(0))}${line(50, 'broken')}{"level":50`);
  const { stdout } = await home.cli(['log']);
  expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [+-]\d\d:\d\d info the daemon is up /m);
  expect((await home.cli(['log', '--level', 'warn'])).stdout.split('\n').map((one) => one.slice(31))).toEqual(['WARN long ago', 'ERROR broken', '']);
  expect((await home.cli(['log', '--level', 'warn', '--since', '10m'])).stdout).not.toContain('long ago');
  expect((await home.json<Record<string, unknown>>(['log', '--limit', '1']))[0]).toMatchObject({ level: 50, msg: 'broken' });
  expect(await home.cli(['log', '--since', 'lately'])).toMatchObject({ code: 2 });
});

test('--follow goes on with the next file once the old one is put aside', async () => {
  await home.start();
  const file = join(home.dir, 'log', 'minimix.log');
  const follower = spawn(bin, ['--home', home.dir, 'log', '--follow', '--limit', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  follower.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const says = (words: string) => until(() => out.includes(words), { what: `it to print ${words}` });
  await says('info');
  appendFileSync(file, line(30, 'one'));
  await says('one');
  appendFileSync(file, line(30, 'two'));
  renameSync(file, `${file}.1`);
  writeFileSync(file, line(30, 'three'));
  await says('three');
  follower.kill();
  expect(out.match(/(one|two|three)$/gm)).toEqual(['one', 'two', 'three']);
});
