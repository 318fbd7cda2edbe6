// What the documents name is there: files, functions, scripts, commands, links. Whoever moves one learns it here.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: root })].filter((path) => existsSync(join(root, path)));
const source = globSync('{src,test,renderer}/**/*.{ts,tsx}', { cwd: root, exclude: ['renderer/dist/**'] }).map(read).join('\n');

/** A function of that name, declared as such or as a member of a contract or of what a factory returns. A call declares nothing. */
function declares(text: string, name: string): boolean {
  const member = String.raw`^\s+(readonly )?(async )?${name}\??(<|: |,$|\($|\(.*\)(: .*)? \{|\(.*\): .*;)`;
  return new RegExp(String.raw`(function\*? ${name}\b|(const|let) ${name}\b[^=\n]*=|${member})`, 'm').test(text);
}

/** Paths of the project in backticks, those with a placeholder left out. */
function pathsIn(text: string): string[] {
  const found = [...text.matchAll(/`((?:src|test|renderer|scripts|bench|docs|bin)\/[\w./-]*)`/g)].flatMap(([, path]) => path ?? []);
  return [...new Set(found)].filter((path) => !/NAME|NNN/.test(path));
}

describe.each(documents)('%s', (document) => {
  const text = read(document);
  const beside = dirname(join(root, document));

  test('names no file that is not there', () => {
    expect(pathsIn(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('names no function that is not there, and none in another file than its own', () => {
    const inFiles = [...text.matchAll(/`(?:\w+\.)?(\w+)\(\)`\s+in\s+`([\w./-]+)`/g)].map(([, name = '', path = '']) => ({ name, path }));
    expect(inFiles.filter(({ name, path }) => !declares(read(path), name))).toEqual([]);
    const alone = [...text.matchAll(/`(?:\w+\.)?(\w+)\(\)`/g)].map(([, name = '']) => name);
    expect(alone.filter((name) => !declares(source, name))).toEqual([]);
  });

  test('names no script of package.json and no command that there is not', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const run = [...text.matchAll(/npm run ([\w:]+)/g)].flatMap(([, name]) => name ?? []);
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
    const commands = new Set([...read('docs/cli.md').matchAll(/^- \[`([\w-]+)`\]/gm)].map(([, name]) => name));
    const called = [...text.matchAll(/(?:^|`|run )minimix ((?:--\w+ \S+ )*)([a-z][\w-]+)/gm)].flatMap(([, , name]) => name ?? []);
    expect([...new Set(called)].filter((name) => !commands.has(name))).toEqual([]);
  });

  test('links to nothing in the project that is not there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => link ?? []);
    const local = links.filter((link) => !/^[a-z]+:|^#/.test(link)).map((link) => link.split('#', 1)[0] ?? '');
    expect(local.filter((link) => !existsSync(resolve(beside, link)))).toEqual([]);
  });
});

describe('docs/architecture.md names each hop of a message, in order, with its file', () => {
  const text = read('docs/architecture.md');
  const hops = (from: string, to: string): { name: string; path: string }[] => {
    const part = text.slice(text.indexOf(from), text.indexOf(to));
    return [...part.matchAll(/^\| `(\w+)\(\)` in `([\w./-]+)` \|/gm)].map(([, name = '', path = '']) => ({ name, path }));
  };

  test('to the archive: at most eight functions in six files', () => {
    const way = hops('To the archive', 'After the commit');
    expect(way.length).toBeGreaterThan(5); // which they are is seen on the stack, by test/flow/path.test.ts
    expect(way.length).toBeLessThanOrEqual(8);
    expect(new Set(way.map(({ path }) => path)).size).toBeLessThanOrEqual(6);
  });

  test.each([
    ['the relay', 'To a device by the relay', 'To a device at the bouncer', 'src/frontends/relay/'],
    ['the bouncer', 'To a device at the bouncer', 'To the page', 'src/frontends/bouncer/'],
    ['the page', 'To the page', 'Out: ', 'src/frontends/web/'],
  ])('to %s, from the event on', (_frontend, from, to, folder) => {
    const way = hops(from, to);
    expect(way.length).toBeGreaterThan(1);
    expect(way[0]?.path.startsWith(folder)).toBe(true);
    expect(way.filter(({ name, path }) => !declares(read(path), name))).toEqual([]);
    expect(uncalled(way.filter(({ path }) => !path.startsWith('renderer/')))).toEqual([]); // the page is another program
  });

  /** The hops that no file of a hop before them calls. */
  function uncalled(way: readonly { name: string; path: string }[]): string[] {
    const calls = (path: string, name: string): boolean => new RegExp(String.raw`(?<!function )\b${name}\(`).test(read(path));
    return way.slice(1).flatMap(({ name }, at) => (way.slice(0, at + 1).some(({ path }) => calls(path, name)) ? [] : [name]));
  }
});
test('the glossary says of each name, once, what it is and where it lives', () => {
  const rows = [...read('docs/glossary.md').matchAll(/^\| (?!name \||---)(.*) \|$/gm)].map(([, row = '']) => row.split(' | '));
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.filter(([, , file = '', ...more]) => more.length > 0 || !existsSync(join(root, file.slice(1, -1))))).toEqual([]);
  const names = rows.map(([name]) => name);
  expect(names.filter((name, at) => names.indexOf(name) < at)).toEqual([]);
  const types = rows.flatMap(([name = '', , file = '']) => [...name.matchAll(/`(\w+)`/g)].map(([, type = '']) => ({ type, file: file.slice(1, -1) })));
  expect(types.filter(({ type, file }) => !new RegExp(`\\b${type}\\b`).test(read(file)))).toEqual([]);
});

test('a comment cites no document that is not there', () => {
  const cited = globSync('{src,test,renderer,bench,scripts}/**/*.{ts,tsx,css}', { cwd: root, exclude: ['renderer/dist/**'] }).flatMap((file) =>
    [...read(file).matchAll(/^[^'"`\n]*(?:\/\/|\/?\*).*$/gm)].flatMap(([line]) =>
      [...line.matchAll(/\b(?:DESIGN|FACTS|GLOSSARY|STYLE|WORDING|MEASURED)\b/g)].map(([name]) => `${file}: ${name}`),
    ),
  );
  expect(cited).toEqual([]);
});

describe('SECURITY.md', () => {
  const text = read('SECURITY.md').replaceAll(/[ \n]+/g, ' ');
  const named = [...text.matchAll(/`(test\/[\w./-]+)`: ((?:“[^”]+”(?:, )?)+)/g)].flatMap(([, file = '', sentences = '']) =>
    [...sentences.matchAll(/“([^”]+)”/g)].map(([, sentence = '']) => ({ file, sentence })),
  );

  test('names tests that are there, each with its file', () => {
    expect(named.length).toBeGreaterThan(40);
    expect(text.match(/“/g)).toHaveLength(named.length); // nothing stands in quotes that is not looked for
    expect(named.filter(({ file, sentence }) => !hasTest(read(file), sentence))).toEqual([]);
  });

  test('has a test for each of those whom it holds off', () => {
    const [, held = ''] = /## Who is held off(.*?)## What is not/.exec(text) ?? [];
    const threats = held.split('### ').slice(1);
    expect(threats).toHaveLength(9);
    expect(threats.filter((threat) => !threat.includes('“'))).toEqual([]);
  });
});

/** A test, a group of tests or a fuzz target of that name; one that a table fills in is named with its place-holders. */
function hasTest(file: string, sentence: string): boolean {
  const quoted = sentence.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(\b(test|describe|pure)[.\w]*\(|\bname: |\]\)?\)?\(|^\)\()\s*['"]${quoted}['"]`, 'm').test(file);
}
