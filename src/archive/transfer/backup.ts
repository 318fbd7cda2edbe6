import { chmodSync, copyFileSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { MinimixError } from '../../core/errors.ts';
import { migrate, openDatabase } from '../schema/database.ts';
import { troubleOf } from '../schema/disk-fault.ts';
import { migrations } from '../schema/migrations/list.ts';
import { secretFields, secretRows, secretTexts, secrecyOf, storedValues, withoutFields } from '../stored-values.ts';
import { replaceForeign, type IsSaid } from './foreign-texts.ts';
import { isSealed, seal, unseal } from './sealed.ts';

const PAGES_AT_ONCE = 500; // between two steps the daemon writes on

interface BackUpOptions {
  /** Told the share that is copied, from 0 to 1. */
  readonly progress?: (share: number) => void;
  /** Asked once all else is well; with one, the copy is encrypted. */
  readonly passphrase?: (() => Promise<string>) | undefined;
  /** The binary logarithm of scrypt's cost. */
  readonly work?: number;
}

/**
 * Copies the archive at `path`, in use or not, to a new file, whole as of one moment, without what opens doors: passwords
 * of rooms and devices, the state of streams, stanzas in quarantine (`stored-values.ts` names it all). The copy is verified. Throws `backup-exists`, `no-folder`, or as `openArchive` does; nothing
 * half-made is left behind, and what is not yet encrypted never lies elsewhere than beside the archive.
 */
export async function backUp(path: string, target: string, { progress = () => {}, passphrase, work }: BackUpOptions = {}): Promise<void> {
  if (existsSync(target)) throw new MinimixError('backup-exists', `${target} already exists.`);
  if (!existsSync(dirname(target))) throw new MinimixError('no-folder', `No such folder: ${dirname(target)}.`);
  const db = openDatabase(path, { readOnly: true });
  const half = `${target}.part`;
  const part = passphrase ? `${path}.part-backup-${process.pid}` : half;
  try {
    const secret = await passphrase?.();
    removeOrphans(path);
    for (const left of [part, half]) removeFiles(left);
    await backup(db.raw, part, {
      rate: PAGES_AT_ONCE,
      progress: ({ totalPages, remainingPages }) => progress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages),
    });
    withoutKeys(part);
    verify(part);
    if (secret !== undefined) await seal({ source: part, target: half, passphrase: secret, work });
    renameSync(half, target);
  } catch (error) {
    throw troubleOf(error);
  } finally {
    db.close();
    for (const left of [part, half]) removeFiles(left);
  }
}

/** What a process that was killed in the middle of a backup has left. */
function removeOrphans(path: string): void {
  const start = `${basename(path)}.part-backup-`;
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(start) && !runs(Number.parseInt(name.slice(start.length), 10))) rmSync(join(dirname(path), name), { force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // another user's
  }
}

/**
 * Puts a backup, once verified, in the place of the archive at `path`; no daemon may be running. `passphrase` is asked
 * where it is encrypted; `isSaid` looks at each stanza. Whatever it holds, it brings no credential: nobody becomes a device by a backup. What was there is set aside, and its new name answered. Throws `archive-newer`,
 * `archive-corrupt`, `wrong-passphrase`, `backup-damaged`; then nothing has changed.
 */
export async function restore(
  source: string,
  path: string,
  { now, passphrase, isSaid }: { readonly now: Date; readonly passphrase: () => Promise<string>; readonly isSaid: IsSaid },
): Promise<{ readonly setAside: string | undefined }> {
  const part = `${path}.part`;
  removeFiles(part);
  try {
    if (isSealed(source)) await unseal(source, part, await passphrase());
    else verify(source);
    if (!existsSync(part)) copyFileSync(source, part);
    chmodSync(part, 0o600); // a copy has the mode of what it was made from
    verify(part, source);
    refuseCode(part, source);
    withoutKeys(part);
    asOfOthers(part, lastIdAt(path));
    replaceForeign(part, isSaid);
  } catch (error) {
    removeFiles(part);
    throw error;
  }
  const setAside = existsSync(path) ? `${path}.before-${now.toISOString().replaceAll(/[:.]/g, '-')}` : undefined;
  for (const suffix of ['', '-wal', '-shm']) {
    if (setAside !== undefined && existsSync(path + suffix)) renameSync(path + suffix, setAside + suffix);
  }
  renameSync(part, path);
  return { setAside };
}

/**
 * An archive of ours is built as its version builds it, and as nothing else: one with a trigger, a view, or a table with a rule of
 * its own would do what somebody else wants while it is written to.
 */
function refuseCode(path: string, named: string): void {
  const db = new DatabaseSync(path, { readOnly: true });
  const built = new DatabaseSync(':memory:');
  try {
    migrate(built, 0, Number(db.prepare('PRAGMA user_version').get()?.['user_version']));
    const known = new Set([...structureOf(built).map(({ sql }) => sql), ...OF_SQLITE]);
    const found = structureOf(db).find(({ sql }) => !known.has(sql))?.name;
    if (found !== undefined) throw new MinimixError('archive-corrupt', `${named} is no backup of Minimix: it holds a program of its own (${found.slice(0, 100)}).`);
  } finally {
    built.close();
    db.close();
  }
}

/** What ANALYZE makes. */
const OF_SQLITE = ['CREATE TABLE sqlite_stat1(tbl,idx,stat)', 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)'];

/** All that was written to build a database; what SQLite adds by itself, such as an index of a key, has no text. */
function structureOf(db: DatabaseSync): { readonly name: string; readonly sql: string }[] {
  const rows = db.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all();
  return rows.map(({ name, sql }) => ({ name: String(name), sql: String(sql).replaceAll(/\s+/g, ' ') }));
}

/**
 * A backup may be somebody else's, or of another time: what waits in its outbox is asked about before it is said, no id
 * that was given since is given again, and who is in the rooms, and what a room says of itself, the rooms tell.
 */
function asOfOthers(path: string, lastId: number): void {
  const db = new DatabaseSync(path);
  try {
    db.exec("UPDATE outbox SET state = 'ask', stream = NULL, outbound = NULL; DELETE FROM occupant");
    db.prepare('DELETE FROM value WHERE key GLOB ?').run(`${storedValues.bouncerRoom.prefix}:*`);
    db.prepare("INSERT INTO meta VALUES ('floor', ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)").run(lastId);
  } finally {
    db.close();
  }
}

/** The last id that may have been given by the archive which is to be replaced; 0 where there is none, or none that can be read. */
function lastIdAt(path: string): number {
  if (!existsSync(path)) return 0;
  try {
    const db = new DatabaseSync(path);
    try {
      const row = db.prepare("SELECT max(coalesce((SELECT max(id) FROM message), 0), coalesce((SELECT max(value) FROM meta WHERE key IN ('floor', 'reserved')), 0)) AS id").get();
      return Number(row?.['id'] ?? 0);
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Error && 'errcode' in error) return 0; // it may be damaged, which is why it is replaced
    throw error;
  }
}

/** Takes out what `stored-values.ts` names as secret, and every value that it does not name. */
function withoutKeys(path: string): void {
  const db = new DatabaseSync(path);
  try {
    // One file without a log beside it; what is deleted is overwritten, not left in free pages.
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON; BEGIN');
    for (const table of secretRows) if (hasTable(db, table)) db.exec(`DELETE FROM "${table}"`);
    for (const [table, column] of secretTexts) db.exec(`UPDATE "${table}" SET "${column}" = NULL`);
    for (const { table, column, fields } of secretFields) if (hasTable(db, table)) stripColumn(db, { table, column, fields });
    stripValues(db);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

/** A backup of a former version has fewer tables. */
function hasTable(db: DatabaseSync, table: string): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined;
}

/** Some of these tables have no row ids: the text itself finds its rows. */
function stripColumn(db: DatabaseSync, { table, column, fields }: { table: string; column: string; fields: readonly string[] }): void {
  const update = db.prepare(`UPDATE "${table}" SET "${column}" = ? WHERE "${column}" = ?`);
  for (const { text } of db.prepare(`SELECT DISTINCT "${column}" AS text FROM "${table}" WHERE "${column}" IS NOT NULL`).all()) {
    const stripped = withoutFields(String(text), fields) ?? '{}';
    if (stripped !== text) update.run(stripped, text ?? null);
  }
}

function stripValues(db: DatabaseSync): void {
  const [remove, update] = [db.prepare('DELETE FROM value WHERE account = ? AND key = ?'), db.prepare('UPDATE value SET value = ? WHERE account = ? AND key = ?')];
  for (const { account, key, value } of db.prepare('SELECT account, key, value FROM value').all()) {
    const [owner, name] = [Number(account), String(key)];
    const secrecy = secrecyOf(name);
    if (secrecy === 'open') continue;
    const stripped = secrecy === 'secret' ? undefined : withoutFields(String(value), secrecy.secretFields);
    if (stripped === undefined) remove.run(owner, name);
    else update.run(stripped, owner, name);
  }
}

/** Throws where the file is no archive, is damaged, or is a newer version's; `named` is what it is told as. */
function verify(path: string, named = path): void {
  let whole: unknown;
  let version: number;
  try {
    const db = new DatabaseSync(path, { readOnly: true });
    try {
      whole = db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'];
      version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
      db.prepare('SELECT count(*) FROM chat').get();
    } finally {
      db.close();
    }
  } catch (cause) {
    throw new MinimixError('archive-corrupt', `${named} is not a complete archive.`, cause);
  }
  if (whole !== 'ok') throw new MinimixError('archive-corrupt', `${named} is damaged: ${String(whole)}.`);
  if (version > migrations.length) throw new MinimixError('archive-newer', `${named} was written by a newer Minimix.`);
}

function removeFiles(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}
