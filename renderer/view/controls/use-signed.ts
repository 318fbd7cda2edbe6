import { useEffect, useState } from 'react';
import { sign } from '../../api/signed.ts';

const FRESH = 55_000; // milliseconds in which an address is surely still good

/** The signed address of a picture once there is one; `failed` is for what could not be loaded, and asks again where it had grown old. */
export function useSigned(path: string | undefined): { readonly src: string | undefined; failed(): void } {
  const [signed, setSigned] = useState<{ readonly path: string; readonly src: string | undefined; readonly at: number }>();
  useEffect(() => {
    if (path === undefined) return undefined;
    let current = true;
    sign(path).then(
      ({ src, at }) => current && setSigned({ path, src, at }),
      () => current && setSigned({ path, src: undefined, at: Date.now() }),
    );
    return () => {
      current = false;
    };
  }, [path]);
  const here = signed?.path === path ? signed : undefined;
  return {
    src: here?.src,
    failed() {
      if (!here) return;
      const none = { ...here, src: undefined };
      if (Date.now() - here.at < FRESH) return setSigned(none);
      // it came into view after its minute
      sign(here.path).then(
        ({ src, at }) => setSigned((now) => (now?.path === here.path ? { ...now, src, at } : now)),
        () => setSigned(none),
      );
    },
  };
}
