import { sentenceOf } from './errors.ts';

/**
 * Lets work go on that nobody waits for. `what` names it in a sentence: a failure is logged as an error, which
 * diagnostics count, and ends nothing else.
 */
export function inBackground(log: (level: 'error', message: string, about: object) => void, what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => log('error', `${what} failed: ${sentenceOf(error)}`, { error }));
}
