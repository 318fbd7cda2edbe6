import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as pause } from 'node:timers/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { z } from 'zod';
import { MinimixError } from '../core/errors.ts';
import { readDate, readNumber } from './arguments.ts';
import { type GlobalOptions, type World } from './context.ts';
import { printLine } from './print.ts';

interface LogOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly level: keyof typeof LEVELS;
  readonly since?: number;
  readonly limit: number;
  readonly json?: boolean;
}

const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 } as const;
/** The part of a line that the options filter by. */
const looked = z.object({ level: z.number().default(0), time: z.string().optional() });
const MOST_FILES = 50;
const CHUNK = 64 * 1024;
const LOOK = 250; // milliseconds between two checks for new lines

/** `minimix log`: reads the home's log files, so it works with or without a daemon. */
export function logCommand(program: Command, world: World): void {
  program
    .command('log')
    .description("print the daemon's log, oldest first")
    .option('--follow', 'keep printing new entries')
    .addOption(new Option('--level <level>', 'only entries of this level or worse').choices(Object.keys(LEVELS)).default('debug'))
    .option('--since <when>', 'only entries since then: 10m, 2h, 3d, or a date such as 2026-03-14T15:09Z', readSince)
    .option('--limit <n>', 'at most this many entries', readNumber(1_000_000), 200)
    .option('--json', 'one JSON object a line, as in the file')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<LogOptions>();
      const path = world.log.path(world.findHome(options.home));
      const print = (line: string): void => {
        if (options.json) world.out(`${line}\n`);
        else world.out(world.log.readable(line));
      };
      const follower = options.follow ? follow(path) : undefined; // opened before the past is read, so that no line between the two is lost
      const past = filesOf(path);
      if (past.length === 0 && !follower) throw new MinimixError('no-log', `There is no log at ${path} yet.`);
      for (const line of last(past, follower?.from, options)) print(line);
      if (!follower) return;
      if (past.length === 0) printLine(world, 'Nothing logged yet.');
      for await (const line of follower.lines()) if (fits(line, options)) print(line);
    });
}

/** `10m`, `2h`, `3d` ago, or a date; milliseconds since the epoch. */
function readSince(text: string): number {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  if (number !== undefined && unit !== undefined) return Date.now() - Number(number) * (units[unit] ?? 0);
  try {
    return readDate(text);
  } catch {
    throw new InvalidArgumentError('It is neither a time span such as 10m, 2h or 3d nor a date such as 2026-03-14T15:09Z.');
  }
}

/** The log files that exist, oldest first. */
function filesOf(path: string): string[] {
  const all = [path, ...Array.from({ length: MOST_FILES }, (_, at) => `${path}.${at + 1}`)];
  return all.filter((file) => existsSync(file)).toReversed();
}

/** The last lines that pass the filter; the newest file is read up to `end` (bytes). */
function last(files: readonly string[], end: number | undefined, options: LogOptions): string[] {
  const kept: string[] = [];
  for (const [at, file] of files.entries()) {
    for (const line of linesOf(file, at === files.length - 1 ? end : undefined)) {
      if (!fits(line, options)) continue;
      kept.push(line);
      if (kept.length > options.limit * 2) kept.splice(0, kept.length - options.limit);
    }
  }
  return kept.slice(-options.limit);
}

function fits(line: string, { level, since }: LogOptions): boolean {
  try {
    const entry = looked.parse(JSON.parse(line));
    const at = entry.time === undefined ? Infinity : Date.parse(entry.time);
    return entry.level >= LEVELS[level] && (since === undefined || at >= since);
  } catch {
    return false; // half a line: the disk was full when it was written
  }
}

function* linesOf(file: string, end = Infinity): Generator<string> {
  const fd = openSync(file, 'r');
  try {
    yield* linesFrom(fd, { at: 0, rest: '', decoder: new StringDecoder('utf8') }, end);
  } finally {
    closeSync(fd);
  }
}

interface Reading {
  at: number;
  rest: string;
  readonly decoder: StringDecoder;
}

/** The whole lines from `reading.at` on; moves `reading.at` behind them. */
function* linesFrom(fd: number, reading: Reading, end = Infinity): Generator<string> {
  const buffer = Buffer.alloc(CHUNK);
  while (reading.at < end) {
    const size = readSync(fd, buffer, 0, Math.min(CHUNK, end - reading.at), reading.at);
    if (size === 0) return;
    reading.at += size;
    const parts = (reading.rest + reading.decoder.write(buffer.subarray(0, size))).split('\n');
    reading.rest = parts.pop() ?? '';
    yield* parts;
  }
}

/** New lines as the daemon writes them, also after it has rotated the file. */
function follow(path: string): { readonly from: number; lines(): AsyncGenerator<string> } {
  let fd = existsSync(path) ? openSync(path, 'r') : undefined;
  const from = fd === undefined ? 0 : fstatSync(fd).size;
  let reading: Reading = { at: from, rest: '', decoder: new StringDecoder('utf8') };
  return {
    from,
    async *lines() {
      for (;;) {
        if (fd !== undefined) yield* linesFrom(fd, reading);
        const now = statSync(path, { throwIfNoEntry: false });
        if (now && (fd === undefined || now.ino !== fstatSync(fd).ino)) {
          if (fd !== undefined) {
            yield* linesFrom(fd, reading); // what the daemon wrote to the old file before it rotated it
            closeSync(fd);
          }
          fd = openSync(path, 'r');
          reading = { at: 0, rest: '', decoder: new StringDecoder('utf8') };
        } else await pause(LOOK);
      }
    },
  };
}
