import { localTime } from '../../cli/print.ts';
import { oneLine, safeJson } from '../../core/printable.ts';

const NAMES: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** One line of the log for a person, in local time; with day and zone if lines of several days are read together. */
export function readable(line: string, withDay = false): string {
  // `as`: pino has just written the line with exactly these fields.
  const entry = JSON.parse(line) as { level: number; time?: string; msg?: string; about?: object };
  const rest = entry.about === undefined ? '' : ` ${oneLine(safeJson(entry.about))}`;
  const whole = entry.time === undefined ? '' : localTime(entry.time, true);
  const time = withDay ? whole : whole.slice(11, 23);
  return `${time} ${NAMES[entry.level] ?? entry.level} ${oneLine(entry.msg ?? '')}${rest}\n`;
}
