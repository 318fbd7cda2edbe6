import { pino } from 'pino';
import type { Log, LogLevel } from '../../core/log.ts';
import { safeJson } from '../../core/printable.ts';
import { readable } from './log-line.ts';

/** Never written, at whatever depth they come. */
const SECRET = /pass(word|phrase)?$|^secret$|token$|^authorization$|^cookie$|^auth$/i;
const MOST_TEXT = 2000; // characters of one value
const MOST_DEPTH = 6;

/** The log, and what is settled about it while it is written. */
export interface OpenLog {
  readonly log: Log;
  /** From here on what is below this level is left out. */
  setLevel(level: LogLevel): void;
  /** What must never be written, wherever it comes: a password, a token. Shorter than four characters it is not looked for. */
  hide(secret: string): void;
  /** How many lines of each level there were. */
  counts(): Readonly<Record<LogLevel, number>>;
}

const SHORTEST_SECRET = 4;
const HIDDEN = '[left out]';

/**
 * The daemon's log: structured; one JSON object a line, or one readable line each where `pretty`. Secrets are
 * left out by their names and, where they are known, by what they are; what a terminal would obey is escaped, for
 * much of it was written by strangers. `file` takes the same as JSON.
 */
export function openLog(out: (line: string) => void, options: { pretty: boolean; level: LogLevel; file?: (line: string) => void }): OpenLog {
  const secrets = new Set<string>();
  const counts = { debug: 0, info: 0, warn: 0, error: 0 };
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      safe: true,
    },
    // pino has made the line already; what it may still hold of controls is escaped here.
    {
      write(line) {
        const clear = without(line, secrets);
        const whole = `${safeJson(JSON.parse(clear))}\n`;
        out(options.pretty ? readable(clear) : whole);
        options.file?.(whole);
      },
    },
  );
  return {
    log(level, message, about) {
      counts[level] += 1;
      logger[level](about === undefined ? {} : wrap(about), message);
    },
    setLevel: (level) => void (logger.level = level),
    hide(secret) {
      if (secret.length < SHORTEST_SECRET) return;
      for (const form of formsOf(secret)) secrets.add(form);
    },
    counts: () => ({ ...counts }),
  };
}

/** A secret as it may stand in a line of JSON: as it is, in XML, in a URL, in base64. */
function formsOf(secret: string): string[] {
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const forms = [secret, xml, xml.replaceAll('"', '&quot;').replaceAll("'", '&apos;'), encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
  return forms.map((form) => JSON.stringify(form).slice(1, -1));
}

function without(line: string, secrets: ReadonlySet<string>): string {
  let clear = line;
  for (const secret of secrets) if (clear.includes(secret)) clear = clear.replaceAll(secret, HIDDEN);
  return clear;
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
      SECRET.test(key) ? HIDDEN : clean(item, depth + 1),
    ]),
  );
}
