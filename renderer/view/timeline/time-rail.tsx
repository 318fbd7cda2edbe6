import { useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { dayIndex } from '../../state/activity.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { go } from '../../state/route.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { dateOf } from '../../text/time.ts';
import { useAnswer } from '../controls/use-answer.ts';
import { HOUR, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

interface Props {
  readonly name: RoomName;
  /** The time of what is in the middle of the timeline, as the daemon tells it. */
  readonly seen: string | undefined;
}

/** All the days on which something was said here, as a rail beside the timeline: any of them is one movement away. */
export function TimeRail({ name, seen }: Props) {
  const hour = useNow(HOUR);
  const days = useAnswer(`${keyOf(name)} ${hour}`, () => api.activity.query({ account: name.account, room: name.room }));
  /** Where the person has moved it, and what the timeline showed then: once that shows something else, the rail follows it again. */
  const [wish, setWish] = useState<{ readonly index: number; readonly seen: string | undefined }>();
  const [held, setHeld] = useState(false);
  const jump = useJump(name);
  if (!days || days.length < 2) return null;
  const wished = wish && (held || wish.seen === seen) ? wish.index : undefined;
  const at = wished ?? (seen === undefined ? days.length - 1 : dayIndex(days, seen));
  const day = new Date(`${days[at]?.day ?? ''}T12:00:00`);
  return (
    <div className="rail">
      <input
        type="range"
        min={0}
        max={days.length - 1}
        value={at}
        aria-label={strings.timeline.rail}
        aria-valuetext={dateOf(day)}
        onPointerDown={() => setHeld(true)}
        onPointerUp={() => {
          setHeld(false);
          setWish(wish && { ...wish, seen });
        }}
        onChange={({ target }) => {
          const index = target.valueAsNumber;
          setWish({ index, seen });
          jump(index === days.length - 1 ? undefined : days[index]?.day);
        }}
      />
      <output className="rail-day" hidden={wished === undefined} style={{ insetBlockStart: `${(at / (days.length - 1)) * 100}%` }}>
        {dateOf(day)}
      </output>
    </div>
  );
}

/** Shows a day's first message, or the newest of all; while one is looked up, only the last wish waits. */
function useJump({ account, room }: RoomName): (day: string | undefined) => void {
  const wish = useRef<{ readonly day: string | undefined }>(undefined);
  const running = useRef(false);
  const [jump] = useState(() => {
    const show = async ({ day }: { readonly day: string | undefined }): Promise<void> => {
      if (day === undefined) return go({ view: 'room', account, room }, true);
      const [first] = await api.history.query({ account, room, from: `${day}T00:00:00Z`, limit: 1 });
      if (first) go({ view: 'room', account, room, at: first.id }, true);
    };
    const run = async (): Promise<void> => {
      running.current = true;
      while (wish.current) {
        const next = wish.current;
        wish.current = undefined;
        await show(next).catch(() => undefined); // the banner says when the daemon is away; the rail can be moved again
      }
      running.current = false;
    };
    return (day: string | undefined): void => {
      wish.current = { day };
      if (!running.current) inBackground('going to a time', run());
    };
  });
  return jump;
}
