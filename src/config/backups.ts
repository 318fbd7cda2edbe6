import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeWhole } from './files.ts';

const record = z.object({ at: z.int(), file: z.string() });

/** The last backup that was made of a home; `at` in milliseconds since the epoch. */
type Backup = z.output<typeof record>;

function pathOf(home: string): string {
  return join(home, 'last-backup.json');
}

export function noteBackup(home: string, backup: Backup): void {
  writeWhole(pathOf(home), `${JSON.stringify(backup)}\n`);
}

export function lastBackup(home: string): Backup | undefined {
  try {
    return record.safeParse(JSON.parse(readIfThere(pathOf(home)) ?? 'null')).data;
  } catch {
    return undefined; // not JSON: as good as not there
  }
}
