import { useState } from 'react';
import { keyOf } from '../state/house.ts';
import { house } from '../state/page.ts';
import { roomHealth } from '../state/health.ts';
import { useStore } from '../state/store.ts';
import { en } from '../strings/en.ts';
import { Composer } from './composer.tsx';
import { LiveVoice } from './live-voice.tsx';
import { Occupants } from './occupants.tsx';
import { nameOf } from './room-list.tsx';
import { RoomHeader } from './room-header.tsx';
import { RoomTrouble } from './room-trouble.tsx';
import { Timeline } from './timeline.tsx';

const WIDE = '(min-width: 1180px)'; // as in styles/layout.css

/** One room: what is said in it, who is there, and a place to say something. */
export function RoomView({ account, room: jid, at }: { account: string; room: string; at?: number }) {
  const name = { account, room: jid };
  const room = useStore(house, (state) => state.rooms.get(keyOf(name)));
  const loaded = useStore(house, (state) => state.loaded);
  const [peopleShown, showPeople] = useState(() => matchMedia(WIDE).matches);
  const health = room === undefined ? undefined : roomHealth(room);
  const title = room ? nameOf(room) : jid;
  return (
    <>
      <main className="room-view" aria-label={title}>
        <RoomHeader
          name={name}
          room={room}
          peopleShown={peopleShown}
          onTogglePeople={() => showPeople((shown) => !shown)}
        />
        {room && (health === 'trouble' || health === 'waiting') && <RoomTrouble room={room} health={health} />}
        {!room && loaded && (
          <div className="notice">
            <strong>{en.room.unknown}</strong> {en.room.unknownHint}
          </div>
        )}
        <Timeline name={name} nick={room?.nick} at={at} />
        <LiveVoice name={name} nick={room?.nick} />
        {room && <Composer name={name} title={title} open={health === 'well' || health === 'working'} />}
      </main>
      {peopleShown && room && <Occupants room={room} onClose={() => showPeople(false)} />}
    </>
  );
}
