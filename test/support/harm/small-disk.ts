// A disk of a few megabytes that can be filled to the last byte: a tmpfs, which only root may mount.
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly dir: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  /** Takes all that is left for further files, in each of which there is room. */
  fillFiles(): void;
  freeFiles(): void;
  remove(): void;
}

const PREFIX = 'minimix-disk-';

/** Why there can be no small disk here; `undefined` where there can. */
export function noSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    mount(dir, 1);
    execFileSync('umount', [dir], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `a tmpfs cannot be mounted here: ${String(error).split('\n')[0]}`;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const mount = (dir: string, megabytes: number, files = 4_000): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,nr_inodes=${files}`, 'tmpfs', dir], { stdio: 'pipe' });
};

/** Unmounts those of processes that ended without doing so. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^minimix-disk-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const dir = join(tmpdir(), name);
    if (readFileSync('/proc/mounts', 'utf8').includes(` ${dir} `)) execFileSync('umount', ['-l', dir], { stdio: 'pipe' });
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Mounts one on a directory of its own. */
export function makeSmallDisk(megabytes: number): SmallDisk {
  sweep();
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  mount(dir, megabytes);
  const [ballast, empty] = [join(dir, 'ballast'), join(dir, 'empty')];
  mkdirSync(join(dir, 'home'));
  return {
    dir: join(dir, 'home'),
    fill() {
      const file = openSync(ballast, 'a');
      try {
        const { bavail, bsize } = statfsSync(dir);
        for (let left = bavail; left > 0; left -= 1) writeSync(file, Buffer.alloc(bsize));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error; // ENOSPC: it is full
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    fillFiles() {
      mkdirSync(empty, { recursive: true });
      try {
        for (let n = readdirSync(empty).length; ; n += 1) closeSync(openSync(join(empty, String(n)), 'wx'));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error; // ENOSPC: there are no more
      }
    },
    freeFiles: () => rmSync(empty, { recursive: true, force: true }),
    remove() {
      execFileSync('umount', ['-l', dir], { stdio: 'pipe' });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
