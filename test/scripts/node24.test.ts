// bin/node24 on made-up machines: which Node it takes, and its one sentence where there is none to take.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const project = fileURLToPath(new URL('../../', import.meta.url));
const NEEDED = 'minimix: Node 24 or newer is needed, and ';
const TO_DO = ' is here: `npm ci` brings it on Linux (x64, arm64) where optional packages are not left out; elsewhere take it from nodejs.org.\n';

/** A checkout after `npm ci`, and the only folder of a machine's programs. */
let checkout: string;
let host: string;
let place: string;

beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'minimix-node24-')));
  host = join(place, 'host');
  checkout = join(place, 'checkout');
  mkdirSync(join(checkout, 'bin'), { recursive: true });
  for (const name of ['node24', 'minimix']) copyFileSync(join(project, 'bin', name), join(checkout, 'bin', name));
  write(join(checkout, 'src/main.ts'), '');
  write(join(checkout, 'node_modules/.package-lock.json'), '{}');
  machine('x86_64');
  for (const tool of ['sh', 'env', 'dirname', 'readlink']) symlinkSync(join('/bin', tool), join(host, tool));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}

/** A Node that says its version, and else what it was given. */
function node(path: string, version: string): void {
  write(path, `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo ${version} ran "$@"\n`);
}

/** A Node for another machine: it does not start. */
function foreign(path: string): void {
  write(path, '#!/nowhere\n');
}

function machine(name: string): void {
  write(join(host, 'uname'), `#!/bin/sh\necho 'Linux ${name}'\n`);
}

const beside = (architecture: 'x64' | 'arm64'): string => join(checkout, `node_modules/node-linux-${architecture}/bin/node`);

function run(program: string, ...args: string[]): { code: number | null; out: string; err: string } {
  const PATH = `${join(checkout, 'node_modules/.bin')}:${host}`; // as npm sets it
  const { status, stdout, stderr } = spawnSync(join(checkout, 'bin', program), args, { encoding: 'utf8', env: { PATH } });
  return { code: status, out: stdout, err: stderr };
}

test('the Node beside the project is taken, though npm linked none and the host’s is older', () => {
  node(beside('x64'), 'v24.21.0');
  node(join(host, 'node'), 'v20.19.2');
  expect(run('node24', 'node', 'a file.ts', '--flag')).toEqual({ code: 0, out: 'v24.21.0 ran a file.ts --flag\n', err: '' });
});

test('on arm64 the one for arm64 is taken', () => {
  machine('aarch64');
  node(beside('arm64'), 'v24.21.0');
  expect(run('node24', 'node', 'x.ts').out).toBe('v24.21.0 ran x.ts\n');
});

test('the host’s own is taken where it is new enough and none is beside the project', () => {
  node(join(host, 'node'), 'v26.1.0');
  expect(run('node24', 'node', 'x.ts').out).toBe('v26.1.0 ran x.ts\n');
});

test('what npm linked is not asked: it may be another machine’s', () => {
  foreign(join(checkout, 'node_modules/.bin/node'));
  foreign(beside('x64'));
  node(join(host, 'node'), 'v24.1.0');
  expect(run('node24', 'node', 'x.ts')).toEqual({ code: 0, out: 'v24.1.0 ran x.ts\n', err: '' });
});

test('a program of node_modules runs on that Node, with what is given to it', () => {
  node(beside('x64'), 'v24.21.0');
  node(join(host, 'node'), 'v18.20.4');
  write(join(checkout, 'node_modules/.bin/vite'), '#!/usr/bin/env node\n');
  const { out } = run('node24', 'vite', 'build', 'two words');
  expect(out).toBe(`v24.21.0 ran ${join(checkout, 'node_modules/.bin/vite')} build two words\n`);
});

test('minimix starts on it, through a link too', () => {
  node(beside('x64'), 'v24.21.0');
  symlinkSync(join(checkout, 'bin/minimix'), join(host, 'minimix'));
  const { stdout } = spawnSync(join(host, 'minimix'), ['rooms', '--json'], { encoding: 'utf8', env: { PATH: host } });
  expect(stdout).toMatch(/^v24\.21\.0 ran --.*src\/main\.ts rooms --json\n$/);
});

test.each(['node24', 'minimix'])('%s says in one sentence that the host’s Node is too old', (program) => {
  node(join(host, 'node'), 'v18.20.4');
  expect(run(program, 'node', 'x.ts')).toEqual({ code: 1, out: '', err: `${NEEDED}v18.20.4${TO_DO}` });
});

test('who installed a package is told to install it again, and of no `npm ci`', () => {
  node(join(host, 'node'), 'v18.20.4');
  rmSync(join(checkout, 'src'), { recursive: true });
  const err = `${NEEDED}v18.20.4 is here: install Minimix again, with the optional packages (Linux on x64 or arm64), or take Node from nodejs.org.\n`;
  expect(run('minimix', 'rooms')).toEqual({ code: 1, out: '', err });
});

test('arm64 without its Node is told in one sentence, though the one for x64 is there', () => {
  machine('aarch64');
  node(beside('x64'), 'v24.21.0');
  expect(run('node24', 'node', 'x.ts')).toEqual({ code: 1, out: '', err: `${NEEDED}none${TO_DO}` });
});

test('an installation that was broken off is told in one sentence, with the folder', () => {
  node(beside('x64'), 'v24.21.0');
  rmSync(join(checkout, 'node_modules/.package-lock.json'));
  const err = `minimix: the installation in ${checkout} is missing or was broken off: run \`npm ci\` there.\n`;
  expect(run('node24', 'vite', 'build')).toEqual({ code: 1, out: '', err });
  expect(run('minimix', 'rooms')).toEqual({ code: 1, out: '', err });
});

test('an installation that npm’s lockfile says nothing of runs where there is no source: a package', () => {
  node(beside('x64'), 'v24.21.0');
  rmSync(join(checkout, 'node_modules/.package-lock.json'));
  rmSync(join(checkout, 'src'), { recursive: true });
  expect(run('minimix', 'rooms').out).toContain('dist/main.js rooms\n');
});

test('a program that was left out is named', () => {
  node(beside('x64'), 'v24.21.0');
  const err = 'minimix: vite is not in node_modules: run `npm ci`, without leaving out what development needs.\n';
  expect(run('node24', 'vite')).toEqual({ code: 1, out: '', err });
});

test('every script of package.json runs on it, and none on what npm links', () => {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const steps = Object.values(scripts).flatMap((script) => script.split(' && '));
  expect(steps.filter((step) => !/^(?:[A-Z_]+=\S+ )*(?:sh bin\/node24 |npm (?:run )?\w|bin\/minimix )/.test(step))).toEqual([]);
});
