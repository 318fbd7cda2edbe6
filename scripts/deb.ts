// Makes a Debian package (deb(5)) of a tree of files, by dpkg-deb.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, lutimesSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fields of the control file, in their order (Debian policy 5.3). */
export type Control = Readonly<Record<string, string>>;

export interface Packing {
  /** Seconds: the time of every file. */
  readonly epoch: number;
  /** A name that dpkg-deb knows. */
  readonly compression: string;
}

/**
 * Packs `tree`, whose folders are those of the system, into `file`. The same tree gives the same bytes: times are `epoch`,
 * owners are root, modes are 755 where the owner may execute and 644 elsewhere.
 */
export function makeDeb(tree: string, control: Control, { packing: { epoch, compression }, file }: { packing: Packing; file: string }): void {
  const paths = readdirSync(tree, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = paths.filter((path) => lstatSync(join(tree, path)).isFile());
  const kibibytes = files.reduce((sum, path) => sum + Math.ceil(lstatSync(join(tree, path)).size / 1024), paths.length - files.length);
  const about = join(tree, 'DEBIAN');
  mkdirSync(about);
  const fields = Object.entries({ ...control, 'Installed-Size': String(kibibytes) });
  writeFileSync(join(about, 'control'), fields.map(([name, value]) => `${name}: ${value}\n`).join(''));
  writeFileSync(join(about, 'md5sums'), files.map((path) => `${digest(join(tree, path))}  ${path}\n`).join(''));
  settle(tree, epoch);
  const { status, stderr, error } = spawnSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--threads-max=2', '--build', tree, file], {
    encoding: 'utf8',
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
  if (error) throw new Error('dpkg-deb is needed, which every Debian has (elsewhere the package is called dpkg).', { cause: error });
  if (status !== 0) throw new Error(`dpkg-deb ended with ${status}: ${stderr.trim()}`);
}

/** Each file's mode and time, deepest first: to change what is in a folder changes the folder's time. */
function settle(tree: string, epoch: number): void {
  const inside = readdirSync(tree, { recursive: true, encoding: 'utf8' }).map((path) => join(tree, path));
  for (const path of [tree, ...inside].toSorted().toReversed()) {
    const stat = lstatSync(path);
    if (!stat.isSymbolicLink()) chmodSync(path, stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644);
    lutimesSync(path, epoch, epoch);
  }
}

function digest(path: string): string {
  return createHash('md5').update(readFileSync(path)).digest('hex');
}
