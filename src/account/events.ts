import { sentenceOf } from '../core/errors.ts';
import type { AccountEvent, EventListener } from './contract.ts';
import type { Log } from './context.ts';

/** Who is told what happens. A listener that throws is detached and logged: it never reaches the socket. */
export function openEvents(log: Log): { emit(event: AccountEvent): void; add(listener: EventListener, signal: AbortSignal): void } {
  const listeners = new Set<EventListener>();
  return {
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          listeners.delete(listener);
          log('error', `a listener failed and was detached: ${sentenceOf(error)}`, { error });
        }
      }
    },
    add(listener, signal) {
      if (signal.aborted) return;
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
  };
}
