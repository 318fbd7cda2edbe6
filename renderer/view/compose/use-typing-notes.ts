import { useEffect, useMemo } from 'react';
import { api } from '../../api/client.ts';
import { tellsTyping } from '../../state/page.ts';
import type { RoomName } from '../../state/timelines.ts';
import { createTypingNotes } from '../../state/talk/typing.ts';

/** Tells the room that one is typing, where the person has it so; leaving the room ends it. */
export function useTypingNotes({ account, room }: RoomName): ReturnType<typeof createTypingNotes> {
  const notes = useMemo(
    () =>
      createTypingNotes((typing) => {
        if (tellsTyping.store.get()) api.typing.mutate({ account, room, typing }).catch(() => undefined); // the banner says when the daemon is away
      }),
    [account, room],
  );
  useEffect(() => () => notes.stop(), [notes]);
  return notes;
}
