// Lists as a person sees them on a terminal, and as a file or a program gets them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { printList, printTable, type Column, type Printer } from '../../src/cli/print.ts';

interface Row {
  readonly room: string;
  readonly state: string;
  readonly people?: number;
  readonly note?: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'ROOM', of: ({ room }) => room },
  { title: 'STATE', of: ({ state }) => state, style: ({ state }) => (state === 'joined' ? 'green' : 'red') },
  { title: 'PEOPLE', of: ({ people }) => people, right: true },
  { title: 'NOTE', of: ({ note }) => note },
];

/** What is printed on a terminal of so many columns, or on none; styles are shown as [style:text]. */
function shown(width: number | undefined, rows: readonly Row[]): string {
  let out = '';
  const style: Printer['terminal']['style'] = (name, text) => (width === undefined || name === 'bold' ? text : `[${name}:${text}]`);
  printTable({ terminal: { columns: width, style }, out: (text) => void (out += text), err: () => undefined }, columns, rows);
  return out;
}

const cave: Row = { room: 'cave@muc.example.org', state: 'joined', people: 12 };
const hall: Row = { room: 'hall@muc.example.org', state: 'banned', note: 'An owner of the room has banned you from it for good, and says that you know why.' };

describe('a list', () => {
  test('has aligned columns, a header and colours on a terminal', () => {
    expect(shown(80, [cave, { ...hall, note: 'banned' }])).toBe(
      [
        'ROOM                  STATE   PEOPLE  NOTE',
        'cave@muc.example.org  [green:joined]      12',
        'hall@muc.example.org  [red:banned]          banned',
        '',
      ].join('\n'),
    );
  });

  test('leaves out a column in which nothing stands', () => {
    expect(shown(80, [cave])).toBe('ROOM                  STATE   PEOPLE\ncave@muc.example.org  [green:joined]      12\n');
  });

  test('wraps what is long between words, below its own column', () => {
    expect(shown(80, [cave, hall]).split('\n').slice(2)).toEqual([
      'hall@muc.example.org  [red:banned]          An owner of the room has banned you from',
      '                                      it for good, and says that you know why.',
      '',
    ]);
  });

  test('puts what is long below the row where a terminal is too narrow for one more column', () => {
    expect(shown(50, [hall]).split('\n')).toEqual([
      'ROOM                  STATE',
      '    NOTE',
      'hall@muc.example.org  [red:banned]',
      '    An owner of the room has banned you from it',
      '    for good, and says that you know why.',
      '',
    ]);
  });

  test('counts wide characters as the two columns that they take, and combined ones as none', () => {
    expect(shown(80, [{ room: '洞窟', state: 'joined' }, { room: 'cafe\u0301', state: 'joined' }, { room: '👩‍👩‍👧', state: 'joined' }]).split('\n').slice(1, 4)).toEqual([
      '洞窟  [green:joined]',
      'cafe\u0301  [green:joined]',
      '👩‍👩‍👧    [green:joined]',
    ]);
  });

  test('has one whole line a row, no header and no colour where a program reads it', () => {
    expect(shown(undefined, [cave, hall])).toBe(
      `cave@muc.example.org  joined  12\nhall@muc.example.org  banned      ${hall.note}\n`,
    );
  });

  test('holds nothing that moves the cursor, whoever wrote it', () => {
    expect(shown(80, [{ room: 'a\u001b[2J\nb', state: 'joined' }])).toContain('a[2J b');
  });

  test('is one JSON object a line for a program, and nothing where it is empty', () => {
    let [out, err] = ['', ''];
    const to: Printer = { terminal: { columns: 80, style: (_name, text) => text }, out: (text) => void (out += text), err: (text) => void (err += text) };
    const list = { empty: 'Nothing here.', asJson: ({ room }: Row) => ({ room }), columns };
    printList(to, { json: true, items: [cave], ...list });
    printList(to, { json: true, items: [], ...list });
    expect({ out, err }).toEqual({ out: '{"room":"cave@muc.example.org"}\n', err: '' });
    printList(to, { json: false, items: [], ...list });
    expect(err).toBe('Nothing here.\n');
  });
});

test.each([
  ['Europe/Berlin', '2026-11-23 13:20:00 +01:00', '2026-07-01 14:00:00 +02:00'],
  ['Asia/Kolkata', '2026-11-23 17:50:00 +05:30', '2026-07-01 17:30:00 +05:30'],
  ['America/St_Johns', '2026-11-23 08:50:00 -03:30', '2026-07-01 09:30:00 -02:30'],
  ['UTC', '2026-11-23 12:20:00 +00:00', '2026-07-01 12:00:00 +00:00'],
])('in %s a time is told as the clock on the wall had it, with its zone', (zone, winter, summer) => {
  const file = JSON.stringify(join(import.meta.dirname, '../../src/cli/print.ts'));
  const script = `import { localTime } from ${file}; console.log(localTime('2026-11-23T12:20:00.000Z') + '\\n' + localTime(Date.UTC(2026, 6, 1, 12)));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env: { ...process.env, TZ: zone } });
  expect(out).toBe(`${winter}\n${summer}\n`);
});
