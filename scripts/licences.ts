// What comes along with Minimix: each production dependency that is installed, its version and its licence. Ends with 1
// where one is under a licence that is not in the list.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** SPDX names of what may be handed on in an MIT program, with its text and no more. */
export const ALLOWED: ReadonlySet<string> = new Set(['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'CC0-1.0', 'BlueOak-1.0.0', 'Unlicense', 'Python-2.0']);

const lockfile = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });
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
  const { packages } = lockfile.parse(json(join(root, 'package-lock.json')));
  const found = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev && existsSync(join(root, path, 'package.json')))
    .map(([path]) => {
      const { name, version, license, licenses } = manifest.parse(json(join(root, path, 'package.json')));
      const said = typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
      return { name, version, licence: said || 'none' };
    });
  const once = new Map(found.map((one) => [`${one.name}@${one.version}`, one]));
  return [...once.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
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
  console.log(`${all.length} production dependencies, ${refused.length} under a licence that is not in the list.`);
  for (const { name, licence } of refused) console.error(`Not allowed: ${name} (${licence})`);
  process.exitCode = refused.length === 0 ? 0 : 1;
}
