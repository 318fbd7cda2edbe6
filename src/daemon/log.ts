import { pino } from 'pino';
import { oneLine, safeJson } from '../core/printable.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, about?: object) => void;

/** Never written, at whatever depth they come. */
const SECRET = /pass(word|phrase)?$|^secret$|token$|^authorization$|^cookie$|^auth$/i;
const MOST_TEXT = 2000; // characters of one value
const MOST_DEPTH = 6;

/**
 * The daemon's log: structured; one JSON object a line, or one readable line each where `pretty`. Secrets are
 * left out by their names, and what a terminal would obey is escaped, for much of it was written by
 * strangers.
 */
export function openLog(out: (line: string) => void, options: { pretty: boolean; level: Level }): Log {
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      safe: true,
    },
    // pino has made the line already; what it may still hold of controls is escaped here.
    { write: (line) => out(options.pretty ? readable(line) : `${safeJson(JSON.parse(line))}\n`) },
  );
  return (level, message, about) => logger[level](about === undefined ? {} : wrap(about), message);
}

/**
 * A writer that outlives what it writes to: a log on a full disk, or a pipe that nobody empties, must not end the
 * daemon. What could not be written is counted, and the count is the first line once there is room again.
 */
export function enduring(write: (line: string) => void): (line: string) => void {
  let dropped = 0;
  return (line) => {
    try {
      if (dropped > 0) write(`${JSON.stringify({ level: 40, msg: `${dropped} lines of the log could not be written` })}\n`);
      dropped = 0;
      write(line);
    } catch {
      dropped += 1; // there is nobody left to tell now
    }
  };
}

function wrap(about: object): object {
  return { about: clean(about, 0) };
}

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}…` : value;
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? undefined : value;
  if (depth >= MOST_DEPTH) return '…';
  if (value instanceof Error) {
    const { name, message, stack, cause } = value;
    return clean({ name, message, stack, cause }, depth + 1);
  }
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => clean(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET.test(key) ? '[left out]' : clean(item, depth + 1),
    ]),
  );
}

const NAMES: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

function readable(line: string): string {
  // `as`: the line is pino's own, made a moment ago with these very fields.
  const entry = JSON.parse(line) as { level: number; time: string; msg?: string; about?: object };
  const rest = entry.about === undefined ? '' : ` ${oneLine(safeJson(entry.about))}`;
  return `${entry.time.slice(11, 23)} ${NAMES[entry.level] ?? entry.level} ${oneLine(entry.msg ?? '')}${rest}\n`;
}
