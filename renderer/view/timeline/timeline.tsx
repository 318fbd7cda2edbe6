import { useVirtualizer, type VirtualItem, type Virtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ApiGap } from '../../api/client.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { timelines, unread } from '../../state/page.ts';
import { rowsOf, type TimelineRow } from '../../state/rows.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { RowView } from './row-view.tsx';
import { TimeRail } from './time-rail.tsx';
import { TimelineFoot } from './timeline-foot.tsx';
import { useFolding } from './use-folding.ts';
import { useAtEnd, useReading } from './use-reading.ts';
import { useStops } from './use-stops.ts';
import { UnreadJumps } from './unread-jumps.tsx';
import { go } from '../../state/route.ts';
import type { Unread } from '../../state/unread.ts';
import { inBackground } from '../../state/background.ts';

const NEAR = 900; // pixels from an edge at which the next page is asked for
const AT_END = 64;

interface Props {
  readonly name: RoomName;
  readonly nick: string | undefined;
  /** The archive id of a message to begin at, else the live end. */
  readonly at: number | undefined;
  readonly gaps?: readonly ApiGap[];
}

const NO_GAPS: readonly ApiGap[] = [];

/** What is said in one room: only the rows in sight are in the document, older pages come before them without a jump. */
export function Timeline({ name, nick, at, gaps = NO_GAPS }: Props) {
  const [store] = useState(() => timelines.of(name));
  const window = useStore(store, (value) => value);
  const [fresh] = useState(() => freshMark(name));
  const freshAfter = fresh?.readTo;
  const rows = useMemo(() => rowsOf(window, { nick, freshAfter, gaps }), [window, nick, freshAfter, gaps]);
  const { unfolded, anchorTo, fold } = useFolding();
  const [loadedAround, setLoadedAround] = useState<number>();
  const scroller = useRef<HTMLElement>(null);
  const followed = useRef(false);
  const placedAt = useRef<number | 'end' | undefined>(undefined);

  useEffect(() => {
    if (at === undefined) timelines.open(name);
    else inBackground('loading messages', timelines.showAround(name, at).then(() => setLoadedAround(at)));
    // The view is keyed by the room: only the place in it changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [at]);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: useCallback((index: number) => estimate(rows[index]), [rows]),
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    anchorTo,
    followOnAppend: followed.current,
    scrollEndThreshold: AT_END,
    overscan: 10,
  });
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = isAboveSight;
  const { atEnd, look } = useAtEnd(scroller, AT_END);
  const wasAtEnd = useRef(true);

  // What was pending is replaced by its reflection: no row more, so the list does not follow by itself.
  const lastKey = rows.at(-1)?.key;
  useLayoutEffect(() => {
    if (wasAtEnd.current && followed.current) virtualizer.scrollToEnd();
  }, [lastKey, virtualizer]);
  useEffect(() => {
    wasAtEnd.current = atEnd;
  }, [atEnd]);
  // The composer grows, a keyboard comes up, a notice appears: the end stays in sight.
  useEffect(() => {
    if (!scroller.current) return undefined;
    const observer = new ResizeObserver(() => {
      if (wasAtEnd.current && followed.current) virtualizer.scrollToEnd();
      look();
    });
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, [virtualizer, look]);

  // Where to begin: at the message that was asked for, else at the end; once for each.
  useLayoutEffect(() => {
    const index = at === undefined ? rows.length - 1 : placeOf(rows, at, loadedAround === at);
    const there = at === undefined ? !window.newer : index >= 0;
    if (window.phase !== 'ready' || placedAt.current === (at ?? 'end') || !there || index < 0) return;
    placedAt.current = at ?? 'end';
    if (at === undefined) virtualizer.scrollToEnd();
    else virtualizer.scrollToIndex(index, { align: 'center' });
  }, [rows, at, window, virtualizer, loadedAround]);

  // A page of newer messages is read downwards; only what comes live is followed.
  useEffect(() => {
    followed.current = !window.newer && window.phase === 'ready';
  }, [window]);

  const fill = useCallback(() => {
    const element = scroller.current;
    if (!element || placedAt.current === undefined) return;
    if (element.scrollTop < NEAR) inBackground('loading messages', timelines.loadOlder(name));
    if (element.scrollHeight - element.scrollTop - element.clientHeight < NEAR) inBackground('loading messages', timelines.loadNewer(name));
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => {
    fill();
    look();
  }, [window, fill, look]);
  useReading(name, window, atEnd);

  const showNewest = (): void => {
    if (window.newer) {
      placedAt.current = undefined;
      if (at !== undefined) location.hash = location.hash.replace(/\/\d+$/, '');
      else inBackground('loading messages', timelines.showLatest(name));
    } else virtualizer.scrollToEnd({ behavior: calm() || isFar(scroller.current) ? 'auto' : 'smooth' });
  };
  const onFold = (id: number): void => {
    const index = rows.findIndex((row) => row.key === `m${id}`);
    const top = virtualizer.measurementsCache[index]?.start ?? 0;
    if (fold(id) && top < (virtualizer.scrollOffset ?? 0)) virtualizer.scrollToIndex(index, { align: 'start' });
  };
  const items = virtualizer.getVirtualItems();
  const lastMessage = useMemo(() => rows.findLast((row) => row.type === 'message')?.key, [rows]);
  const { stop, onFocus, onKeyDown } = useStops();
  const middle = (virtualizer.scrollOffset ?? 0) + (scroller.current?.clientHeight ?? 0) / 2;
  const centre = items.findLast(({ start }) => start <= middle) ?? items[0];
  const long = window.phase === 'ready' && !name.private && (window.older || window.newer);
  return (
    <div className="timeline-frame">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the arrows go from message to message */}
      <section
        className="timeline"
        ref={scroller}
        aria-label={strings.room.messages}
        aria-busy={window.phase === 'loading'}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
        tabIndex={0}
        onFocus={onFocus}
        onKeyDown={onKeyDown}
        onScroll={() => {
          fill();
          look();
        }}
      >
        {window.phase === 'ready' && window.items.length === 0 && <p className="timeline-empty">{name.private ? strings.about.privateNone : strings.timeline.empty}</p>}
        <ol className="rows" style={{ height: virtualizer.getTotalSize(), paddingBlockStart: items[0]?.start ?? 0 }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <li key={item.key} data-index={item.index} ref={virtualizer.measureElement} className="row">
                  <RowView
                    row={row}
                    name={name}
                    nick={nick}
                    target={at !== undefined && row.key === `m${at}`}
                    current={row.key === (stop ?? lastMessage)}
                    unfolded={row.type === 'message' && unfolded.has(row.message.id)}
                    onFold={onFold}
                  />
                </li>
              )
            );
          })}
        </ol>
      </section>
      {long && <TimeRail name={name} seen={timeOf(rows[centre?.index ?? -1])} />}
      {fresh && (
        <UnreadJumps
          rows={rows}
          fresh={fresh}
          first={items[0]?.index ?? 0}
          onGo={(index) => virtualizer.scrollToIndex(index, { align: 'start' })}
          onFar={() => go({ view: 'room', account: name.account, room: name.room, at: fresh.readTo })}
        />
      )}
      <TimelineFoot window={window} name={name} away={!atEnd || window.newer} onNewest={showNewest} />
    </div>
  );
}

/** Rows are measured once they are in the document; this only has to be near. */
function estimate(row: TimelineRow | undefined): number {
  switch (row?.type) {
    case 'message': {
      const lines = Math.min(24, Math.ceil((row.message.body?.length ?? 0) / 90));
      return (row.head ? 40 : 6) + Math.max(1, lines) * 22;
    }
    case 'day':
    case 'start':
      return 48;
    default:
      return 32;
  }
}

/**
 * Whether what is in sight stays in place as that row changes its size. While scrolling up, too, where the library would let it
 * jump: as an older page comes, the row that was the first loses its sender's name.
 */
function isAboveSight({ key, start, end }: VirtualItem, _delta: number, { itemSizeCache, scrollOffset }: Virtualizer<HTMLElement, Element>): boolean {
  return itemSizeCache.has(key) ? end <= (scrollOffset ?? 0) : start < (scrollOffset ?? 0);
}

/** When what a row shows was said, where it shows something that was. */
function timeOf(row: TimelineRow | undefined): string | undefined {
  if (row?.type === 'day') return row.at.toISOString();
  return row?.type === 'message' || row?.type === 'notice' ? row.message.at : undefined;
}

/** The row of a message; where it is shown at another one (a correction), the row of the last one before it. */
function placeOf(rows: readonly TimelineRow[], at: number, loaded: boolean): number {
  const index = rows.findIndex((row) => row.key === `m${at}`);
  if (index >= 0 || !loaded) return index;
  return rows.findLastIndex((row) => row.type === 'message' && row.message.id <= at);
}

/** What was unread when the room was opened; nothing where all was read, or nothing ever was. */
function freshMark(name: RoomName): Unread | undefined {
  const book = unread.store.get().get(keyOf(name));
  return book && book.count > 0 && book.readTo > 0 ? book : undefined;
}

/** A long way is not worth watching. */
function isFar(element: HTMLElement | null): boolean {
  return element !== null && element.scrollHeight - element.scrollTop > 4 * element.clientHeight;
}

function calm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
