import { statSync } from 'node:fs';
import type { ReadArchive } from '../../archive/contract.ts';
import { lastBackup } from '../../config/backups.ts';
import type { Delays } from '../../core/latency.ts';
import type { HouseFigures } from '../../frontends/web/contract/contract.ts';

/** What the house weighs and how it fares; `path` is the archive's file. */
export function openFigures(home: string, path: string, archive: Pick<ReadArchive, 'accounts' | 'count'>, delays: Delays): () => HouseFigures {
  return () => {
    const backup = lastBackup(home);
    return {
      archiveBytes: ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0),
      messages: archive.accounts().reduce((sum, account) => sum + archive.count(account), 0),
      lastBackup: backup ? new Date(backup.at).toISOString() : null,
      relay: delays.summary(),
    };
  };
}
