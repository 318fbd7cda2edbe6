import stringWidth from 'string-width';
import { oneLine, safeJson } from '../core/printable.ts';

/** How a text can stand out on a terminal. */
export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** What standard output is, as far as printing has to know. */
interface Terminal {
  /** How many columns it has; `undefined` where the output goes to a file or a program. */
  readonly columns: number | undefined;
  /** The text in that style; the text itself where no terminal takes colours (a file, NO_COLOR). */
  style(style: Style, text: string): string;
}

/** Where commands print. */
export interface Printer {
  readonly terminal: Terminal;
  out(text: string): void;
  err(text: string): void;
}

type Value = string | number | null | undefined;

/** One JSON object on a line of its own; what is unknown is null. */
export function printJson(to: Printer, value: Readonly<Record<string, unknown>>): void {
  const whole = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, item ?? null]));
  to.out(`${safeJson(whole)}\n`);
}

/** A line made of our own words and of what others wrote; nothing in it moves the cursor. */
export function printLine(to: Printer, ...parts: readonly Value[]): void {
  to.out(`${parts.flatMap((part) => (part === null || part === undefined ? [] : [oneLine(String(part))])).join(' ')}\n`);
}

/** Local time and its distance from UTC, whatever the time of year: `2026-11-23 13:20:00 +01:00`. */
export function localTime(at: string | number, milliseconds = false): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return String(at); // no time: shown as it is
  const zone = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + zone * 60_000).toISOString();
  const digits = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 60), Math.abs(zone) % 60];
  return `${local.slice(0, milliseconds ? 23 : 19).replace('T', ' ')} ${zone < 0 ? '-' : '+'}${digits(hours)}:${digits(minutes)}`;
}

/** One column of a list. The last one may hold whole sentences: on a terminal it is wrapped. */
export interface Column<T> {
  readonly title: string;
  of(item: T): Value;
  style?(item: T): Style | undefined;
  readonly right?: boolean;
  /** Left out where all rows have the same value, such as the account where there is one. */
  readonly onlyIfVaried?: boolean;
}

/** A list for a program (`--json`: one object a line, nothing where it is empty) or for a person (a table, or a sentence). */
export function printList<T>(
  to: Printer,
  { json, items, empty, asJson, columns }: { json: boolean | undefined; items: readonly T[]; readonly empty: string; asJson(item: T): Readonly<Record<string, unknown>>; readonly columns: readonly Column<NoInfer<T>>[] },
): void {
  if (json) for (const item of items) printJson(to, asJson(item));
  else if (items.length === 0) to.err(`${empty}\n`);
  else printTable(to, columns, items);
}

const GAP = 2; // blanks between two columns
const ROOM_TO_WRAP = 24; // terminal columns; if the last column would have fewer, its text goes below the row
const BELOW = 4; // blanks before a text below its row

/**
 * Prints a list in aligned columns. A terminal gets a header, colours, and text wrapped at its width; a file or a program
 * gets one line a row, whole. A column in which every row is empty is left out.
 */
export function printTable<T>(to: Printer, all: readonly Column<NoInfer<T>>[], items: readonly T[]): void {
  if (items.length === 0) return;
  const { columns: width, style } = to.terminal;
  const columns = all
    .map((column) => ({ ...column, cells: items.map((item) => oneLine(String(column.of(item) ?? ''))) }))
    .filter(({ cells, onlyIfVaried }) => new Set(cells).size > (onlyIfVaried ? 1 : 0) && cells.some((cell) => cell !== ''))
    .map((column) => ({ ...column, width: Math.max(width === undefined ? 0 : column.title.length, ...column.cells.map((cell) => stringWidth(cell))) }));
  const last = columns.at(-1);
  if (!last) return;
  const before = columns.slice(0, -1).reduce((sum, column) => sum + column.width + GAP, 0);
  const beside = width === undefined || width - before >= Math.min(ROOM_TO_WRAP, last.width);
  const indent = ' '.repeat(beside ? before : BELOW);
  const most = width === undefined || last.right ? Infinity : Math.max(1, width - indent.length);

  const print = (textOf: (column: (typeof columns)[number]) => string, styleOf: (column: Column<T>) => Style | undefined): void => {
    const styled = (column: (typeof columns)[number], text: string): string => {
      const chosen = styleOf(column);
      return chosen === undefined || text === '' ? text : style(chosen, text);
    };
    const cells = columns.slice(0, beside && last.right ? undefined : -1).map((column) => {
      const text = textOf(column);
      const blanks = ' '.repeat(column.width - stringWidth(text));
      return column.right ? blanks + styled(column, text) : styled(column, text) + blanks;
    });
    const pieces = beside && last.right ? [] : wrapped(textOf(last), most).map((piece) => styled(last, piece));
    const row = (beside ? [...cells, ...pieces.splice(0, 1)] : cells).join(' '.repeat(GAP));
    for (const line of [row, ...pieces.filter((piece) => piece !== '').map((piece) => indent + piece)]) to.out(`${line.trimEnd()}\n`);
  };
  if (width !== undefined) print(({ title }) => title, () => 'bold');
  for (const [at, item] of items.entries()) print(({ cells }) => cells[at] ?? '', (column) => column.style?.(item));
}

/** The text in lines of at most `width` terminal columns, broken between words; a word that is longer is broken anywhere. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && stringWidth(`${line} ${word}`) > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (stringWidth(line) > width) {
      const head = headOf(line, width);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** As many whole characters from the front as fit; one at least. */
function headOf(text: string, width: number): string {
  let head = '';
  for (const { segment } of graphemes.segment(text)) {
    if (head !== '' && stringWidth(head + segment) > width) break;
    head += segment;
  }
  return head;
}
