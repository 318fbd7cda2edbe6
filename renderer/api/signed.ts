import { api } from './client.ts';

const REUSED = 40_000; // milliseconds, of the minute that an address is good for
const MOST_AT_ONCE = 100;

interface Signed {
  readonly src: string;
  /** When it was asked for. */
  readonly at: number;
}

interface Asking {
  readonly at: number;
  readonly answer: Promise<Signed>;
}

const known = new Map<string, Asking>();
let waiting: { readonly path: string; readonly answer: PromiseWithResolvers<Signed> }[] = [];

/** The address at which a picture can be read for a minute. What is asked for in one go is one call. */
export function sign(path: string): Promise<Signed> {
  const before = known.get(path);
  if (before && Date.now() - before.at < REUSED) return before.answer;
  const answer = Promise.withResolvers<Signed>();
  if (waiting.length === 0) queueMicrotask(ask);
  waiting.push({ path, answer });
  known.delete(path);
  known.set(path, { at: Date.now(), answer: answer.promise });
  answer.promise.catch(() => known.delete(path));
  for (const [oldest, { at }] of known) {
    if (Date.now() - at < REUSED) break;
    known.delete(oldest);
  }
  return answer.promise;
}

function ask(): void {
  const asked = waiting;
  waiting = [];
  for (let from = 0; from < asked.length; from += MOST_AT_ONCE) {
    const some = asked.slice(from, from + MOST_AT_ONCE);
    const at = Date.now();
    api.sign.mutate({ paths: some.map(({ path }) => path) }).then(
      (signed) => some.forEach(({ answer }, n) => answer.resolve({ src: signed[n] ?? '', at })),
      (error: unknown) => some.forEach(({ answer }) => answer.reject(error)),
    );
  }
}
