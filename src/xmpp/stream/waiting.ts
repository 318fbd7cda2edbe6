import { sentenceOf } from '../../core/errors.ts';
import { asEnd, StreamEnd } from '../faults.ts';

/** Resolves after so many milliseconds, or at once when the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(clock);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const clock = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** What the promise comes to, or the signal's reason where that comes first. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(asEnd(signal.reason));
    if (signal.aborted) return aborted();
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

/** Resolves once what came before is kept: nobody logs in until then. Where it cannot be kept, the attempt ends of that. */
export async function untilKept(settled: (() => Promise<void>) | undefined): Promise<void> {
  try {
    await settled?.();
  } catch (error) {
    throw new StreamEnd('unkept', sentenceOf(error), { cause: error });
  }
}
