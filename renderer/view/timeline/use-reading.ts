import { useCallback, useEffect, useState, type RefObject } from 'react';
import { markRead } from '../../state/page.ts';
import type { RoomName } from '../../state/timelines.ts';
import type { Window } from '../../state/window.ts';

/** Whether an element is scrolled to its end; `look` looks again. */
export function useAtEnd(element: RefObject<HTMLElement | null>, tolerance: number): { atEnd: boolean; look: () => void } {
  const [atEnd, setAtEnd] = useState(true);
  const look = useCallback(() => {
    const { current } = element;
    if (current) setAtEnd(current.scrollHeight - current.scrollTop - current.clientHeight <= tolerance);
  }, [element, tolerance]);
  return { atEnd, look };
}

/** Marks the room as read up to its last message while its end is on screen and the page is looked at. */
export function useReading({ account, room, private: inPrivate }: RoomName, window: Window, atEnd: boolean): void {
  const looked = useLookedAt();
  const end = window.phase === 'ready' && !window.newer ? window.items : [];
  const newest = end.reduce((most, { id }) => Math.max(most, id), 0);
  const last = end.at(-1)?.id ?? 0;
  useEffect(() => {
    if (looked && atEnd && last > 0) markRead({ account, room, private: inPrivate }, newest, last);
  }, [looked, atEnd, newest, last, account, room, inPrivate]);
}

function useLookedAt(): boolean {
  const [looked, setLooked] = useState(isLookedAt);
  useEffect(() => {
    const update = (): void => setLooked(isLookedAt());
    const signal = new AbortController();
    for (const name of ['focus', 'blur']) addEventListener(name, update, { signal: signal.signal });
    document.addEventListener('visibilitychange', update, { signal: signal.signal });
    return () => signal.abort();
  }, []);
  return looked;
}

function isLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}
