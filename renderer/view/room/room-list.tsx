import { memo, useCallback, useDeferredValue, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ApiRoom } from '../../api/client.ts';
import { roomHealth, type Health } from '../../state/health.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { dialog, drafts, daemon, route, shownAccount, unread } from '../../state/page.ts';
import { go, hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import type { Unread } from '../../state/unread.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { whyOf } from '../../text/why.ts';
import { CloseIcon, SearchIcon } from '../controls/icons.tsx';
import { HealthDot } from '../overview/health.tsx';
import { Nick } from './nick.tsx';

const urgency: Readonly<Record<Health, number>> = { trouble: 0, waiting: 1, unsure: 1, working: 2, well: 2 };

/** All rooms, those in trouble first, narrowed as one types. */
export function RoomList() {
  const everywhere = useStore(daemon, (state) => state.rooms);
  const only = useShownAccount();
  const rooms = useMemo(() => (only === undefined ? everywhere : new Map([...everywhere].filter(([, room]) => room.account === only))), [everywhere, only]);
  const loaded = useStore(daemon, (state) => state.loaded);
  const severalAccounts = useStore(daemon, (state) => state.accounts.length > 1);
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed.trim().toLowerCase());
  const sorted = useMemo(() => inOrder(rooms.values()), [rooms]);
  const shown = useMemo(() => sorted.filter((room) => matches(room, wanted)), [sorted, wanted]);
  const list = useRef<HTMLUListElement>(null);

  const onFindKey = (event: KeyboardEvent): void => {
    const first = shown[0];
    if (event.key === 'Escape') setTyped('');
    else if (event.key === 'ArrowDown') moveFocus(list.current, event, 1);
    else if (event.key === 'Enter' && first) go({ view: 'room', account: first.account, room: first.room });
  };
  const onRoomKey = useCallback((event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') moveFocus(list.current, event, 1);
    if (event.key === 'ArrowUp') moveFocus(list.current, event, -1);
  }, []);
  return (
    <>
      <Find typed={typed} onType={setTyped} onKey={onFindKey} />
      <ul className="rooms" ref={list} aria-label={strings.rooms.title}>
        {shown.map((room) => (
          <RoomItem key={keyOf(room)} room={room} withAccount={severalAccounts && only === undefined} onKey={onRoomKey} />
        ))}
      </ul>
      {loaded && shown.length === 0 && (
        <p className="rooms-none">
          {rooms.size > 0 ? strings.rooms.noneFound : strings.rooms.none}
          {rooms.size === 0 && (
            <button type="button" className="link" onClick={() => dialog.set({ name: 'join' })}>
              {strings.rooms.join}
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Find(props: { typed: string; onType: (text: string) => void; onKey: (event: KeyboardEvent) => void }) {
  const id = useId();
  return (
    <div className="find">
      <SearchIcon />
      <label htmlFor={id} className="unseen">
        {strings.rooms.find}
      </label>
      <input
        id={id}
        type="text"
        role="searchbox"
        value={props.typed}
        placeholder={strings.rooms.find}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => props.onType(event.target.value)}
        onKeyDown={props.onKey}
      />
      {props.typed !== '' && (
        <button type="button" className="icon-button" aria-label={strings.rooms.clearFind} onClick={() => props.onType('')}>
          <CloseIcon />
        </button>
      )}
    </div>
  );
}

interface ItemProps {
  readonly room: ApiRoom;
  readonly withAccount: boolean;
  readonly onKey: (event: KeyboardEvent) => void;
}

const RoomItem = memo(function RoomItem({ room, withAccount, onKey }: ItemProps) {
  const key = keyOf(room);
  const inRoom = useStore(unread.store, (book) => book.get(key));
  const inPrivate = useStore(unread.store, (book) => book.get(`${key} private`));
  const waiting = inPrivate && inPrivate.count > 0 ? together(inRoom, inPrivate) : inRoom;
  const current = useStore(
    route,
    (state) => state.view === 'room' && state.room === room.room && state.account === room.account,
  );
  const health = roomHealth(room);
  const drafted = useStore(drafts.rooms, (keys) => keys.has(key)) && !current;
  const muted = room.notify === 'never';
  return (
    <li>
      <a
        className={waiting && waiting.count > 0 && !muted ? 'room room-unread' : 'room'}
        href={hrefOf({ view: 'room', account: room.account, room: room.room })}
        aria-current={current ? 'page' : undefined}
        title={room.room}
        onKeyDown={onKey}
      >
        <HealthDot health={health} />
        <span className="room-text">
          <bdi className="room-name">{nameOf(room)}</bdi>
          {health === 'well' ? (
            <span className="room-meta">
              {room.nick !== undefined && (
                <>
                  {strings.rooms.asNick} <Nick nick={room.nick} />
                  <span aria-hidden="true"> · </span>
                </>
              )}
              {strings.rooms.occupants(room.occupants)}
            </span>
          ) : (
            <span className={`room-meta room-why-${health}`}>{whyOf(room)}</span>
          )}
          {withAccount && <bdi className="room-meta">{room.account}</bdi>}
        </span>
        {drafted && <span className="tag">{strings.rooms.draft}</span>}
        <UnreadMark unread={waiting} muted={muted} />
      </a>
    </li>
  );
});

function together(inRoom: Unread | undefined, inPrivate: Unread): Unread {
  if (!inRoom) return inPrivate;
  return { ...inRoom, count: inRoom.count + inPrivate.count, mentions: inRoom.mentions + inPrivate.mentions };
}

/** Two tiers: what is meant for the person stands out, the rest is quiet; of a muted room a dot is left. */
function UnreadMark({ unread: waiting, muted }: { unread: Unread | undefined; muted: boolean }) {
  if (!waiting || waiting.count === 0) return null;
  const words = waiting.mentions > 0 ? strings.rooms.mentions(count(waiting.count)) : strings.rooms.unread(count(waiting.count));
  if (muted && waiting.mentions === 0) {
    return (
      <span className="unread-muted" title={`${words}, ${strings.mute.muted}`}>
        <span className="unseen">{`${words}, ${strings.mute.muted}`}</span>
      </span>
    );
  }
  return (
    <span className={waiting.mentions > 0 && !muted ? 'unread unread-mention' : 'unread'}>
      <span aria-hidden="true">{waiting.count > 99 ? strings.rooms.more : waiting.count}</span>
      <span className="unseen">{words}</span>
    </span>
  );
}

/** The account whose rooms are listed, while it is there. */
export function useShownAccount(): string | undefined {
  const chosen = useStore(shownAccount, (account) => account);
  return useStore(daemon, (state) => (state.accounts.length > 1 && state.accounts.some(({ account }) => account === chosen) ? chosen : undefined));
}

/** Those in trouble first, then by name. */
export function inOrder(rooms: Iterable<ApiRoom>): ApiRoom[] {
  return [...rooms].toSorted(byUrgencyThenName);
}

/** The room's own name, else the local part of its address. */
export function nameOf(room: Pick<ApiRoom, 'name' | 'room'>): string {
  return room.name?.trim() || room.room.slice(0, room.room.indexOf('@')) || room.room;
}

function byUrgencyThenName(a: ApiRoom, b: ApiRoom): number {
  return urgency[roomHealth(a)] - urgency[roomHealth(b)] || nameOf(a).localeCompare(nameOf(b));
}

function matches(room: ApiRoom, wanted: string): boolean {
  return wanted === '' || nameOf(room).toLowerCase().includes(wanted) || room.room.includes(wanted);
}

function moveFocus(list: HTMLUListElement | null, event: KeyboardEvent, step: 1 | -1): void {
  const links = [...(list?.querySelectorAll('a') ?? [])];
  const here = links.findIndex((link) => link === document.activeElement);
  const next = links[here === -1 ? 0 : here + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
