// What comes along with Minimix: each dependency that is handed on, its version and its licence. Ends with 1 where one is
// under a licence that is not in the list.
import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** SPDX names of what may be handed on in an MIT program, with its text and no more. */
export const ALLOWED: ReadonlySet<string> = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'CC0-1.0', 'BlueOak-1.0.0', 'Unlicense', 'Python-2.0']);

const names = z.record(z.string(), z.string()).default({});
const lockfile = z.object({ packages: z.record(z.string(), z.object({ dependencies: names, optionalDependencies: names, devDependencies: names })) });
const old = z.object({ type: z.string() });
const manifest = z.object({ name: z.string(), version: z.string(), license: z.union([z.string(), old]).optional(), licenses: z.array(old).optional() });

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** As the package says it; `none` where it says nothing. */
  readonly licence: string;
}

/** Of the project at `root`, as installed there, each version once, by name. */
export function licensed(root: string): Licensed[] {
  const found = handedOn(root)
    .filter((path) => existsSync(join(root, path, 'package.json')))
    .map((path) => licensedAt(join(root, path)));
  const once = new Map(found.map((one) => [`${one.name}@${one.version}`, one]));
  return [...once.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The folders of what a person gets with Minimix, by the lockfile: production dependencies, and the development ones that are
 * bundled with the page or the tray; with all that these need.
 */
export function handedOn(root: string): string[] {
  const { packages } = lockfile.parse(json(join(root, 'package-lock.json')));
  const own = packages[''];
  const bundled = bundledBy(root).filter((name) => own?.devDependencies[name] !== undefined);
  const found = new Set<string>();
  const visit = (from: string, wanted: readonly string[]): void => {
    for (const name of wanted) {
      const path = nearest(from, name).find((each) => packages[each] !== undefined);
      if (path === undefined || found.has(path)) continue; // an optional peer that is not there, or known
      found.add(path);
      visit(path, needsOf(packages[path]));
    }
  };
  visit('', [...needsOf(own), ...bundled]);
  return [...found].toSorted();
}

const needsOf = (entry: z.output<typeof lockfile>['packages'][string] | undefined): string[] => Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies });

/** Where Node looks for a package, from the folder of the one that wants it outwards. */
function nearest(from: string, name: string): string[] {
  const here = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (from === '') return [here];
  return [here, ...nearest(from.slice(0, from.lastIndexOf('node_modules/')).replace(/\/$/, ''), name)];
}

/** What page and program import; Electron is no part of what we make. */
function bundledBy(root: string): string[] {
  const sources = globSync(['src/**/*.ts', 'renderer/**/*.{ts,tsx}'], { cwd: root, exclude: ['renderer/dist/**', '**/vite.config.ts'] });
  const imported = sources.flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(/(?:from|import|import\() ?'((?:@[\w-]+\/)?[\w-]+)/g)].flatMap(([, name]) => name ?? []));
  return [...new Set(imported)].filter((name) => name !== 'electron');
}

function licensedAt(folder: string): Licensed {
  const { name, version, license, licenses } = manifest.parse(json(join(folder, 'package.json')));
  const said = typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
  return { name, version, licence: said || 'none' };
}

/** The text that the licence of the package in `folder` asks to come along with it. */
export function licenceOf(folder: string): string {
  const { name, version, licence } = licensedAt(folder);
  const texts = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).toSorted();
  return [`${name} ${version}, ${licence}\n`, ...texts.map((file) => readFileSync(join(folder, file), 'utf8'))].join('\n');
}

/** Whether an SPDX expression leaves a choice that is allowed; what is nested is for a person to read. */
export function isAllowed(licence: string): boolean {
  const plain = licence.replace(/^\(([^()]*)\)$/, '$1');
  return plain.split(' OR ').some((choice) => choice.split(' AND ').every((name) => ALLOWED.has(name)));
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

if (import.meta.main) {
  const all = licensed(join(import.meta.dirname, '..'));
  for (const { name, version, licence } of all) console.log(`${licence.padEnd(20)} ${name} ${version}`);
  const refused = all.filter(({ licence }) => !isAllowed(licence));
  console.log(`${all.length} dependencies that are handed on, ${refused.length} under a licence that is not in the list.`);
  for (const { name, licence } of refused) console.error(`Not allowed: ${name} (${licence})`);
  process.exitCode = refused.length === 0 ? 0 : 1;
}
