// electron-builder packs what a person installs, around a stand-in for Electron's binary; the archive in it is read, and run.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBuiltin } from 'node:module';
import { promisify } from 'node:util';
import { extractAll, listPackage } from '@electron/asar';
import { parseSync } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
let dir: string;
let unpacked: string;
let files: string[];
let app: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'minimix-pack-'));
  const [project, electron] = [join(dir, 'project'), join(dir, 'electron')];
  mkdirSync(project);
  // A project of its own: other tests use the built page of this one.
  for (const name of ['package.json', 'package-lock.json', 'LICENSE', 'electron-builder.yml', 'build']) cpSync(join(root, name), join(project, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  const vite = (what: string, out: string) =>
    run(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', what, '--logLevel', 'warn', '--outDir', join(project, out)], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
    });
  await Promise.all([vite('renderer', 'renderer/dist'), vite('src/electron', 'dist')]);
  mkdirSync(electron);
  writeFileSync(join(electron, 'electron'), '#!/bin/sh\n');
  chmodSync(join(electron, 'electron'), 0o755);
  writeFileSync(join(electron, 'version'), '45.0.0');
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  await run(process.execPath, [builder, '--projectDir', project, '--linux', '--dir', `--config.electronDist=${electron}`], { cwd: root });
  unpacked = join(project, 'release/linux-unpacked');
  const asar = join(unpacked, 'resources/app.asar');
  files = listPackage(asar, { isPack: false }).map((path) => path.slice(1)).toSorted();
  app = join(dir, 'app');
  extractAll(asar, app);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const isFile = (path: string): boolean => statSync(join(app, path)).isFile();

test('the archive has what the tray and the daemon need, and nothing else', () => {
  const known = [
    /^package\.json$/, /^LICENSE$/,
    /^dist\/(tray|main|worker|keyring)\.js$/, /^dist\/chunk-[\w-]+\.js$/,
    /^renderer\/dist\/(index\.html|icon\.svg)$/, /^renderer\/dist\/assets\/[\w-]+\.(js|css)$/,
    /^build\/tray\/(connected|attention|degraded|paused|offline)(@2x)?\.png$/,
    /^node_modules\/@napi-rs\/keyring[\w-]*\/([\w.-]+\.(js|node)|package\.json|LICENSE)$/,
  ];
  const there = files.filter(isFile);
  expect(there.filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
  for (const pattern of known) expect(there.some((path) => pattern.test(path)), String(pattern)).toBe(true);
  expect(there.filter((path) => path.startsWith('build/tray/'))).toHaveLength(10);
});

test('no program in it wants a package that is not in it', () => {
  const wanted = new Set<string>();
  for (const name of readdirSync(join(app, 'dist'))) {
    const { module } = parseSync(name, readFileSync(join(app, 'dist', name), 'utf8'));
    for (const { moduleRequest } of module.staticImports) wanted.add(moduleRequest.value);
  }
  const foreign = [...wanted].filter((name) => !name.startsWith('./') && !isBuiltin(name));
  expect(foreign).toEqual(['electron']); // the keyring is imported where it is used, by a process that may fail
});

test('the tray’s entry awaits nothing at its top: Electron runs it before it is ready, and waits for it', () => {
  const entries = ['tray.js'];
  for (const name of entries) {
    const text = readFileSync(join(app, 'dist', name), 'utf8');
    const { module, program } = parseSync(name, text);
    expect(awaitsIn(program), name).toEqual([]);
    for (const { moduleRequest: { value } } of module.staticImports) if (value.startsWith('./') && !entries.includes(value.slice(2))) entries.push(value.slice(2));
  }
  expect(entries.length).toBeGreaterThan(1);
});

/** Where a module waits before it has run: each `await` outside of a function. */
function awaitsIn(node: unknown): number[] {
  if (Array.isArray(node)) return node.flatMap(awaitsIn);
  if (node === null || typeof node !== 'object' || !('type' in node)) return [];
  if (/Function/.test(String(node.type))) return [];
  const here = node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && 'await' in node && node.await === true);
  return [...(here && 'start' in node ? [Number(node.start)] : []), ...Object.values(node).flatMap(awaitsIn)];
}

test('what is packed starts without anything beside it: a daemon, its page, its search, its command line', async () => {
  const main = join(app, 'dist/main.js');
  const home = join(dir, 'home');
  mkdirSync(home);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const cli = (...args: string[]) => run(process.execPath, [main, '--home', home, ...args], { cwd: dir });
  expect((await cli('--version')).stdout.trim()).toBe(version);
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ version: 1, web: { port: 0 }, accounts: [] }));
  const daemon = spawn(process.execPath, [main, '--home', home, 'run'], { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const told = await until(async () => String((await once(daemon.stdout, 'data'))[0]), { what: 'the page’s address' });
    const url = /http:\S+/.exec(told)?.[0] ?? '';
    const index = await fetch(url);
    expect(await index.text()).toContain('<div id="root">');
    expect((await cli('status')).stdout).toContain('No account yet');
    expect((await cli('search', 'tea')).stdout).toBe(''); // by the worker
  } finally {
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  }
});

test('the program that a desktop starts is called apart from the command line', () => {
  expect(readdirSync(unpacked)).toContain('minimix-tray');
});
