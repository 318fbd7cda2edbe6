import { oneLine, safeJson } from '../../core/printable.ts';

const NAMES: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** One line of the log as a person reads it; with its day where days are read together. */
export function readable(line: string, withDay = false): string {
  // `as`: the line is pino's own, made a moment ago with these very fields.
  const entry = JSON.parse(line) as { level: number; time?: string; msg?: string; about?: object };
  const rest = entry.about === undefined ? '' : ` ${oneLine(safeJson(entry.about))}`;
  const time = (entry.time ?? '').slice(withDay ? 0 : 11, 23).replace('T', ' ');
  return `${time} ${NAMES[entry.level] ?? entry.level} ${oneLine(entry.msg ?? '')}${rest}\n`;
}
