import { statSync } from 'node:fs';
import type { ReadArchive } from '../../archive/contract.ts';
import { lastBackup } from '../../config/backups.ts';
import type { Latency } from '../../core/latency.ts';
import type { Statistics } from '../../frontends/web/contract/contract.ts';

/** The size of the archive and the latency of messages; `path` is the archive's file. */
export function openStatistics({ home, path, archive, delays }: { home: string; path: string; archive: Pick<ReadArchive, 'accounts' | 'count'>; delays: Latency }): () => Statistics {
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
