import type { Room } from '../api/client.ts';
import { roomHealth } from '../state/health.ts';
import { dialog } from '../state/page.ts';
import { hrefOf } from '../state/route.ts';
import type { RoomName } from '../state/timelines.ts';
import { en } from '../strings/en.ts';
import { count } from '../text/time.ts';
import { visibleText } from '../text/visible.ts';
import { HealthDot } from './health.tsx';
import { BackIcon, LeaveIcon, PeopleIcon, SearchIcon } from './icons.tsx';
import { nameOf } from './room-list.tsx';

interface Props {
  readonly name: RoomName;
  readonly room: Room | undefined;
  readonly peopleShown: boolean;
  readonly onTogglePeople: () => void;
}

/** The room's name, its subject as a quiet line, and what can be done with it. */
export function RoomHeader({ name, room, peopleShown, onTogglePeople }: Props) {
  const subject = visibleText(room?.subject ?? '').trim();
  return (
    <header className="room-head">
      <a className="icon-button back" href={hrefOf({ view: 'home' })} aria-label={en.back}>
        <BackIcon />
      </a>
      {room && <HealthDot health={roomHealth(room)} />}
      <div className="room-title">
        <h1 title={name.room}>
          <bdi>{room ? nameOf(room) : name.room}</bdi>
        </h1>
        <p className="subject" title={subject === '' ? undefined : subject}>
          <bdi>{subject === '' ? name.room : subject}</bdi>
        </p>
      </div>
      <div className="room-tools">
        <a
          className="icon-button"
          href={hrefOf({ view: 'search', text: '', ...name })}
          aria-label={en.room.search}
          title={en.room.search}
        >
          <SearchIcon />
        </a>
        {room && (
          <button
            type="button"
            className="icon-button people-button"
            aria-pressed={peopleShown}
            aria-label={`${en.room.occupants}: ${count(room.occupants)}`}
            title={peopleShown ? en.room.hideOccupants : en.room.showOccupants}
            onClick={onTogglePeople}
          >
            <PeopleIcon />
            <span aria-hidden="true">{count(room.occupants)}</span>
          </button>
        )}
        {room && (
          <button
            type="button"
            className="icon-button"
            aria-label={en.room.leave}
            title={en.room.leave}
            onClick={() => dialog.set({ name: 'leave', ...name })}
          >
            <LeaveIcon />
          </button>
        )}
      </div>
    </header>
  );
}
