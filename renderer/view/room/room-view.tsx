import { useState } from 'react';
import { keyOf } from '../../state/daemon-state.ts';
import { daemon, unread } from '../../state/page.ts';
import { roomHealth } from '../../state/health.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { momentOf } from '../../text/time.ts';
import { strings } from '../../strings/strings.ts';
import { AboutRoom } from './about-room.tsx';
import { Composer } from '../compose/composer.tsx';
import { FacesOf } from './faces.tsx';
import { LiveVoice } from './live-voice.tsx';
import { Occupants } from './occupants.tsx';
import { nameOf } from './room-list.tsx';
import { RoomHeader } from './room-header.tsx';
import { RoomTrouble, Voiceless } from './room-trouble.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { useGaps } from '../timeline/use-gaps.ts';
import { useOccupants } from './use-occupants.ts';

const WIDE = '(min-width: 1180px)'; // as in styles/layout.css

/** One room: what is said in it, who is there, and a place to say something. */
export function RoomView({ account, room: jid, at }: { account: string; room: string; at?: number }) {
  const name = { account, room: jid };
  const room = useStore(daemon, (state) => state.rooms.get(keyOf(name)));
  const loaded = useStore(daemon, (state) => state.loaded);
  const [aside, setAside] = useState<'people' | 'about' | undefined>(() => (matchMedia(WIDE).matches ? 'people' : undefined));
  const gaps = useGaps(name, room?.verifiedAt);
  const occupants = useOccupants(room, aside === 'people');
  const toggle = (side: 'people' | 'about'): void => setAside((shown) => (shown === side ? undefined : side));
  const health = room === undefined ? undefined : roomHealth(room);
  const title = room ? nameOf(room) : jid;
  return (
    <FacesOf name={name} occupants={occupants}>
      <main className="room-view" aria-label={title}>
        <RoomHeader
          name={name}
          room={room}
          aside={aside}
          onToggle={toggle}
        />
        {room && (health === 'trouble' || health === 'waiting' || health === 'unsure') && <RoomTrouble room={room} health={health} />}
        <CatchingUp upTo={room?.catchUp?.upTo} />
        <PrivateNotice name={name} />
        {room?.state === 'joined' && room.role === 'visitor' && <Voiceless room={room} />}
        {!room && loaded && (
          <div className="notice">
            <strong>{strings.room.unknown}</strong> {strings.room.unknownHint}
          </div>
        )}
        <Timeline name={name} nick={room?.nick} at={at} gaps={gaps} />
        <LiveVoice name={name} nick={room?.nick} />
        {room && <Composer name={name} room={room} title={title} open={health === 'well' || health === 'unsure' || health === 'working'} />}
      </main>
      {aside === 'people' && room && <Occupants room={room} occupants={occupants} onClose={() => setAside(undefined)} />}
      {aside === 'about' && room && <AboutRoom room={room} onClose={() => setAside(undefined)} />}
    </FacesOf>
  );
}

/** What was missed is being read, and it takes a while. */
function CatchingUp({ upTo }: { upTo: string | undefined }) {
  const now = useNow(MINUTE);
  if (upTo === undefined || now - Date.parse(upTo) < MINUTE) return null;
  return (
    <p className="notice" role="status">
      {strings.room.catchingUp(momentOf(new Date(upTo), new Date(now)))}
    </p>
  );
}

/** Somebody in the room wrote to the person alone: that stands elsewhere. */
function PrivateNotice({ name: { account, room } }: { name: RoomName }) {
  const waiting = useStore(unread.store, (book) => book.get(keyOf({ account, room, private: true }))?.count ?? 0);
  if (waiting === 0) return null;
  return (
    <p className="notice">
      <a className="link" href={hrefOf({ view: 'private', account, room })}>
        {strings.about.privateNew(waiting)}
      </a>
    </p>
  );
}
