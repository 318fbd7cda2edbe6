import type { Archive } from '../archive/contract.ts';
import { sentenceOf } from '../core/errors.ts';
import type { Problems } from './diagnostics/problems.ts';

/** Milliseconds before the first slice, between two slices of a round, and between two rounds. */
const TIMES = { first: 20_000, pause: 200, round: 600_000 } as const;
const CODE = 'upkeep';
const MISSING = 'archive-missing';
/** Milliseconds between two looks whether the archive's file is there. */
const LOOK = 30_000;

interface Maintenance {
  /** Starts a round now, because there is work such as a changed retention. */
  soon(): void;
}

/**
 * Cleans up the archive in the background: in slices of some 20 ms, with pauses in which the daemon does its work. A
 * slice that fails is reported as a problem until one succeeds.
 */
export function startMaintenance(
  archive: Pick<Archive, 'tidy' | 'isInPlace'>,
  problems: Pick<Problems, 'tell' | 'clear'>,
  { signal, times = TIMES }: { signal: AbortSignal; times?: { readonly first: number; readonly pause: number; readonly round: number; readonly look?: number } },
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

  /** What is written to a file without a name is lost with the daemon's end, and no write of it fails. */
  function look(): void {
    if (archive.isInPlace()) problems.clear(MISSING);
    else problems.tell(MISSING, 'The archive’s file was removed or replaced while Minimix runs: what comes now is lost when Minimix ends. Stop it, and put the file back, or a backup of it (`minimix restore`).');
  }

  const looking = setInterval(look, times.look ?? LOOK).unref();
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    clearInterval(looking);
  }, { once: true });
  plan(times.first);
  return { soon: () => plan(times.pause) };
}
