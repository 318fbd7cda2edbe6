// The matrix itself: a cell for each client and column, and what of it is a fault of ours.
import { COLUMNS, type Column } from './contract.ts';

export type Cell = { readonly is: 'yes' } | { readonly is: 'no'; readonly why: string } | { readonly is: '–'; readonly why: string };

export type Cells = Readonly<Partial<Record<Column, Cell>>>;

/** One client, at the server and behind the bouncer. */
export interface Row {
  readonly client: string;
  readonly direct: Cells;
  readonly bouncer: Cells;
}

export interface Fault {
  readonly client: string;
  readonly column: Column;
  readonly why: string;
}

/** Where the bouncer gives less than the server itself does. */
export function faultsOf(rows: readonly Row[]): Fault[] {
  return rows.flatMap(({ client, direct, bouncer }) => COLUMNS.flatMap((column) => {
    const behind = bouncer[column];
    if (direct[column]?.is !== 'yes' || behind?.is === 'yes') return [];
    return [{ client, column, why: behind?.why ?? 'not tried' }];
  }));
}

/**
 * What the texts that a client holds say of those that were said: undefined where each is there once and in the order in which it was
 * said, else what is wrong.
 */
export function wrongIn(heard: readonly string[], said: readonly string[]): string | undefined {
  const found = heard.flatMap((text) => said.filter((one) => text.includes(one)));
  const lost = said.filter((one) => !found.includes(one));
  if (lost.length > 0) return `${lost.length} of ${said.length} not there: ${lost.join(', ')}`;
  const twice = said.filter((one) => found.indexOf(one) !== found.lastIndexOf(one));
  if (twice.length > 0) return `more than once: ${twice.join(', ')}`;
  if (found.some((one, index) => one !== said[index])) return `in another order: ${found.join(', ')}`;
  return undefined;
}

/** As lines of Markdown: `direct / bouncer` in each cell, one answer where they agree, and the reasons below. */
export function printed(rows: readonly Row[], columns: readonly Column[] = COLUMNS): string[] {
  const notes: string[] = [];
  const noted = (why: string): string => {
    if (!notes.includes(why)) notes.push(why);
    return `[${notes.indexOf(why) + 1}]`;
  };
  const short = (cell: Cell | undefined): string => {
    if (cell === undefined) return '?';
    return cell.is === 'yes' ? 'yes' : `${cell.is}${noted(cell.why)}`;
  };
  const both = (row: Row, column: Column): string => {
    const [direct, bouncer] = [short(row.direct[column]), short(row.bouncer[column])];
    return direct === bouncer ? direct : `${direct} / ${bouncer}`;
  };
  const table = [['', ...columns], ...rows.map((row) => [row.client, ...columns.map((column) => both(row, column))])];
  const widths = ['', ...columns].map((_, at) => Math.max(...table.map((line) => line[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = table;
  return [
    line(head),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...body.map(line),
    '',
    'One answer where both agree, else direct / bouncer. –: the client cannot.',
    ...notes.map((why, at) => `[${at + 1}] ${why}`),
  ];
}
