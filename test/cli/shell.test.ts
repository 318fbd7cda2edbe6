// What is made of the command line: completion in the real shells, the man page, the reference.
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { bin } from '../support/daemon.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'shell-'));
  mkdirSync(join(dir, 'bin'));
  // a stand-in for the program: it knows two rooms in the home that is asked, a device and an account
  writeFileSync(join(dir, 'bin/minimix'), '#!/bin/sh\nhome=usual\n[ "$1" = --home ] && home="$2" && shift 2\ncase "$*" in\n"complete rooms") echo cave@muc.example.org; echo "hall@$home.example.org" ;;\n"complete devices") echo phone ;;\n"complete accounts") echo romeo@example.org ;;\nesac\n', { mode: 0o755 });
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(dir, shell), (await run(bin, ['completion', shell])).stdout);
});
afterAll(() => rmSync(dir, { recursive: true }));

const needs = (program: string, context: TestContext): void => {
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error) context.skip(`${program} is not installed`);
};

const withStandIn = () => ({ ...process.env, PATH: `${join(dir, 'bin')}:${process.env['PATH'] ?? ''}` });

/** What each shell offers for a line, its last word unfinished; sorted. */
const ask = {
  async bash(line: string): Promise<string[]> {
    const words = line.split(/(?<= )|(?=@)|(?<=@)/).map((word) => `'${word.trim()}'`);
    if (line.endsWith(' ')) words.push("''");
    const script = `source ${join(dir, 'bash')}; COMP_LINE='${line}'; COMP_POINT=${line.length}; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _minimix; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const begun = /(\S*)@\S*$/.exec(line)?.[1] ?? ''; // what bash keeps of the word: all before the last @
    return lines((await run('bash', ['--norc', '-c', script], { cwd: dir, env: withStandIn() })).stdout).map((offered) => begun + offered);
  },
  /** Its own functions are stood in for: real completion needs a terminal. */
  async zsh(line: string): Promise<string[]> {
    const words = line.split(' ').map((word) => `'${word}'`);
    const script = `
      compdef() { : }
      compadd() { shift; print -l -- "$@" }
      _files() { print -l -- *(N) }
      _message() { : }
      _describe() { local name=\${@[-1]}; print -l -- \${\${(P)name}%%:*} }
      source ${join(dir, 'zsh')}
      words=(${words.join(' ')}); CURRENT=${words.length}
      _minimix`;
    const offered = lines((await run('zsh', ['-f', '-c', script], { cwd: dir, env: withStandIn() })).stdout);
    const last = line.split(' ').at(-1) ?? '';
    return offered.filter((word) => word.startsWith(last)); // as zsh itself does
  },
  async fish(line: string): Promise<string[]> {
    const script = `source ${join(dir, 'fish')}; complete -C '${line}'`;
    const { stdout } = await run('fish', ['--no-config', '-c', script], { cwd: dir, env: withStandIn() });
    const last = line.split(' ').at(-1) ?? '';
    return lines(stdout).map((one) => one.split('\t')[0] ?? '').filter((word) => word.startsWith(last)); // fish 4 names what only contains it, too
  },
};

const lines = (text: string): string[] => [...new Set(text.split('\n').filter(Boolean))].toSorted();

describe.each(['bash', 'zsh', 'fish'] as const)('%s completes', (shell) => {
  beforeEach((context) => needs(shell, context));

  test.each([
    ['a command', 'minimix hist', ['history']],
    ['the command below another', 'minimix relay ', expect.arrayContaining(['pause', 'resume'])],
    ['only what stands below', 'minimix relay pa', ['pause']],
    ['an option of a command', 'minimix relay pause --unt', ['--until']],
    ['the options of the program, behind a command', 'minimix rooms --hom', ['--home']],
    ['the choices of an argument', 'minimix device policy phone men', ['mentions']],
    ['the choices of an option', 'minimix search tea --order r', ['rank']],
    ['behind an option with a value that looks like a command', 'minimix --account rooms hist', ['history']],
    ['a file, where one is wanted', 'minimix import fis', ['fish']],
    ['a room of the running daemon', 'minimix leave ca', ['cave@muc.example.org']],
    ['a room behind its @', 'minimix leave cave@m', ['cave@muc.example.org']],
    ['a room as the value of an option', 'minimix search tea --room ha', ['hall@usual.example.org']],
    ['a room of the home that is asked for', 'minimix --home other say ha', ['hall@other.example.org']],
    ['no room where the words to say begin', 'minimix say cave@muc.example.org ha', []],
    ['a device', 'minimix device forget ph', ['phone']],
    ['an account', 'minimix account remove ro', ['romeo@example.org']],
    ['no account that is here where one is added', 'minimix account add ro', []],
  ])('%s', async (_what, line, expected) => {
    expect(await ask[shell](line)).toEqual(expected);
  });

  test('and its script is read without a complaint', async () => {
    const { stderr } = await run(shell, [shell === 'fish' ? '--no-execute' : '-n', join(dir, shell)]);
    expect(stderr).toBe('');
  });
});

test.each([
  ['docs/cli.md', 'markdown'],
  ['docs/minimix.1', 'man'],
])('%s is what `npm run docs` makes now', async (file, format) => {
  expect(readFileSync(join(root, file), 'utf8')).toBe((await run(bin, ['reference', format])).stdout);
});

test('the man page is read without a complaint', async (context) => {
  needs('man', context);
  const { stdout, stderr } = await run('man', ['-l', '--warnings', join(root, 'docs/minimix.1')], { env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' } });
  expect(stderr).toBe('');
  expect(stdout).toContain('EXIT STATUS');
});

test('mandoc finds no error in it', async (context) => {
  if (spawnSync('mandoc', ['-T', 'lint', '-'], { input: '' }).error) return context.skip('mandoc is not installed');
  const { status, stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'error', join(root, 'docs/minimix.1')], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
