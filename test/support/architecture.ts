// The project's floors as data, and a checker that reads the imports of a tree of sources. Imports of types
// count.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { parseSync } from 'vite';

/** Top to bottom. The first floor is src/ itself (main.ts); what is in one row never meets. */
const FLOORS: readonly (readonly string[])[] = [
  ['main'],
  ['daemon'],
  ['cli', 'electron'],
  ['tray'],
  ['config'],
  ['frontends/web', 'frontends/bouncer', 'frontends/commands', 'frontends/mam', 'frontends/relay'],
  ['delivery'],
  ['account'],
  ['archive', 'xmpp'],
  ['core'],
];

const CONNECTION = 'src/xmpp/connection.ts';
const IMPURE = new Set([
  'setTimeout', 'setInterval', 'setImmediate', 'process', 'performance', 'fetch', 'crypto', 'console',
]);

/** Paths from the project's root to their text. */
export type Tree = Readonly<Record<string, string>>;

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Path in the tree where the specifier is relative. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

/** Every breach of the architecture in words; none where all is well. */
export function breaches(tree: Tree): string[] {
  const imports: Import[] = [];
  const found: string[] = [];
  for (const [path, text] of Object.entries(tree)) {
    const { program, errors } = parseSync(path, text);
    if (errors.length > 0) found.push(`${path} cannot be read: ${errors[0]?.message}`);
    const seen = scan(program);
    imports.push(...seen.imports.map((one) => ({ ...one, from: path, target: resolve(path, one.specifier) })));
    if (folderOf(path) === 'core') found.push(...seen.impure.map((what) => `${path}: core uses ${what}`));
  }
  for (const one of imports) found.push(...[floors(one), packages(one), page(one), exists(one, tree)].flat());
  return [...new Set([...found, ...hiddenXmpp(imports), ...circles(imports)])];
}

/** Files of code that a folder may hold: with more, nobody sees what it is about. */
const MOST_FILES = 25;
const MOST_LINES = 300;

/** What makes a tree hard to enter: crowded folders, long files, types of one name. */
export function untidiness(tree: Tree): string[] {
  const long = Object.entries(tree).map(([path, text]) => ({ path, lines: text.split('\n').length - 1 })).filter(({ lines }) => lines > MOST_LINES);
  const types = Object.entries(tree).flatMap(([path, text]) =>
    [...text.matchAll(/^export (?:interface|type|abstract class|class) (\w+)/gm)].map(([, name = '']) => ({ name, path })));
  const repeated = [...Map.groupBy(types, ({ name }) => name)].filter(([, places]) => places.length > 1);
  return [
    ...crowdedFolders(Object.keys(tree)),
    ...long.map(({ path, lines }) => `${path} has ${lines} lines`),
    ...repeated.map(([name, places]) => `${name} is exported by ${places.map(({ path }) => path).join(' and ')}`),
  ];
}

/** Every `void` of an expression: of a promise it hides a failure (`inBackground()` names it and logs it), of all else it hides what a block says. */
export function voids(tree: Tree): string[] {
  return Object.entries(tree).flatMap(([path, text]) =>
    nodesOf(parseSync(path, text).program)
      .filter((node) => node.type === 'UnaryExpression' && node['operator'] === 'void')
      .map((node) => `${path}: ${text.slice(Number(node['start']), Number(node['end'])).split('\n')[0]}`));
}

/** What makes a part: `openX()`, `createX()`, `startX()`, and the wire's `connect()`. */
const MAKES_PART = /^(?:(?:open|create|start)[A-Z]\w*|connect)$/;

/**
 * Every part that is named in a function before it is made: a part that needs a later one is given it late, by a thunk
 * or a variable. Parts stand in the order of their use; what is to reach an earlier one is an event.
 */
export function lateBindings(tree: Tree): string[] {
  return Object.entries(tree).filter(([path]) => path.startsWith('src/')).flatMap(([path, text]) =>
    nodesOf(parseSync(path, text).program).filter(({ type }) => type === 'BlockStatement').flatMap((block) => {
      const parts = Array.isArray(block['body']) ? block['body'].flatMap((statement) => partsMade(statement)) : [];
      if (parts.length === 0) return [];
      const names = usesIn(block);
      return parts.filter((part) => names.some(({ name, start }) => name === part.name && start < part.start)).map(({ name }) => `${path}: ${name} is used before it is made`);
    }));
}

function partsMade(statement: unknown): { readonly name: string; readonly start: number }[] {
  if (!isNode(statement) || statement.type !== 'VariableDeclaration' || !Array.isArray(statement['declarations'])) return [];
  return statement['declarations'].flatMap((declared: unknown) => {
    if (!isNode(declared) || !isNode(declared['init']) || declared['init'].type !== 'CallExpression') return [];
    const [called, id] = [declared['init']['callee'], declared['id']];
    if (!isNode(called) || !MAKES_PART.test(String(called['name'])) || !isNode(id) || id.type !== 'Identifier') return [];
    return [{ name: String(id['name']), start: Number(declared['start']) }];
  });
}

/** Every name that is read in it; what stands after a dot or before a colon is none. */
function usesIn(value: unknown): { readonly name: string; readonly start: number }[] {
  if (Array.isArray(value)) return value.flatMap(usesIn);
  if (!isNode(value)) return [];
  if (value.type === 'Identifier') return [{ name: String(value['name']), start: Number(value['start']) }];
  const isName = (key: string): boolean => (key === 'property' || key === 'key') && value['computed'] === false;
  return Object.entries(value).flatMap(([key, child]) => (key === 'parent' || key === 'typeAnnotation' || isName(key) ? [] : usesIn(child)));
}

function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (!isNode(value)) return [];
  return [value, ...Object.entries(value).flatMap(([key, child]) => (key === 'parent' ? [] : nodesOf(child)))];
}

/** Folders with more files of code than one may hold. */
export function crowdedFolders(paths: readonly string[]): string[] {
  const folders = [...Map.groupBy(paths, dirname)];
  return folders.filter(([, files]) => files.length > MOST_FILES).map(([folder, files]) => `${folder} holds ${files.length} files`);
}

/** The files of code beside the sources: tests, what they share, benchmarks and scripts. */
export function codeBesideSources(root: string): string[] {
  return globSync(['test/**/*.{ts,tsx,py}', 'bench/**/*.{ts,c}', 'scripts/**/*.ts'], { cwd: root }).map((path) => path.split(sep).join('/'));
}

/** The project's own sources. */
export function projectTree(root: string): Tree {
  const paths = globSync(['src/**/*.ts', 'renderer/**/*.{ts,tsx}'], { cwd: root, exclude: ['renderer/dist/**'] });
  return Object.fromEntries(paths.map((path) => [path.split(sep).join('/'), readFileSync(join(root, path), 'utf8')]));
}

const floorOf = (folder: string): number => FLOORS.findIndex((floor) => floor.includes(folder));

/** The unit that a file belongs to: its folder in src/ (in frontends/ each folder is one), or 'main'; undefined outside of src/. */
function folderOf(path: string): string | undefined {
  const [top, folder = '', ...rest] = path.split('/');
  if (top !== 'src') return undefined;
  if (rest.length === 0) return 'main';
  return folder === 'frontends' ? `frontends/${rest[0]}` : folder;
}

function resolve(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)).split(sep).join('/') : undefined;
}

function floors({ from, target }: Import): string[] {
  const [here, there] = [folderOf(from), target === undefined ? undefined : folderOf(target)];
  if (here === undefined || target === undefined) return [];
  if (there === undefined && target === 'package.json') return []; // name and version
  if (there === undefined) return [`${from} imports ${target}, which is outside of src/`];
  if (floorOf(here) === -1) return [`${from}: ${here} is on no floor`];
  if (here === there || floorOf(there) > floorOf(here)) return [];
  return floorOf(there) === floorOf(here)
    ? [`${from} imports ${target}: ${here} and ${there} are on one floor`]
    : [`${from} imports ${target}: ${there} is above ${here}`];
}

function packages({ from, specifier, target }: Import): string[] {
  if (target !== undefined) return [];
  const folder = folderOf(from);
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  const refused = [`${from} imports ${specifier}`];
  if (folder === 'core' && (specifier.startsWith('node:') || isBuiltin(name))) return refused;
  if (name === 'stanza') return from === 'src/core/jid.ts' ? [] : refused; // its stringprep alone
  if (name === '@xmpp/jid') return refused; // it compares by small letters alone
  if (name.startsWith('@xmpp/')) return folder === 'xmpp' ? [] : refused; // more in hiddenXmpp
  if (name === 'electron' || name === 'electron-store') return folder === 'electron' ? [] : refused;
  return [];
}

const isBuiltin = (name: string): boolean => process.getBuiltinModule(name) !== undefined;

/** The pages know the daemon by the types of web's contract alone. */
function page({ from, target, typeOnly }: Import): string[] {
  if (!from.startsWith('renderer/') || !target?.startsWith('src/')) return [];
  if (!target.startsWith('src/frontends/web/')) return [`${from} imports ${target}: a page knows web/ alone`];
  return typeOnly ? [] : [`${from} imports ${target}: a page may import its types only`];
}

/** A module that is not there would be a rule not checked. */
function exists({ from, target }: Import, tree: Tree): string[] {
  if (target === undefined || !/\.tsx?$/u.test(target) && /\.[a-z]+$/u.test(target)) return []; // css, json, sql
  return Object.hasOwn(tree, target) || dirname(target) === '.' ? [] : [`${from} imports ${target}, which is not there`];
}

/**
 * Beside connection.ts, only files that nothing outside of xmpp/ reaches but through it may import @xmpp/*.
 */
function hiddenXmpp(imports: readonly Import[]): string[] {
  const users = new Set(imports
    .filter(({ from, specifier }) => specifier.startsWith('@xmpp/') && folderOf(from) === 'xmpp' && from !== CONNECTION)
    .map(({ from }) => from));
  const outsideReaches = (path: string, visited: Set<string>): boolean => {
    if (visited.has(path)) return false;
    visited.add(path);
    return imports.some(({ from, target }) => target === path && from !== CONNECTION
      && (folderOf(from) !== 'xmpp' || outsideReaches(from, visited)));
  };
  return [...users].filter((path) => outsideReaches(path, new Set()))
    .map((path) => `${path} imports @xmpp/*, and is reached without ${CONNECTION}`);
}

/** Circles of imports, each told once. */
function circles(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, target } of imports) {
    if (target !== undefined) edges.set(from, [...edges.get(from) ?? [], target]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const index = trail.indexOf(path);
    if (index !== -1) {
      found.push(`a circle: ${[...trail.slice(index), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return found;
}

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => (
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
);

interface Scan {
  readonly imports: Pick<Import, 'specifier' | 'typeOnly'>[];
  readonly impure: string[];
}

/** All that a module imports in whatever way, and what it uses that is not a function of its arguments. */
function scan(program: unknown): Scan {
  const result: Scan = { imports: [], impure: [] };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isNode(value)) return;
    const specifier = specifierOf(value);
    if (specifier !== undefined) result.imports.push({ specifier, typeOnly: isTypeOnly(value) });
    const impure = impureUse(value);
    if (impure !== undefined) result.impure.push(impure);
    for (const [key, child] of Object.entries(value)) {
      // a name after a dot, before a colon, or in a type is not a use of the global
      const isName = (key === 'property' || key === 'key') && value['computed'] === false;
      if (!isName && key !== 'parent' && key !== 'typeAnnotation') visit(child);
      if (key === 'typeAnnotation') visitTypes(child);
    }
  };
  /** Inside types only imports matter. */
  const visitTypes = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visitTypes);
    if (!isNode(value)) return;
    const specifier = specifierOf(value);
    if (specifier !== undefined) result.imports.push({ specifier, typeOnly: true });
    for (const [key, child] of Object.entries(value)) if (key !== 'parent') visitTypes(child);
  };
  visit(program);
  return result;
}

function specifierOf(node: Node): string | undefined {
  const literal = (value: unknown): string | undefined => {
    if (!isNode(value)) return undefined;
    if (value.type === 'TSLiteralType') return literal(value['literal']);
    return typeof value['value'] === 'string' ? value['value'] : undefined;
  };
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return literal(node['source']);
    case 'ImportExpression':
      return literal(node['source']) ?? '(computed)';
    case 'TSImportType':
      return literal(node['source']) ?? literal(node['argument']);
    case 'CallExpression': {
      const [callee, args] = [node['callee'], node['arguments']];
      return isNode(callee) && callee['name'] === 'require' && Array.isArray(args) ? literal(args[0]) : undefined;
    }
    default:
      return undefined;
  }
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type') return true;
  const names = node['specifiers'];
  return Array.isArray(names) && names.length > 0
    && names.every((name) => isNode(name) && (name['importKind'] === 'type' || name['exportKind'] === 'type'));
}

function impureUse(node: Node): string | undefined {
  if (node.type === 'Identifier' && IMPURE.has(String(node['name']))) return String(node['name']);
  const named = (value: unknown): string | undefined => (isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined);
  if (node.type === 'MemberExpression') {
    const use = `${named(node['object'])}.${named(node['property'])}`;
    if (use === 'Date.now' || use === 'Math.random') return use;
  }
  const args = node['arguments'];
  if (named(node['callee']) !== 'Date' || !Array.isArray(args)) return undefined;
  if (node.type === 'CallExpression') return 'Date()';
  return args.length === 0 ? 'new Date()' : undefined;
}
