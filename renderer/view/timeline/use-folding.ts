import { useCallback, useEffect, useState } from 'react';

interface Folding {
  readonly unfolded: ReadonlySet<number>;
  /** Which end of the list stays in place while rows change their size. */
  readonly anchorTo: 'start' | 'end';
  /** Folds or unfolds; true where it is folded now. */
  readonly fold: (id: number) => boolean;
}

/** Which long messages are shown whole. While one unfolds, the reader stays at its top and is not taken to its end. */
export function useFolding(): Folding {
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const [anchorTo, setAnchorTo] = useState<'start' | 'end'>('end');
  const fold = useCallback(
    (id: number): boolean => {
      const next = new Set(unfolded);
      const folded = next.delete(id);
      if (!folded) next.add(id);
      setUnfolded(next);
      setAnchorTo('start');
      return folded;
    },
    [unfolded],
  );
  useEffect(() => {
    if (anchorTo === 'end') return undefined;
    // The row is measured after the next frame at the latest.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setAnchorTo('end'));
    });
    return () => cancelAnimationFrame(frame);
  }, [anchorTo]);
  return { unfolded, anchorTo, fold };
}
