import { useEffect, useEffectEvent, useState } from 'react';

/**
 * What the daemon answers, asked for anew whenever `key` is another one; the answer before stays until then. Where it
 * does not answer, the banner says that it is away, and what is on screen stays.
 */
export function useAnswer<T>(key: string, ask: () => Promise<T>): T | undefined {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly value: T }>();
  const asking = useEffectEvent(ask);
  useEffect(() => {
    let current = true;
    asking().then(
      (value) => current && setAnswer({ key, value }),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [key]);
  return answer?.value;
}
