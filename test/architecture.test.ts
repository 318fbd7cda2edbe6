import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breaches, codeBesideSources, crowdedFolders, lateBindings, projectTree, untidiness, voids, type Tree } from './support/architecture.ts';

test('the project keeps to its floors', () => {
  const tree = projectTree(resolve(import.meta.dirname, '..'));
  expect(Object.keys(tree).length).toBeGreaterThan(10);
  expect(breaches(tree)).toEqual([]);
});

test('no folder is crowded, no file is long, and no two exported types share a name', () => {
  expect(untidiness(projectTree(resolve(import.meta.dirname, '..')))).toEqual([]);
});

test('no folder of tests, benchmarks or scripts is crowded', () => {
  const paths = codeBesideSources(resolve(import.meta.dirname, '..'));
  expect(paths.length).toBeGreaterThan(100);
  expect(crowdedFolders(paths)).toEqual([]);
});

test('a crowded folder, a long file and a repeated type are named', () => {
  const crowd = Object.fromEntries(Array.from({ length: 26 }, (_, n) => [`src/core/f${n}.ts`, 'export const x = 1;']));
  const tree = { ...crowd, 'src/cli/long.ts': 'x\n'.repeat(301), 'src/web/a.ts': 'export interface Kept {}', 'renderer/b.ts': 'export type Kept = 1;' };
  expect(untidiness(tree)).toEqual(['src/core holds 26 files', 'src/cli/long.ts has 301 lines', 'Kept is exported by src/web/a.ts and renderer/b.ts']);
});

test('no promise is hidden behind a void', () => {
  expect(voids(projectTree(resolve(import.meta.dirname, '..')))).toEqual([]);
});

test('a void is named, in a statement and in the body of an arrow function', () => {
  const tree = { 'src/cli/x.ts': 'void a();\nexport const f = (): void => void b().then(c);', 'src/core/y.ts': 'export const g = (): void => { d(); };' };
  expect(voids(tree)).toEqual(['src/cli/x.ts: void a()', 'src/cli/x.ts: void b().then(c)']);
});

test('no part is used before it is made', () => {
  expect(lateBindings(projectTree(resolve(import.meta.dirname, '..')))).toEqual([]);
});

test('a part that an earlier one is given late is named, by a thunk, in a hook and in a function', () => {
  const late = `export function openHouse() {
    const door = openDoor({ bell: () => bell.ring(), light: { on: () => lamp.on() } });
    const bell = openBell(door);
    const lamp: Lamp = startLamp(door, bell);
    const lock = createLock({ bell });
    function closed() { return lock.closed(); }
    return { door, lock, closed, bell: door.bell };
  }`;
  expect(lateBindings({ 'src/core/house.ts': late })).toEqual(['src/core/house.ts: bell is used before it is made', 'src/core/house.ts: lamp is used before it is made']);
});

/** A small project that keeps to the rules, so that each bad tree below is bad in one point alone. */
const good: Tree = {
  'src/main.ts': `import './daemon/daemon.ts';`,
  'src/daemon/daemon.ts': `import { open } from '../account/account.ts'; import '../frontends/web/server.ts'; import { x } from '../config/config.ts'; import '../cli/say.ts';`,
  'src/config/config.ts': `import { y } from './files.ts'; export const x = y;`,
  'src/config/files.ts': `export const y = 1;`,
  'src/cli/say.ts': `import type { Api } from '../frontends/web/server.ts'; import '../config/files.ts'; export type Say = Api;`,
  'src/frontends/web/server.ts': `import '../../account/account.ts'; import './api/router.ts'; export type Api = 1;`,
  'src/frontends/web/api/router.ts': `export const router = 1;`,
  'src/frontends/relay/relay.ts': `import type { A } from '../../account/account.ts'; export type B = A;`,
  'src/account/account.ts': `import '../xmpp/connection.ts'; import '../archive/archive.ts'; export type A = 1; export const open = 1;`,
  'src/archive/archive.ts': `import { DatabaseSync } from 'node:sqlite'; import '../core/jid.ts'; export const d = DatabaseSync;`,
  'src/xmpp/connection.ts': `import '@xmpp/client-core'; import './sasl.ts';`,
  'src/xmpp/sasl.ts': `import '@xmpp/sasl';`,
  'src/xmpp/xep/service/ping.ts': `import { bare } from '../../../core/jid.ts'; export const ping = bare;`,
  'src/core/jid.ts': `import { nodeprep } from 'stanza/lib/stringprep/index.js'; export const bare = (at: number) => [nodeprep, new Date(at), { process: 1 }];`,
  'src/electron/tray.ts': `import { app } from 'electron'; export const name = app;`,
  'renderer/main.tsx': `import './app.css'; import type { Api } from '../src/frontends/web/server.ts'; export const App = (): Api => 1;`,
};

test('a project that keeps to the rules has no breach', () => {
  expect(breaches(good)).toEqual([]);
});

describe('a breach is named', () => {
  test.each([
    ['an import that points up', 'src/core/room.ts', `import '../account/account.ts';`, 'account is above core'],
    ['a type that points up', 'src/xmpp/x.ts', `import type { A } from '../account/account.ts';`, 'account is above xmpp'],
    ['an inline type that points up', 'src/core/x.ts', `export type A = import('../xmpp/sasl.ts').S;`, 'xmpp is above core'],
    ['an inline type on a variable', 'src/core/x.ts', `export const a: import('../xmpp/sasl.ts').S = 1;`, 'xmpp is above core'],
    ['a re-export that points up', 'src/archive/x.ts', `export * from '../account/account.ts';`, 'account is above archive'],
    ['a dynamic import that points up', 'src/core/x.ts', `await import('../xmpp/sasl.ts');`, 'xmpp is above core'],
    ['a command that imports the daemon', 'src/cli/x.ts', `import '../daemon/daemon.ts';`, 'daemon is above cli'],
    ['settings that import a command', 'src/config/x.ts', `import '../cli/say.ts';`, 'cli is above config'],
    ['two frontends that meet', 'src/frontends/web/x.ts', `import '../relay/relay.ts';`, 'frontends/web and frontends/relay are on one floor'],
    ['archive and wire that meet', 'src/archive/x.ts', `import '../xmpp/sasl.ts';`, 'archive and xmpp are on one floor'],
    ['a folder on no floor', 'src/helpers/x.ts', `import '../core/jid.ts';`, 'helpers is on no floor'],
    ['src that imports a test', 'src/frontends/web/x.ts', `import '../../../test/support/until.ts';`, 'outside of src/'],
    ['a module that is not there', 'src/frontends/web/x.ts', `import './gone.ts';`, 'which is not there'],
    ['@xmpp/jid', 'src/xmpp/x.ts', `import '@xmpp/jid';`, 'imports @xmpp/jid'],
    ['stanza outside of core/jid.ts', 'src/xmpp/x.ts', `import 'stanza';`, 'imports stanza'],
    ['@xmpp/client outside of xmpp', 'src/account/x.ts', `import { client } from '@xmpp/client';`, 'imports @xmpp/client'],
    ['electron outside of its folder', 'src/cli/x.ts', `import { app } from 'electron';`, 'imports electron'],
    ['electron-store in the daemon', 'src/config/x.ts', `import Store from 'electron-store';`, 'imports electron-store'],
    ['core with input and output', 'src/core/x.ts', `import { readFileSync } from 'node:fs';`, 'imports node:fs'],
    ['core with an unprefixed builtin', 'src/core/x.ts', `import { readFileSync } from 'fs';`, 'imports fs'],
    ['core with a clock', 'src/core/x.ts', `export const now = () => Date.now();`, 'core uses Date.now'],
    ['core with a hidden clock', 'src/core/x.ts', `export const now = () => new Date();`, 'core uses new Date()'],
    ['core with dice', 'src/core/x.ts', `export const roll = () => Math.random();`, 'core uses Math.random'],
    ['core with a timer', 'src/core/x.ts', `export const later = (f) => setTimeout(f, 1);`, 'core uses setTimeout'],
    ['a page that imports values', 'renderer/x.ts', `import { api } from '../src/frontends/web/server.ts';`, 'its types only'],
    ['a page that imports another floor', 'renderer/x.ts', `import type { A } from '../src/account/account.ts';`, 'web/ alone'],
    ['a file that cannot be read', 'src/frontends/web/x.ts', `import {`, 'cannot be read'],
  ])('%s', (_what, path, text, expected) => {
    expect(breaches({ ...good, [path]: text }).join('\n')).toContain(expected);
  });

  test('a circle within a folder', () => {
    const tree = { ...good, 'src/frontends/web/a.ts': `import './b.ts';`, 'src/frontends/web/b.ts': `import './a.ts';` };
    expect(breaches(tree)).toEqual(['a circle: src/frontends/web/a.ts -> src/frontends/web/b.ts -> src/frontends/web/a.ts']);
  });

  test('an @xmpp/* user that another floor reaches without the connection', () => {
    const tree = { ...good, 'src/account/x.ts': `import '../xmpp/sasl.ts';` };
    expect(breaches(tree)).toEqual(['src/xmpp/sasl.ts imports @xmpp/*, and is reached without src/xmpp/connection.ts']);
  });
});
