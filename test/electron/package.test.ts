// electron-builder packs what a person installs, around a stand-in for Electron's binary; the archive in it is read, and run.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBuiltin } from 'node:module';
import { promisify } from 'node:util';
import { extractAll, listPackage } from '@electron/asar';
import { parseSync } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESKTOP_FILE } from '../../src/electron/desktop-file.ts';
import { NODE_FLAGS } from '../../src/config/program.ts';
import { offerSecretService } from '../support/desktop/secret-service.ts';
import { startSessionBus } from '../support/desktop/session-bus.ts';
import { startScripted } from '../support/servers/scripted-server.ts';
import { until } from '../support/until.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
/** Where Electron's binary has its fuses: a mark, a version, how many, and a digit for each (@electron/fuses). */
const FUSE_SENTINEL = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX');

let dir: string;
let unpacked: string;
let files: string[];
let app: string;
/** What lies beside the archive, as files like any other. */
let beside: string;

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
  writeFileSync(join(electron, 'electron'), Buffer.concat([Buffer.from('#!/bin/sh\n'), FUSE_SENTINEL, Buffer.from([1, 8]), Buffer.from('10110001')]));
  chmodSync(join(electron, 'electron'), 0o755);
  writeFileSync(join(electron, 'version'), '45.0.0');
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  await run(process.execPath, [builder, '--projectDir', project, '--linux', '--dir', `--config.electronDist=${electron}`], { cwd: root });
  unpacked = join(project, 'release/linux-unpacked');
  const asar = join(unpacked, 'resources/app.asar');
  files = listPackage(asar, { isPack: false }).map((path) => path.slice(1)).toSorted();
  beside = `${asar}.unpacked`;
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
    /^build\/tray\/(connected|unread|mention|attention|degraded|paused|offline)(Template)?(@2x)?\.png$/,
    /^node_modules\/@napi-rs\/keyring[\w-]*\/([\w.-]+\.(js|node)|package\.json|LICENSE)$/,
  ];
  const there = files.filter(isFile);
  expect(there.filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
  for (const pattern of known) expect(there.some((path) => pattern.test(path)), String(pattern)).toBe(true);
  expect(there.filter((path) => path.startsWith('build/tray/'))).toHaveLength(28);
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

test('each program that is started by its file, and each module that is imported later, is there', () => {
  const wanted = new Map<string, string[]>();
  for (const name of readdirSync(join(beside, 'dist'))) {
    const text = readFileSync(join(beside, 'dist', name), 'utf8');
    wanted.set(name, laterIn(parseSync(name, text).program));
  }
  expect([...wanted.values()].flat()).toEqual(expect.arrayContaining(['keyring', 'worker', '@napi-rs/keyring']));
  const missing = [...wanted].flatMap(([name, specifiers]) => specifiers.filter((specifier) => !isThere(specifier)).map((specifier) => `${name}: ${specifier}`));
  expect(missing).toEqual([]);
});

function isThere(specifier: string): boolean {
  if (isBuiltin(specifier)) return true;
  const places = specifier.startsWith('.') ? [join('dist', specifier)] : [join('node_modules', specifier, 'package.json'), join('dist', `${specifier}.js`)];
  return places.some((path) => existsSync(join(beside, path)));
}

/** What a module names to be loaded once it runs: by `import()`, or beside its own `import.meta.url`. */
function laterIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(laterIn);
  if (node === null || typeof node !== 'object' || !('type' in node)) return [];
  const parts = node as { type: string; source?: unknown; arguments?: unknown[] } & Record<string, unknown>;
  const here = parts.type === 'ImportExpression' ? literalsOf([parts.source]) : parts.arguments?.some(isOwnUrl) ? literalsOf(parts.arguments) : [];
  return [...here, ...Object.values(parts).flatMap(laterIn)];
}

const literalsOf = (nodes: readonly unknown[]): string[] =>
  nodes.flatMap((node) => (node !== null && typeof node === 'object' && 'value' in node && typeof node.value === 'string' ? [node.value] : []));

const isOwnUrl = (node: unknown): boolean =>
  node !== null && typeof node === 'object' && 'object' in node && 'property' in node && JSON.stringify(node.object).includes('"MetaProperty"') && JSON.stringify(node.property).includes('"url"');

test('what is packed starts beside its archive: a daemon, its page, its search, its command line, and the password in the keyring', async () => {
  const main = join(beside, 'dist/main.js');
  const home = join(dir, 'home');
  mkdirSync(home);
  const bus = await startSessionBus();
  const keyring = await offerSecretService(bus.connect());
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: bus.address, MINIMIX_KEYRING: '' };
  const program = [...NODE_FLAGS, main, '--home', home];
  const cli = (args: readonly string[], input = '') => {
    const running = run(process.execPath, [...program, ...args], { cwd: dir, env });
    running.child.stdin?.end(input);
    return running;
  };
  expect((await cli(['--version'])).stdout.trim()).toBe(version);
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ version: 1, web: { port: 0 }, accounts: [] }));
  const server = await startScripted({ user: 'alice', password: 'kept in the keyring' });
  await cli(['account', 'add', 'alice@scripted.test', '--server', `127.0.0.1:${server.port}`, '--allow-plaintext', '--password-stdin'], 'kept in the keyring\n');
  expect([...keyring.items.values()]).toEqual([{ attributes: { service: `Minimix (${home})`, username: 'alice@scripted.test' }, secret: 'kept in the keyring' }]);
  expect(readdirSync(home)).not.toContain('secrets.json');
  const daemon = spawn(process.execPath, [...program, 'run'], { cwd: dir, env, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const told = await until(async () => String((await once(daemon.stdout, 'data'))[0]), { what: 'the page’s address' });
    const url = /http:\S+/.exec(told)?.[0] ?? '';
    const index = await fetch(url);
    expect(await index.text()).toContain('<div id="root">');
    expect(await (await server.next()).logIn()).toBe('bound'); // SCRAM: the password is the right one
    expect(keyring.reads()).toBe(1);
    expect((await cli(['status'])).stdout).toContain('alice@scripted.test');
    expect((await cli(['search', 'tea'])).stdout).toBe(''); // by the worker
  } finally {
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
    await server.stop();
    await bus.stop();
  }
});

test('its fuses let nobody put code into it: Node’s options and inspector are off, and only the archive is loaded', () => {
  const binary = readFileSync(join(unpacked, 'minimix-tray'));
  const at = binary.indexOf(FUSE_SENTINEL) + FUSE_SENTINEL.length + 2;
  const [runAsNode, _cookies, nodeOptions, nodeInspect, _integrity, onlyAsar] = String(binary.subarray(at, at + 8));
  expect({ runAsNode, nodeOptions, nodeInspect, onlyAsar }).toEqual({ runAsNode: '1', nodeOptions: '0', nodeInspect: '0', onlyAsar: '1' });
});

test('the program that a desktop starts is called apart from the command line, and its desktop file by one name', () => {
  expect(readdirSync(unpacked)).toContain('minimix-tray');
  // Electron gives this one to the desktop as CHROME_DESKTOP; electron-builder names the file after the program.
  expect(JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))).toMatchObject({ desktopName: DESKTOP_FILE });
  expect(DESKTOP_FILE).toBe('minimix-tray.desktop');
});
