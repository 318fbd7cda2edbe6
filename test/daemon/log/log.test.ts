import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLogFile } from '../../../src/daemon/log/log-file.ts';
import { enduring, openLog } from '../../../src/daemon/log/log.ts';
import { undoing } from '../../support/undo.ts';

const undo = undoing();

test('a log that cannot be written for a while ends nothing, and says how much is missing', () => {
  const written: string[] = [];
  let full = false;
  const write = enduring((line) => {
    if (full) throw new Error('ENOSPC');
    written.push(line);
  });
  write('one');
  full = true;
  write('two');
  write('three');
  full = false;
  write('four');
  write('five');
  expect(written).toEqual(['one', expect.stringContaining('2 lines'), 'four', 'five']);
});

test('the files of the log are bounded in size and number, for the owner alone, and nothing is lost between two', () => {
  const dir = mkdtempSync(join(tmpdir(), 'minimix-log-'));
  undo.push(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'log', 'minimix.log');
  const file = openLogFile(path);
  file.write('before the home is ours\n');
  expect(readdirSync(dir)).toEqual([]);
  file.configure({ file: true, megabytes: 1, files: 3 });
  const line = (at: number): string => `${String(at).padStart(8, '0')} ${'x'.repeat(99_990)}\n`;
  for (let at = 0; at < 25; at += 1) file.write(line(at));
  const names = ['minimix.log', 'minimix.log.1', 'minimix.log.2'];
  expect(readdirSync(join(dir, 'log')).toSorted()).toEqual(names);
  const text = names.toReversed().map((name) => readFileSync(join(dir, 'log', name), 'utf8')).join('');
  expect(text).toBe(Array.from({ length: 25 }, (_, at) => line(at)).join(''));
  for (let at = 25; at < 40; at += 1) file.write(line(at)); // the first are gone now
  for (const name of names) {
    expect(statSync(join(dir, 'log', name)).size).toBeLessThanOrEqual(1024 * 1024);
    expect(statSync(join(dir, 'log', name)).mode & 0o777).toBe(0o600);
  }
  file.configure({ file: true, megabytes: 1, files: 1 });
  for (let at = 40; at < 55; at += 1) file.write(line(at));
  expect(readdirSync(join(dir, 'log'))).toEqual(['minimix.log']); // fewer are wished now: the others go
  file.configure({ file: false, megabytes: 1, files: 1 });
  const { size } = statSync(path);
  file.write('not wished\n');
  expect(statSync(path).size).toBe(size);
});

test('a secret that is known is left out wherever it comes and however it is written', () => {
  let out = '';
  const { log, hide } = openLog((line) => void (out += line), { pretty: false, level: 'debug', file: (line) => void (out += line) });
  const secret = 'pa"ss<w>ör&d';
  hide(secret);
  log('error', `the server said ${secret}`, { error: new Error(`bad ${secret}`, { cause: new Error(secret) }), url: `?t=${encodeURIComponent(secret)}` });
  log('debug', Buffer.from(secret).toString('base64'), { xml: '<a>pa"ss&lt;w&gt;ör&amp;d</a>', list: [secret] });
  expect(out.match(/\[left out\]/g)?.length).toBe(2 * 9);
  expect(out).not.toMatch(/ss<w|ss&lt;w|ss%3C|cGEi/);
});

test.each(['1234', 'null', 'true', 'level', 'about', '2026', '-11-'])('a password that is %s ends no log, and its entries stay what they are', (secret) => {
  const written = [true, false].map((pretty) => {
    let out = '';
    const { log, hide } = openLog((line) => void (out += line), { pretty, level: 'info' });
    hide(secret);
    log('info', `it is ${secret}`, { size: 1_234_567, nothing: null, yes: true });
    return out;
  });
  expect(written[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info it is \[left out\] .*1234567/);
  expect(JSON.parse(written[1] ?? '')).toMatchObject({ level: 30, time: expect.stringMatching(/^\d{4}-/), msg: 'it is [left out]', about: { size: 1_234_567, nothing: null, yes: true } });
});

test('the level is changed while the log is written', () => {
  const lines: string[] = [];
  const { log, setLevel, counts } = openLog((line) => void lines.push(line), { pretty: true, level: 'info' });
  log('debug', 'one');
  setLevel('debug');
  log('debug', 'two');
  setLevel('error');
  log('warn', 'three');
  expect(lines).toEqual([expect.stringMatching(/debug two\n$/)]);
  expect(counts()).toEqual({ debug: 2, info: 0, warn: 1, error: 0 });
});
