/**
 * Listeners that cannot harm whom they listen to: one that throws is logged and hears the next word all the
 * same.
 */
interface Listeners<T> {
  add(listener: (value: T) => void, signal?: AbortSignal): void;
  tell(value: T): void;
}

type Log = (level: 'error', message: string, about?: object) => void;

export function createListeners<T>(log: Log): Listeners<T> {
  const all = new Set<(value: T) => void>();
  return {
    add(listener, signal) {
      if (signal?.aborted === true) return;
      const own = (value: T): void => listener(value); // the same function may listen twice
      all.add(own);
      signal?.addEventListener('abort', () => all.delete(own), { once: true });
    },
    tell(value) {
      for (const listener of [...all]) {
        try {
          listener(value);
        } catch (error) {
          log('error', 'a listener of the connection threw', { error });
        }
      }
    },
  };
}
