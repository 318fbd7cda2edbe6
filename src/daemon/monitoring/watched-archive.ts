import { transactionBy } from '../../archive/archive.ts';
import type { Archive, OpenTransaction } from '../../archive/contract.ts';
import { MinimixError, sentenceOf } from '../../core/errors.ts';
import type { Problems } from '../diagnostics/problems.ts';

export interface ArchiveWrites {
  /** How many transactions were committed, and how many the disk refused. */
  readonly done: number;
  readonly failed: number;
  /** Why the archive cannot be written now, as one clause; `undefined` if it can. */
  trouble(now: number): string | undefined;
}

/** Milliseconds for which a failure counts: a smaller write may succeed on a full disk and prove nothing. */
const BELIEVED = 60_000;
/** Milliseconds after a failure in which a success proves nothing. */
const DOUBTED = 5_000;
const CODE = 'archive-unwritable';

/** Wraps the archive and notes failed writes, so that /health and the page can report a full disk, not only the log. */
export function watchWrites(archive: Archive, problems: Pick<Problems, 'tell' | 'clear'>, now: () => number): { readonly archive: Archive; readonly writes: ArchiveWrites } {
  let [done, failed] = [0, 0];
  let last: { readonly why: string; readonly at: number } | undefined;
  const forget = (): void => {
    last = undefined;
    problems.clear(CODE);
  };
  function refused(error: unknown): void {
    if (!(error instanceof MinimixError) || !error.code.startsWith('archive-') || error.code === 'archive-misuse') return;
    failed += 1;
    last = { why: sentenceOf(error).replace(/[.\s]+$/, ''), at: now() };
    problems.tell(CODE, `The archive cannot be written: ${last.why}. Minimix does not acknowledge new messages, so the server sends them again later.`);
  }

  function begin(): OpenTransaction {
    try {
      const opened = archive.begin();
      let open = true;
      return {
        commit() {
          opened.commit();
          open = false;
          done += 1;
          if (last && now() - last.at > DOUBTED) forget();
        },
        rollback(error) {
          if (open) refused(error);
          open = false;
          opened.rollback(error);
        },
      };
    } catch (error) {
      refused(error);
      throw error;
    }
  }

  return {
    archive: { ...archive, begin, transaction: transactionBy(begin) },
    writes: {
      get done() {
        return done;
      },
      get failed() {
        return failed;
      },
      trouble: (at) => (last && at - last.at < BELIEVED ? last.why : undefined),
    },
  };
}
