import { useEffect, useMemo, useState } from 'react';
import { api, type ApiOccupant, type ApiRoom } from '../../api/client.ts';

/** Milliseconds between two askings, however busily people come and go; and where only their pictures are shown. */
const PAUSE = 1000;
const IDLE_PAUSE = 15_000;

/** The occupants, asked for again when the room has changed; seldom where they are not `listed`. */
export function useOccupants(room: ApiRoom | undefined, listed: boolean): readonly ApiOccupant[] {
  const [occupants, setOccupants] = useState<readonly ApiOccupant[]>(NOBODY);
  const asker = useMemo(() => createAsker(setOccupants, listed ? PAUSE : IDLE_PAUSE), [listed]);
  useEffect(() => (room ? asker.ask(room) : undefined), [asker, room]);
  useEffect(() => asker.stop, [asker]);
  return occupants;
}

/** One question at a time, at most one in `pause` milliseconds, and always one after the last change. */
const NOBODY: readonly ApiOccupant[] = [];

function createAsker(tell: (occupants: readonly ApiOccupant[]) => void, pause: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: ApiRoom | undefined;

  function ask(room: ApiRoom): void {
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
