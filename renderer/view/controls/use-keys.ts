import { useEffect } from 'react';
import { keyOf } from '../../state/daemon-state.ts';
import { dialog, daemon, latest, route } from '../../state/page.ts';
import { go } from '../../state/route.ts';
import { inOrder } from '../../state/rooms/room-order.ts';

/** Ctrl-K opens the palette; Alt with an arrow goes to the room above or below. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        dialog.set(dialog.get()?.name === 'palette' ? undefined : { name: 'palette' });
      } else if (event.altKey && !event.ctrlKey && dialog.get() === undefined && step[event.key] !== undefined) {
        event.preventDefault();
        toRoom(step[event.key] ?? 0);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

const step: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

function toRoom(by: number): void {
  const rooms = inOrder(daemon.get().rooms.values(), latest.store.get());
  const current = route.get();
  const here = current.view === 'room' ? rooms.findIndex((room) => keyOf(room) === keyOf(current)) : -1;
  const next = rooms[here === -1 ? 0 : here + by];
  if (next) go({ view: 'room', account: next.account, room: next.room });
}
