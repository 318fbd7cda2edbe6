import { useCallback, useState } from 'react';
import { sentenceOf } from '../../api/client.ts';

export interface Call {
  readonly busy: boolean;
  readonly error: string | undefined;
  /** Makes a call of the API; resolves with whether it went well. */
  readonly run: (call: () => Promise<unknown>) => Promise<boolean>;
}

/** One call at a time, with its refusal as a sentence. */
export function useCall(): Call {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const run = useCallback(async (call: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setError(undefined);
    try {
      await call();
      return true;
    } catch (reason) {
      setError(sentenceOf(reason));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, error, run };
}
