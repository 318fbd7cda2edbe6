import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import { MinimixError, sentenceOf } from '../../core/errors.ts';
import { isDiskFault, troubleOf } from './disk-fault.ts';
import { migrations } from './migrations/list.ts';

export type SqlRow = Record<string, SQLOutputValue>;

/** A statement, prepared once; what SQLite refuses comes out as a MinimixError with a sentence. */
export interface Statement {
  get(...values: SQLInputValue[]): SqlRow | undefined;
  all(...values: SQLInputValue[]): SqlRow[];
  run(...values: SQLInputValue[]): { changes: number; id: number };
}

export interface Database {
  readonly path: string;
  readonly raw: DatabaseSync;
  /** Prepared once a text, kept for ever: give constant texts only. */
  sql(text: string): Statement;
  exec(text: string): void;
  close(): void;
}

type Noticed = (error: unknown) => unknown;

function guarded<T>(work: () => T, noticed?: Noticed): T {
  try {
    return work();
  } catch (error) {
    throw refused(error, noticed);
  }
}

function refused(error: unknown, noticed: Noticed | undefined): unknown {
  const trouble = troubleOf(error);
  return noticed ? noticed(trouble) : trouble;
}

/** Each has its own `try`: a closure a call shows in the cost of an append. */
function statement(raw: DatabaseSync, text: string, noticed?: Noticed): Statement {
  const prepared = guarded(() => raw.prepare(text), noticed);
  return {
    get(...values) {
      try {
        return prepared.get(...values);
      } catch (error) {
        throw refused(error, noticed);
      }
    },
    all(...values) {
      try {
        return prepared.all(...values);
      } catch (error) {
        throw refused(error, noticed);
      }
    },
    run(...values) {
      try {
        const { changes, lastInsertRowid } = prepared.run(...values);
        return { changes: Number(changes), id: Number(lastInsertRowid) };
      } catch (error) {
        throw refused(error, noticed);
      }
    },
  };
}

interface DatabaseOptions {
  readonly readOnly?: boolean;
  /** Sees every error of a statement on its way out. */
  readonly noticed?: Noticed;
}

/** Opens a database file and brings it to the newest version. A newer one than this program's is left untouched. */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  const raw = guarded(() => new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: 5000 }));
  try {
    guarded(() => prepareDatabase(raw, options.readOnly ?? false));
  } catch (error) {
    raw.close();
    throw error;
  }
  const statements = new Map<string, Statement>();
  return {
    path,
    raw,
    sql(text) {
      const known = statements.get(text);
      if (known) return known;
      const made = statement(raw, text, options.noticed);
      statements.set(text, made);
      return made;
    },
    exec: (text) => guarded(() => raw.exec(text), options.noticed),
    close: () => {
      if (raw.isOpen) raw.close();
    },
  };
}

/** Throws `archive-newer` where an archive's version is beyond what this program knows. */
export function refuseNewer(version: number, known = migrations.length): void {
  if (version <= known) return;
  throw new MinimixError(
    'archive-newer',
    `The archive was written by a newer version of Minimix (archive version ${version}, this one knows ${known}). It is left as it is: install the newer Minimix again.`,
  );
}

function prepareDatabase(raw: DatabaseSync, readOnly: boolean): void {
  const version = versionOf(raw);
  refuseNewer(version);
  raw.exec('PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY');
  if (readOnly) return;
  if (version === 0) raw.exec('PRAGMA auto_vacuum = INCREMENTAL');
  raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216');
  try {
    migrate(raw, version, migrations.length);
  } catch (error) {
    if (isDiskFault(error)) throw error;
    throw new MinimixError('archive-half', `The archive is neither of version ${version} nor of ${migrations.length} (${sentenceOf(error)}). It is left as it is: restore a backup (\`minimix restore\`).`, error);
  }
}

function versionOf(raw: DatabaseSync): number {
  return Number(raw.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/** Applies the migrations after `from` up to `to`, each in its own transaction. */
export function migrate(raw: DatabaseSync, from: number, to: number): void {
  for (let version = from; version < to; version++) {
    raw.exec('BEGIN IMMEDIATE');
    try {
      if (versionOf(raw) === version) raw.exec(`${migrations[version]}; PRAGMA user_version = ${version + 1}`);
      raw.exec('COMMIT');
    } catch (error) {
      if (raw.isTransaction) raw.exec('ROLLBACK');
      throw error;
    }
  }
}
