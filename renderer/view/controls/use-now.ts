import { useCallback, useSyncExternalStore } from 'react';

/** The time in milliseconds since the epoch, rounded down to `step`, and a render whenever it changes; 0 without a step. */
export function useNow(step: number | undefined): number {
  const subscribe = useCallback(
    (changed: () => void) => {
      if (step === undefined) return () => undefined;
      const timer = setInterval(changed, step);
      return () => clearInterval(timer);
    },
    [step],
  );
  return useSyncExternalStore(subscribe, () => (step === undefined ? 0 : Math.floor(Date.now() / step) * step));
}

export const SECOND = 1000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
