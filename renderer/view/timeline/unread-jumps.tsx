import { useState } from 'react';
import type { TimelineRow } from '../../state/rows.ts';
import type { Unread } from '../../state/unread.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { CloseIcon, UpIcon } from '../controls/icons.tsx';

interface Props {
  readonly rows: readonly TimelineRow[];
  /** What was unread when the room was opened. */
  readonly fresh: Unread;
  /** The first row that is drawn. */
  readonly first: number;
  readonly onGo: (index: number) => void;
  /** What is wanted is not loaded. */
  readonly onFar: () => void;
}

/** Ways up to the first message that was unread when the room was opened, and to what mentions the person; until they were gone. */
export function UnreadJumps({ rows, fresh, first, onGo, onFar }: Props) {
  const [done, setDone] = useState(false);
  const line = rows.findIndex((row) => row.type === 'fresh');
  const mentions = rows.flatMap((row, index) => (row.type === 'message' && row.mention && row.message.id > fresh.readTo ? [index] : []));
  const above = mentions.filter((index) => index < first);
  if (done || rows.length === 0 || (line >= first && line !== -1)) return null; // it is in sight, or below
  return (
    <div className="jumps">
      <button
        type="button"
        className="jump"
        onClick={() => {
          setDone(true);
          if (line === -1) onFar();
          else onGo(line);
        }}
      >
        <UpIcon /> {strings.timeline.toUnread(count(fresh.count))}
      </button>
      {above.length > 0 && (
        <button type="button" className="jump jump-mention" onClick={() => onGo(above.at(-1) ?? 0)}>
          <UpIcon /> {strings.timeline.toMention(count(above.length))}
        </button>
      )}
      <button type="button" className="jump jump-close" aria-label={strings.close} onClick={() => setDone(true)}>
        <CloseIcon />
      </button>
    </div>
  );
}
