// Asks npm's registry for known holes in what is handed on with Minimix. Ends with 0 where none is known, with 1 where
// one is, and with 2 where nobody could be asked: a registry that is a mirror often has no such service.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { handedOn } from './licences.ts';

const advisory = z.object({ title: z.string(), url: z.string().optional() });
const hole = z.object({
  name: z.string(),
  severity: z.string(),
  range: z.string(),
  via: z.array(z.union([z.string(), advisory])),
  fixAvailable: z.union([z.boolean(), z.object({ name: z.string(), version: z.string() })]),
});
const report = z.object({ auditReportVersion: z.number(), vulnerabilities: z.record(z.string(), hole.extend({ nodes: z.array(z.string()) })) });
const failure = z.object({ message: z.string().optional(), error: z.object({ summary: z.string().optional() }).optional() });

export interface Told {
  readonly code: 0 | 1 | 2;
  readonly lines: readonly string[];
}

/** In words, what `npm audit --json` answered of the packages in the folders `handed`; what only development needs is left out. */
export function tell(answer: string, handed: readonly string[]): Told {
  const read = parsed(answer);
  const whole = report.safeParse(read).data;
  if (!whole) {
    const failed = failure.safeParse(read).data;
    const why = (failed?.error?.summary || failed?.message || 'it answered with no report').replaceAll(/https?:\/\/\S+/g, 'the registry');
    return { code: 2, lines: [`Not checked: the registry in use does not answer an audit (${why}).`, 'Ask one that does: npm run audit:deps -- --registry=ADDRESS'] };
  }
  const holes = Object.values(whole.vulnerabilities).filter(({ nodes }) => nodes.some((path) => handed.includes(path)));
  if (holes.length === 0) return { code: 0, lines: [`No hole is known in the ${handed.length} dependencies that are handed on.`] };
  return { code: 1, lines: [`${holes.length} of ${handed.length} dependencies that are handed on have a known hole:`, ...holes.flatMap(wordsOf)] };
}

function wordsOf({ name, severity, range, via, fixAvailable }: z.output<typeof hole>): string[] {
  const cure = fixAvailable === false ? 'no cure yet' : typeof fixAvailable === 'object' ? `cured by ${fixAvailable.name} ${fixAvailable.version}` : 'cured by npm audit fix';
  return [`${name} ${range}: ${severity}, ${cure}`, ...via.map((one) => `  ${typeof one === 'string' ? `through ${one}` : `${one.title} ${one.url ?? ''}`.trimEnd()}`)];
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined; // told as no report
  }
}

if (import.meta.main) {
  const { stdout } = spawnSync('npm', ['audit', '--json', ...process.argv.slice(2)], { encoding: 'utf8' });
  const { code, lines } = tell(stdout ?? '', handedOn(join(import.meta.dirname, '..')));
  for (const line of lines) (code === 0 ? console.log : console.error)(line);
  process.exitCode = code;
}
