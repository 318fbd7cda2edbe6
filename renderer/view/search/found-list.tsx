import { useState } from 'react';
import type { ApiFoundRoom, ApiFoundRooms } from '../../api/client.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { dialog, daemon } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { nameOf } from '../room/room-list.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

type Ask = (after: { after?: string }) => Promise<ApiFoundRooms>;

interface Finding {
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly found: ApiFoundRooms | undefined;
  /** The first page of what is given, or the next one of what was. */
  readonly ask: (first?: Ask) => void;
}

/** Pages of found rooms, one behind the other. */
export function useFound(again: Ask): Finding {
  const [found, setFound] = useState<ApiFoundRooms>();
  const { busy, error, run } = useCall();
  const ask = (first?: Ask): void => {
    const after = first ? undefined : found?.next;
    if (first) setFound(undefined);
    inBackground('joining a room', run(async () => {
      const page = await (first ?? again)(after ? { after } : {});
      setFound((before) => ({ ...page, rooms: first ? page.rooms : [...(before?.rooms ?? []), ...page.rooms] }));
    }));
  };
  return { busy, error, found, ask };
}

interface ListProps {
  readonly account: string;
  readonly found: ApiFoundRooms;
  readonly busy: boolean;
  readonly onMore: () => void;
}

export function FoundList({ account, found, busy, onMore }: ListProps) {
  const { browse } = strings;
  return (
    <>
      <p className="quiet" role="status">
        {found.rooms.length === 0 ? browse.none : browse.some(count(found.rooms.length), found.all === null ? '' : count(found.all))}
      </p>
      <ul className="found-rooms">
        {found.rooms.map((room) => (
          <FoundItem key={room.room} account={account} room={room} />
        ))}
      </ul>
      {found.next !== null && (
        <button type="button" className="button" disabled={busy} onClick={onMore}>
          {busy ? browse.going : browse.more}
        </button>
      )}
    </>
  );
}

function FoundItem({ account, room: found }: { account: string; room: ApiFoundRoom }) {
  const { room, name, description, occupants } = found;
  const known = useStore(daemon, (state) => state.rooms.has(keyOf({ account, room })));
  const title = visibleNick(nameOf({ name: name ?? undefined, room }), room);
  const notes = [
    occupants === null ? '' : strings.rooms.occupants(occupants),
    found.password ? strings.browse.password : '',
    found.membersOnly ? strings.browse.membersOnly : '',
  ].filter((note) => note !== '');
  return (
    <li>
      <span className="device-text">
        <bdi className="card-name">{title}</bdi>
        <bdi className="card-note">{room}</bdi>
        {description !== null && <bdi className="card-note found-about">{visibleText(description).replaceAll('\n', ' ')}</bdi>}
        {notes.length > 0 && <span className="card-note">{notes.join(' · ')}</span>}
      </span>
      {known ? (
        <a className="button button-small" href={hrefOf({ view: 'room', account, room })} aria-label={`${strings.browse.open}: ${title}`}>
          {strings.browse.open}
        </a>
      ) : (
        <button type="button" className="button button-small" aria-label={`${strings.join.go}: ${title}`} onClick={() => dialog.set({ name: 'join', account, room })}>
          {strings.join.go}
        </button>
      )}
    </li>
  );
}
