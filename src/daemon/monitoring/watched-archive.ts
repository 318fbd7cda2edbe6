import type { Archive } from '../../archive/contract.ts';
import { MinimixError, sentenceOf } from '../../core/errors.ts';
import type { Problems } from '../diagnostics/problems.ts';

export interface ArchiveWrites {
  /** Transactions that were committed, and that the disk refused. */
  readonly done: number;
  readonly failed: number;
  /** Why nothing can be written now, one clause; `undefined` where it can. */
  trouble(now: number): string | undefined;
}

/** A failure is believed for so long: in place of what failed, something smaller may well succeed. */
const BELIEVED = 60_000;
/** What succeeds right behind it proves nothing yet. */
const DOUBTED = 5_000;
const CODE = 'archive-unwritable';

/** The same archive, its failures to write noted: a full disk is told by whoever is asked, not in the log alone. */
export function watchWrites(archive: Archive, problems: Pick<Problems, 'tell' | 'clear'>, now: () => number): { readonly archive: Archive; readonly writes: ArchiveWrites } {
  let [done, failed] = [0, 0];
  let last: { readonly why: string; readonly at: number } | undefined;
  const forget = (): void => {
    last = undefined;
    problems.clear(CODE);
  };
  return {
    archive: {
      ...archive,
      transaction(work) {
        try {
          const result = archive.transaction(work);
          done += 1;
          if (last && now() - last.at > DOUBTED) forget();
          return result;
        } catch (error) {
          if (error instanceof MinimixError && error.code.startsWith('archive-') && error.code !== 'archive-misuse') {
            failed += 1;
            last = { why: sentenceOf(error).replace(/[.\s]+$/, ''), at: now() };
            problems.tell(CODE, `The archive cannot be written: ${last.why}. What comes meanwhile is not acknowledged, and comes again.`);
          }
          throw error;
        }
      },
    },
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
