import type { Problem } from '../../frontends/web/contract/contract.ts';
import type { Log } from '../../core/log.ts';

const MOST = 20;

/** What is wrong with the daemon itself: said in the log when it comes and when it goes, shown while it lasts. */
export interface Problems {
  list(): readonly Problem[];
  /** Told again under the same code, it is the same problem, and is logged only where the sentence is new. */
  tell(code: string, message: string): void;
  clear(code: string): void;
}

export function openProblems(log: Log): Problems {
  const known = new Map<string, Problem>();
  return {
    list: () => [...known.values()],
    tell(code, message) {
      const before = known.get(code);
      if (before?.message === message || known.size >= MOST) return;
      known.set(code, { code, message, at: before?.at ?? new Date().toISOString() });
      log('error', message, { code });
    },
    clear(code) {
      if (known.delete(code)) log('info', 'a problem is over', { code });
    },
  };
}
