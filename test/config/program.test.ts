import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareCommand, findProgram, NODE_FLAGS, programOf } from '../../src/config/program.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'program-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('the script and what starts without it give V8 the same flags', () => {
  const script = readFileSync(join(import.meta.dirname, '../../bin/minimix'), 'utf8');
  expect(/ node (--.*) "\$entry"/.exec(script)?.[1]?.split(' ')).toEqual(NODE_FLAGS);
});

test('the script is taken where it lies beside the program; else the Node that runs', () => {
  const main = join(dir, 'dist/main.js');
  expect(programOf(main)).toEqual({ command: [process.execPath, ...NODE_FLAGS, main], env: {} });
  mkdirSync(join(dir, 'bin'));
  writeFileSync(join(dir, 'bin/minimix'), '');
  expect(programOf(main)).toEqual({ command: [join(dir, 'bin/minimix')], env: {} });
});

test('who takes a command alone gets the environment in it', () => {
  expect(bareCommand({ command: ['electron', 'main.js'], env: { ELECTRON_RUN_AS_NODE: '1' } })).toEqual(['/usr/bin/env', 'ELECTRON_RUN_AS_NODE=1', 'electron', 'main.js']);
  expect(bareCommand({ command: ['minimix'], env: {} })).toEqual(['minimix']);
});

test('a program is found in PATH first, then in the other folders, where this user may run it', () => {
  const [first, second] = [join(dir, 'first'), join(dir, 'second')];
  for (const folder of [first, second]) mkdirSync(folder);
  writeFileSync(join(first, 'tool'), '', { mode: 0o600 });
  expect(findProgram('tool', { PATH: first })).toBeUndefined();
  writeFileSync(join(second, 'tool'), '', { mode: 0o700 });
  expect(findProgram('tool', { PATH: first }, [second])).toBe(join(second, 'tool'));
  expect(findProgram('tool', { PATH: [first, second].join(delimiter) })).toBe(join(second, 'tool'));
});
