import type { WriteArchive } from '../archive/contract.ts';
import { sentenceOf } from '../core/errors.ts';
import type { Problems } from './diagnostics/problems.ts';

/** Milliseconds before the first slice, between two slices of a round, and between two rounds. */
const TIMES = { first: 20_000, pause: 200, round: 600_000 } as const;
const CODE = 'upkeep';

export interface Maintenance {
  /** Starts a round now, because there is work such as a changed retention. */
  soon(): void;
}

/**
 * Cleans up the archive in the background: in slices of some 20 ms, with pauses in which the daemon does its work. A
 * slice that fails is reported as a problem until one succeeds.
 */
export function startMaintenance(
  archive: Pick<WriteArchive, 'tidy'>,
  problems: Pick<Problems, 'tell' | 'clear'>,
  signal: AbortSignal,
  times: { readonly first: number; readonly pause: number; readonly round: number } = TIMES,
): Maintenance {
  let timer: NodeJS.Timeout | undefined;

  function plan(wait: number): void {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(slice, wait).unref();
  }

  function slice(): void {
    let more = false;
    try {
      more = archive.tidy(Date.now());
      problems.clear(CODE);
    } catch (error) {
      problems.tell(CODE, `The maintenance of the archive failed: ${sentenceOf(error)}`);
    }
    plan(more ? times.pause : times.round);
  }

  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  plan(times.first);
  return { soon: () => plan(times.pause) };
}
