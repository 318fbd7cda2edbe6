// README's table of figures: what a bench puts into it, and how the table is made of all of them.
import { appendFileSync, readFileSync } from 'node:fs';

/** Names the file that a run of all benches collects in. */
const FILE = 'MINIMIX_BENCH_FIGURES';

/** One row: what is measured, ours, what it is compared with in the same run, and ours as a multiple of that. */
export interface Figure {
  readonly what: string;
  readonly minimix: string;
  readonly beside?: string;
  readonly ratio?: number;
}

/** A row for README's table; nothing where a bench runs by itself. */
export function figure(row: Figure): void {
  const file = process.env[FILE];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}

/** The environment of a bench whose rows go to that file. */
export const collecting = (file: string): NodeJS.ProcessEnv => ({ ...process.env, [FILE]: file });

export function readFigures(file: string): Figure[] {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Figure);
}

const times = (ratio: number): string => (ratio < 0.2 ? `1/${(1 / ratio).toFixed(0)}` : `${ratio.toFixed(2)}x`);

export function tableOf(rows: readonly Figure[]): string {
  const lines = rows.map(({ what, minimix, beside, ratio }) => `| ${what} | ${minimix} | ${beside ?? ''} | ${ratio === undefined ? '' : times(ratio)} |`);
  return ['| what | Minimix | beside it | ratio |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

const [BEGIN, END] = ['<!-- figures: `npm run bench -- --write` puts them here -->', '<!-- end of figures -->'];

/** The text with what is between the two marks replaced; throws where a mark is missing. */
export function withFigures(text: string, figures: string): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`README has no ${BEGIN} … ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n${figures}\n${text.slice(end)}`;
}
