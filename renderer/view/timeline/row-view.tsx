import { memo } from 'react';
import type { ApiGap, Message } from '../../api/client.ts';
import type { TimelineRow } from '../../state/rows.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { dayName, momentOf } from '../../text/time.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { MessageRow, NoticeRow, PendingRow } from './message-row.tsx';

interface Props {
  readonly row: TimelineRow;
  readonly name: RoomName;
  readonly nick: string | undefined;
  /** The message that the address asks for. */
  readonly target: boolean;
  /** The message that Tab comes to. */
  readonly current: boolean;
  readonly unfolded: boolean;
  readonly onFold: (id: number) => void;
}

/** One line of the timeline, by its type. */
export const RowView = memo(function RowView({ row, name, nick, target, current, unfolded, onFold }: Props) {
  switch (row.type) {
    case 'start':
      return <p className="start">{strings.timeline.start}</p>;
    case 'day':
      return <DayLine at={row.at} />;
    case 'fresh':
      return (
        <p className="fresh">
          <span>{strings.timeline.fresh}</span>
        </p>
      );
    case 'notice':
      return <NoticeRow message={row.message} />;
    case 'gap':
      return <GapRow gap={row.gap} />;
    case 'pending':
      return <PendingRow pending={row.pending} name={name} />;
    case 'message':
      return <MessageRow row={row} name={name} nick={nick} target={target} current={current} unfolded={unfolded} onFold={onFold} />;
  }
}, (before, after) =>
  before.target === after.target && before.current === after.current && before.nick === after.nick && before.unfolded === after.unfolded && sameRow(before.row, after.row));

/** A hole in the archive, with what is known of it. */
function GapRow({ gap }: { gap: ApiGap }) {
  const now = new Date(useNow(MINUTE));
  const words = strings.message.gap(momentOf(new Date(gap.from), now), momentOf(new Date(gap.to), now));
  return (
    <p className="gap" role="note">
      <strong>{words}</strong> {strings.message.gapCause(gap.cause)}
    </p>
  );
}

function DayLine({ at }: { at: Date }) {
  const now = useNow(MINUTE); // at midnight, Today becomes Yesterday
  return (
    <h2 className="day">
      <span>{dayName(at, new Date(now))}</span>
    </h2>
  );
}

/** A message that was read again is another object, mostly with the same in it. */
function sameMessage(a: Message, b: Message): boolean {
  if (a === b) return true;
  return a.id === b.id && a.body === b.body && JSON.stringify(a) === JSON.stringify(b);
}

/** Rows are made anew with each window; what they show seldom changes. */
function sameRow(a: TimelineRow, b: TimelineRow): boolean {
  if (a.key !== b.key || a.type !== b.type) return false;
  if (a.type === 'message' && b.type === 'message') {
    return sameMessage(a.message, b.message) && a.head === b.head && a.mention === b.mention;
  }
  if (a.type === 'notice' && b.type === 'notice') return a.message === b.message;
  if (a.type === 'pending' && b.type === 'pending') return a.pending === b.pending;
  return true;
}
