import { memo, useCallback, useDeferredValue, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ApiRoom, Latest } from '../../api/client.ts';
import { roomHealth } from '../../state/health.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { inOrder, isOut, nameOf } from '../../state/rooms/room-order.ts';
import { dialog, drafts, daemon, latest, route, showsOut, shownAccount, unread } from '../../state/page.ts';
import { go, hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import type { Unread } from '../../state/unread.ts';
import { strings } from '../../strings/strings.ts';
import { count, shortMoment } from '../../text/time.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { whyOf } from '../../text/why.ts';
import { CloseIcon, SearchIcon } from '../controls/icons.tsx';
import { HealthDot } from '../overview/health.tsx';
import { Nick } from './nick.tsx';

export { nameOf };

/** All rooms, those where somebody spoke last first, narrowed as one types; those that cannot be entered stand below. */
export function RoomList() {
  const everywhere = useStore(daemon, (state) => state.rooms);
  const only = useShownAccount();
  const rooms = useMemo(() => (only === undefined ? everywhere : new Map([...everywhere].filter(([, room]) => room.account === only))), [everywhere, only]);
  const loaded = useStore(daemon, (state) => state.loaded);
  const severalAccounts = useStore(daemon, (state) => state.accounts.length > 1);
  const [typed, setTyped] = useState('');
  const wanted = useDeferredValue(typed.trim().toLowerCase());
  const last = useStore(latest.store, (state) => state);
  const sorted = useMemo(() => inOrder(rooms.values(), last), [rooms, last]);
  const shown = useMemo(() => sorted.filter((room) => matches(room, wanted)), [sorted, wanted]);
  const list = useRef<HTMLUListElement>(null);
  const out = useStore(showsOut.store, (on) => on);
  const [inside, outside] = [shown.filter((room) => !isOut(room)), shown.filter(isOut)];
  const showOut = out || wanted !== '';
  const open = useStore(route, (state) => (state.view === 'room' ? keyOf({ account: state.account, room: state.room }) : undefined));
  const listed = showOut ? [...inside, ...outside] : inside;
  // one stop for the whole list: the arrow keys lead through it
  const stop = listed.some((room) => keyOf(room) === open) ? open : listed[0] && keyOf(listed[0]);

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
        {inside.map((room) => (
          <RoomItem key={keyOf(room)} room={room} stop={keyOf(room) === stop} withAccount={severalAccounts && only === undefined} onKey={onRoomKey} />
        ))}
        {outside.length > 0 && (
          <li className="rooms-out">
            <span>{strings.rooms.out(outside.length)}</span>
            {wanted === '' && (
              <button type="button" className="link" aria-expanded={out} onClick={() => showsOut.choose(!out)}>
                {out ? strings.rooms.hide : strings.rooms.show}
              </button>
            )}
          </li>
        )}
        {showOut && outside.map((room) => <RoomItem key={keyOf(room)} room={room} stop={keyOf(room) === stop} withAccount={severalAccounts && only === undefined} onKey={onRoomKey} />)}
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
  /** The Tab key stops here. */
  readonly stop: boolean;
}

const RoomItem = memo(function RoomItem({ room, stop, withAccount, onKey }: ItemProps) {
  const key = keyOf(room);
  const inRoom = useStore(unread.store, (book) => book.get(key));
  const inPrivate = useStore(unread.store, (book) => book.get(`${key} private`));
  const waiting = inPrivate && inPrivate.count > 0 ? together(inRoom, inPrivate) : inRoom;
  const current = useStore(
    route,
    (state) => state.view === 'room' && state.room === room.room && state.account === room.account,
  );
  const health = roomHealth(room);
  const last = useStore(latest.store, (book) => book.get(key));
  const drafted = useStore(drafts.rooms, (keys) => keys.has(key)) && !current;
  const muted = room.notify === 'never';
  return (
    <li>
      <a
        className={waiting && waiting.count > 0 && !muted ? 'room room-unread' : 'room'}
        href={hrefOf({ view: 'room', account: room.account, room: room.room })}
        aria-current={current ? 'page' : undefined}
        title={room.room}
        tabIndex={stop ? 0 : -1}
        onKeyDown={onKey}
      >
        <HealthDot health={health} />
        <span className="room-text">
          <bdi className="room-name">{nameOf(room)}</bdi>
          {health !== 'well' && <span className={`room-meta room-why-${health}`}>{whyOf(room)}</span>}
          {last && health !== 'trouble' && <LastSaid last={last} own={room.nick} />}
          {health === 'well' && (
            <span className={last ? 'unseen' : 'room-meta'}>
              {room.nick !== undefined && (
                <>
                  {strings.rooms.asNick} <Nick nick={room.nick} />
                  <span aria-hidden="true"> · </span>
                </>
              )}
              {strings.rooms.occupants(room.occupants)}
            </span>
          )}
          {withAccount && <bdi className="room-meta">{room.account}</bdi>}
        </span>
        <span className="room-side">
          {last && <LastTime at={last.at} />}
          <span className="room-marks">
            {drafted && <span className="tag">{strings.rooms.draft}</span>}
            <UnreadMark unread={waiting} muted={muted} />
          </span>
        </span>
      </a>
    </li>
  );
});

function together(inRoom: Unread | undefined, inPrivate: Unread): Unread {
  if (!inRoom) return inPrivate;
  return { ...inRoom, count: inRoom.count + inPrivate.count, mentions: inRoom.mentions + inPrivate.mentions };
}

/** Who spoke last, and how it begins. */
function LastSaid({ last: { nick, kind, text }, own }: { last: Latest; own: string | undefined }) {
  const words = kind === 'text' || kind === 'file' ? visibleText(text ?? '').replaceAll(/\s+/g, ' ') : strings.rooms.last[kind];
  const action = kind === 'text' && words.startsWith('/me ');
  const who = nick === null ? undefined : nick === own ? strings.rooms.you : visibleNick(nick, strings.unknownNick);
  return (
    <span className={kind === 'text' ? 'room-meta room-last' : 'room-meta room-last room-last-other'}>
      {who !== undefined && <bdi>{action ? `${who} ` : `${who}: `}</bdi>}
      <bdi>{action ? words.slice('/me '.length) : words}</bdi>
    </span>
  );
}

/** The hour where it was today, else the day. */
function LastTime({ at }: { at: string }) {
  const now = useNow(MINUTE);
  return (
    <time className="room-time" dateTime={at}>
      {shortMoment(new Date(at), new Date(now))}
    </time>
  );
}

/** What is meant for the person stands out, the rest is quiet; of a muted room a dot is left. */
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
  const meant = waiting.mentions > 0 && !muted;
  return (
    <>
      {meant && (
        <span className="unread unread-mention" aria-hidden="true">
          @{waiting.mentions > 1 && (waiting.mentions > 99 ? strings.rooms.more : waiting.mentions)}
        </span>
      )}
      <span className="unread">
        <span aria-hidden="true">{waiting.count > 99 ? strings.rooms.more : waiting.count}</span>
        <span className="unseen">{words}</span>
      </span>
    </>
  );
}

/** The account whose rooms are listed, while it is there. */
export function useShownAccount(): string | undefined {
  const chosen = useStore(shownAccount, (account) => account);
  return useStore(daemon, (state) => (state.accounts.length > 1 && state.accounts.some(({ account }) => account === chosen) ? chosen : undefined));
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
