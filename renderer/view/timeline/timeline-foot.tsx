import { keyOf } from '../../state/daemon-state.ts';
import { timelines, unread } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import type { Window } from '../../state/window.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { DownIcon } from '../controls/icons.tsx';
import { inBackground } from '../../state/background.ts';

interface Props {
  readonly window: Window;
  readonly name: RoomName;
  /** The live end is not on screen. */
  readonly away: boolean;
  readonly onNewest: () => void;
}

/** What floats over the timeline's end: loading, a failure with its remedy, or the way back to the newest. */
export function TimelineFoot({ window, name, away, onNewest }: Props) {
  const waiting = useStore(unread.store, (book) => book.get(keyOf(name))?.count ?? 0);
  if (window.phase === 'loading') return <p className="timeline-state">{strings.timeline.loading}</p>;
  if (window.phase === 'failed') {
    return (
      <p className="timeline-state" role="alert">
        {strings.timeline.failed}{' '}
        <button type="button" className="link" onClick={() => inBackground('showing the latest messages', timelines.showLatest(name))}>
          {strings.timeline.again}
        </button>
      </p>
    );
  }
  if (!away) return null;
  return (
    <button type="button" className="newest" onClick={onNewest}>
      <DownIcon />
      {waiting > 0 ? strings.timeline.newBelow(count(waiting)) : strings.timeline.newest}
    </button>
  );
}
