import { useEffect, useState } from 'react';
import { api, type Occupant, type Room } from '../api/client.ts';

const PAUSE = 1000; // milliseconds between two askings, however busily people come and go

/** The occupants, asked for again when the room has changed. */
export function useOccupants(room: Room): readonly Occupant[] {
  const [occupants, setOccupants] = useState<readonly Occupant[]>([]);
  const [asker] = useState(() => createAsker(setOccupants));
  useEffect(() => asker.ask(room), [asker, room]);
  useEffect(() => asker.stop, [asker]);
  return occupants;
}

/** One question at a time, at most one a second, and always one after the last change. */
function createAsker(tell: (occupants: readonly Occupant[]) => void) {
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
    }, PAUSE);
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
