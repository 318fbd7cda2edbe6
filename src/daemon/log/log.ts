import { pino } from 'pino';
import type { Log, LogLevel } from '../../core/log.ts';
import { safeJson } from '../../core/printable.ts';
import { readable } from './log-line.ts';

/** The names of fields that are never logged, at any depth. */
const SECRET = /pass(word|phrase)?$|^secret$|token$|^authorization$|^cookie$|^auth$/i;
const MOST_TEXT = 2000; // characters of one value
const MOST_DEPTH = 6;

/** The log and its settings, which can change while it is open. */
export interface OpenLog {
  readonly log: Log;
  /** From now on leaves out entries below this level. */
  setLevel(level: LogLevel): void;
  /** Never logs this text from now on, such as a password or a token. Texts below four characters are not searched for. */
  hide(secret: string): void;
  /** The number of lines of each level so far. */
  counts(): Readonly<Record<LogLevel, number>>;
}

const SHORTEST_SECRET = 4;
const HIDDEN = '[left out]';
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/**
 * The daemon's log: one JSON object a line, or one readable line if `pretty`. It leaves out secrets by the names of
 * their fields and, if it knows them, by their text. It escapes what a terminal would obey, because strangers wrote
 * much of it. `file` gets the same lines as JSON.
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
    // pino does not escape all control characters: those that are left in its line are escaped here.
    {
      write(line) {
        const whole = `${safeJson(cleared(line, secrets))}\n`;
        out(options.pretty ? readable(whole) : whole);
        options.file?.(whole);
      },
    },
  );
  return {
    log(level, message, about) {
      counts[level] += 1;
      logger[level](about === undefined ? {} : wrap(about), message);
    },
    setLevel: (level) => { logger.level = level; },
    hide(secret) {
      if (secret.length < SHORTEST_SECRET) return;
      for (const form of formsOf(secret)) secrets.add(form);
    },
    counts: () => ({ ...counts }),
  };
}

/** The forms in which a text may contain a secret: plain, in XML, in a URL, in base64. */
function formsOf(secret: string): string[] {
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return [secret, xml, xml.replaceAll('"', '&quot;').replaceAll("'", '&apos;'), encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
}

/** The entry of a line, without secrets in its texts: a password may be a number or a name of JSON, and the line stays JSON all the same. */
function cleared(line: string, secrets: ReadonlySet<string>): unknown {
  return JSON.parse(line, (_key, value: unknown) => (typeof value === 'string' && !TIME.test(value) ? without(value, secrets) : value));
}

function without(text: string, secrets: ReadonlySet<string>): string {
  let clear = text;
  for (const secret of secrets) if (clear.includes(secret)) clear = clear.replaceAll(secret, HIDDEN);
  return clear;
}

/**
 * A writer that survives failures of its target: a log on a full disk, or a pipe that nobody reads, must not end the
 * daemon. It counts the lines that it could not write, and logs that count first once it can write again.
 */
export function enduring(write: (line: string) => void): (line: string) => void {
  let dropped = 0;
  return (line) => {
    try {
      if (dropped > 0) write(`${JSON.stringify({ level: 40, msg: `${dropped} lines of the log could not be written` })}\n`);
      dropped = 0;
      write(line);
    } catch {
      dropped += 1; // reported with the next line that can be written
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
