import type { Api } from './client.ts';

const EACH = 60_000; // milliseconds; the daemon takes the page as in use for a little longer than two of these

/** Tells the daemon while the person does something on the page: rooms then see them as there. Returns its stop. */
export function tellUse(api: Pick<Api, 'presence'>, target: Window = window, now: () => number = Date.now): () => void {
  let told = -Infinity;
  const use = (): void => {
    if (target.document.visibilityState !== 'visible' || now() - told < EACH) return;
    const before = told;
    told = now();
    api.presence.usePage.mutate({}).catch(() => (told = before)); // the daemon is away: the next key tells it
  };
  const life = new AbortController();
  for (const name of ['keydown', 'pointerdown', 'wheel', 'focus']) target.addEventListener(name, use, { signal: life.signal, passive: true, capture: true });
  return () => life.abort();
}
