import { api, type ApiRoom } from '../../api/client.ts';
import { roomHealth } from '../../state/health.ts';
import { dialog } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { visibleText } from '../../text/visible.ts';
import { HealthDot } from '../overview/health.tsx';
import { AboutIcon, BackIcon, BellIcon, BellOffIcon, CalendarIcon, LeaveIcon, PeopleIcon, SearchIcon } from '../controls/icons.tsx';
import { useCall } from '../controls/use-call.ts';
import { nameOf } from './room-list.tsx';
import { inBackground } from '../../state/background.ts';

interface Props {
  readonly name: RoomName;
  readonly room: ApiRoom | undefined;
  readonly aside: 'people' | 'about' | undefined;
  readonly onToggle: (side: 'people' | 'about') => void;
}

/** The room's name, its subject as a quiet line, and what can be done with it. */
export function RoomHeader({ name, room, aside, onToggle }: Props) {
  const subject = visibleText(room?.subject ?? '').trim();
  return (
    <header className="room-head">
      <a className="icon-button back" href={hrefOf({ view: 'home' })} aria-label={strings.back}>
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
          aria-label={strings.room.search}
          title={strings.room.search}
        >
          <SearchIcon />
        </a>
        {room && <MuteButton room={room} />}
        <button
          type="button"
          className="icon-button wide-only"
          aria-label={strings.date.title}
          title={strings.date.title}
          onClick={() => dialog.set({ name: 'date', account: name.account, room: name.room })}
        >
          <CalendarIcon />
        </button>
        {room && (
          <button
            type="button"
            className="icon-button people-button"
            aria-pressed={aside === 'people'}
            aria-label={`${strings.room.occupants}: ${count(room.occupants)}`}
            title={aside === 'people' ? strings.room.hideOccupants : strings.room.showOccupants}
            onClick={() => onToggle('people')}
          >
            <PeopleIcon />
            <span aria-hidden="true">{count(room.occupants)}</span>
          </button>
        )}
        {room && (
          <button
            type="button"
            className="icon-button"
            aria-pressed={aside === 'about'}
            aria-label={strings.about.show}
            title={strings.about.show}
            onClick={() => onToggle('about')}
          >
            <AboutIcon />
          </button>
        )}
        {room && (
          <button
            type="button"
            className="icon-button wide-only"
            aria-label={strings.room.leave}
            title={strings.room.leave}
            onClick={() => dialog.set({ name: 'leave', ...name })}
          >
            <LeaveIcon />
          </button>
        )}
      </div>
    </header>
  );
}

/** On a narrow screen the header has no place for these: they stand beside the room's facts. */
export function RoomActions({ room }: { room: ApiRoom }) {
  const { busy, run } = useCall();
  const name = { account: room.account, room: room.room };
  const muted = room.notify === 'never';
  return (
    <div className="room-actions">
      <button type="button" className="button button-small" onClick={() => dialog.set({ name: 'date', ...name })}>
        {strings.date.title}
      </button>
      <button
        type="button"
        className="button button-small"
        aria-pressed={muted}
        disabled={busy}
        onClick={() => inBackground('muting a room', run(() => api.bookmarks.put.mutate({ ...name, notify: muted ? 'default' : 'never' })))}
      >
        {strings.mute.label}
      </button>
      <button type="button" className="button button-small" onClick={() => dialog.set({ name: 'leave', ...name })}>
        {strings.room.leave}
      </button>
    </div>
  );
}

/** Whether the room may call the person (XEP-0492): kept in its bookmark, so that other clients know it too. */
function MuteButton({ room: { account, room, notify } }: { room: ApiRoom }) {
  const { busy, run } = useCall();
  const muted = notify === 'never';
  const words = muted ? strings.mute.off : strings.mute.on;
  return (
    <button
      type="button"
      className="icon-button wide-only"
      aria-pressed={muted}
      aria-label={strings.mute.label}
      title={words}
      disabled={busy}
      onClick={() => inBackground('muting a room', run(() => api.bookmarks.put.mutate({ account, room, notify: muted ? 'default' : 'never' })))}
    >
      {muted ? <BellOffIcon /> : <BellIcon />}
    </button>
  );
}
