import { memo } from 'react';
import type { Row } from '../state/rows.ts';
import { en } from '../strings/en.ts';
import { dayName } from '../text/time.ts';
import { MINUTE, useNow } from './use-now.ts';
import { MessageRow, NoticeRow, PendingRow } from './message-row.tsx';

interface Props {
  readonly row: Row;
  /** The message that the address asks for. */
  readonly target: boolean;
  readonly unfolded: boolean;
  readonly onFold: (id: number) => void;
}

/** One line of the timeline, by its type. */
export const RowView = memo(function RowView({ row, target, unfolded, onFold }: Props) {
  switch (row.type) {
    case 'start':
      return <p className="start">{en.timeline.start}</p>;
    case 'day':
      return <DayLine at={row.at} />;
    case 'fresh':
      return (
        <p className="fresh">
          <span>{en.timeline.fresh}</span>
        </p>
      );
    case 'notice':
      return <NoticeRow message={row.message} />;
    case 'pending':
      return <PendingRow pending={row.pending} />;
    case 'message':
      return <MessageRow row={row} target={target} unfolded={unfolded} onFold={onFold} />;
  }
}, (before, after) =>
  before.target === after.target && before.unfolded === after.unfolded && sameRow(before.row, after.row));

function DayLine({ at }: { at: Date }) {
  const now = useNow(MINUTE); // at midnight, Today becomes Yesterday
  return (
    <h2 className="day">
      <span>{dayName(at, new Date(now))}</span>
    </h2>
  );
}

/** Rows are made anew with each window; what they show seldom changes. */
function sameRow(a: Row, b: Row): boolean {
  if (a.key !== b.key || a.type !== b.type) return false;
  if (a.type === 'message' && b.type === 'message') {
    return a.message === b.message && a.head === b.head && a.mention === b.mention;
  }
  if (a.type === 'notice' && b.type === 'notice') return a.message === b.message;
  if (a.type === 'pending' && b.type === 'pending') return a.pending === b.pending;
  return true;
}
