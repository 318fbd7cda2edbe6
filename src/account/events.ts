import { sentenceOf } from '../core/errors.ts';
import type { AccountEvent, Sink } from './contract.ts';
import type { Log } from './context.ts';

/** Who is told what happens. A sink that throws is detached and logged: it never reaches the socket. */
export function openSinks(log: Log): { tell(event: AccountEvent): void; add(sink: Sink, signal: AbortSignal): void } {
  const sinks = new Set<Sink>();
  return {
    tell(event) {
      for (const sink of sinks) {
        try {
          sink(event);
        } catch (error) {
          sinks.delete(sink);
          log('error', `a sink failed and was detached: ${sentenceOf(error)}`, { error });
        }
      }
    },
    add(sink, signal) {
      if (signal.aborted) return;
      sinks.add(sink);
      signal.addEventListener('abort', () => sinks.delete(sink), { once: true });
    },
  };
}
