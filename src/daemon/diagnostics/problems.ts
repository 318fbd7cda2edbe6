import type { Problem } from '../../frontends/web/contract/contract.ts';
import type { Log } from '../../core/log.ts';

const MOST = 20;

/** Problems of the daemon itself: logged when they begin and end, shown while they last. */
export interface Problems {
  list(): readonly Problem[];
  /** The same code again is the same problem; it is logged again only if the sentence changed. */
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
