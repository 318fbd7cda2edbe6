import { useEffect, useMemo, useState } from 'react';
import { api, type Occupant, type Room } from '../../api/client.ts';

/** Milliseconds between two askings, however busily people come and go; and where only their pictures are shown. */
const PAUSE = 1000;
const IDLE_PAUSE = 15_000;

/** The occupants, asked for again when the room has changed; seldom where they are not `listed`. */
export function useOccupants(room: Room | undefined, listed: boolean): readonly Occupant[] {
  const [occupants, setOccupants] = useState<readonly Occupant[]>(NOBODY);
  const asker = useMemo(() => createAsker(setOccupants, listed ? PAUSE : IDLE_PAUSE), [listed]);
  useEffect(() => (room ? asker.ask(room) : undefined), [asker, room]);
  useEffect(() => asker.stop, [asker]);
  return occupants;
}

/** One question at a time, at most one in `pause` milliseconds, and always one after the last change. */
const NOBODY: readonly Occupant[] = [];

function createAsker(tell: (occupants: readonly Occupant[]) => void, pause: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Room | undefined;

  function ask(room: Room): void {
    if (timer !== undefined) {
      waiting = room;
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting) ask(waiting);
    }, pause);
    waiting = undefined;
    // The banner says when the daemon is away; the old list stays until it is back.
    api.occupants.query({ account: room.account, room: room.room }).then(tell, () => undefined);
  }
  return {
    ask,
    stop() {
      clearTimeout(timer);
      timer = undefined;
      waiting = undefined;
    },
  };
}
