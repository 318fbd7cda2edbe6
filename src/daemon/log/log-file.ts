import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface LogFileSettings {
  readonly file: boolean;
  readonly megabytes: number;
  readonly files: number;
}

export interface LogFile {
  /** Throws the errors of the disk. Writes nothing before `configure`: the home may belong to another daemon. */
  write(line: string): void;
  configure(settings: LogFileSettings): void;
  close(): void;
}

const MB = 1024 * 1024;
const MOST_FILES = 50;

/** The path of a home's newest log file; older files end in `.1`, `.2` and so on. */
export function logPath(home: string): string {
  return join(home, 'log', 'minimix.log');
}

/**
 * The log in the home, which only the owner can read: at most `files` files of `megabytes` each. Every line is written
 * at once, so that a crash loses none.
 */
export function openLogFile(path: string): LogFile {
  let settings: LogFileSettings | undefined;
  let fd: number | undefined;
  let size = 0;

  function open(): number {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    fd = openSync(path, 'a', 0o600);
    ({ size } = fstatSync(fd));
    return fd;
  }

  function close(): void {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  }

  function rotate({ files }: LogFileSettings): void {
    close();
    for (let at = files - 1; at < MOST_FILES; at += 1) rmSync(at === 0 ? path : `${path}.${at}`, { force: true });
    for (let at = files - 2; at >= 0; at -= 1) {
      const from = at === 0 ? path : `${path}.${at}`;
      if (existsSync(from)) renameSync(from, `${path}.${at + 1}`);
    }
  }

  return {
    write(line) {
      if (!settings?.file) return;
      const bytes = Buffer.from(line);
      fd ??= open();
      if (size > 0 && size + bytes.length > settings.megabytes * MB) {
        rotate(settings);
        fd = open();
      }
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
      size += bytes.length;
    },
    configure(next) {
      if (!next.file) close();
      settings = next;
    },
    close,
  };
}
