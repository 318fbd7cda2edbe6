// A disk of a few megabytes that can be filled to the last byte: a tmpfs, which only root may mount.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly dir: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  remove(): void;
}

/** Why there can be no small disk here; `undefined` where there can. */
export function noSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has tmpfs';
  const dir = mkdtempSync(join(tmpdir(), 'minimix-disk-'));
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

const mount = (dir: string, megabytes: number): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'pipe' });
};

/** Mounts one on a directory of its own. */
export function makeSmallDisk(megabytes: number): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), 'minimix-disk-'));
  mount(dir, megabytes);
  const ballast = join(dir, 'ballast');
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
    remove() {
      execFileSync('umount', ['-l', dir], { stdio: 'pipe' });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
