import { useState } from 'react';
import { keyOf } from '../../state/daemon-state.ts';
import { daemon, timelines } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { BackIcon } from '../controls/icons.tsx';
import { PrivateComposer } from '../compose/private-composer.tsx';
import { nameOf } from './room-list.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { useOccupants } from './use-occupants.ts';

/** What was said in private with occupants of a room: apart from it, so that nobody mistakes one for the other. */
export function PrivateView({ account, room: jid, nick }: { account: string; room: string; nick?: string }) {
  const name = { account, room: jid, private: true };
  const room = useStore(daemon, (state) => state.rooms.get(keyOf({ account, room: jid })));
  const occupants = useOccupants(room, true);
  const [store] = useState(() => timelines.of(name));
  const last = useStore(store, ({ items }) => {
    const message = items.findLast((one) => one.to !== null || one.nick !== room?.nick);
    return message?.to ?? message?.nick ?? undefined;
  });
  const others = occupants.map((occupant) => occupant.nick).filter((one) => one !== room?.nick);
  return (
    <main className="room-view room-private" aria-label={strings.about.private}>
      <header className="room-head">
        <a className="icon-button" href={hrefOf({ view: 'room', account, room: jid })} aria-label={strings.about.toRoom}>
          <BackIcon />
        </a>
        <div className="room-title">
          <h1>
            {strings.about.private} · <bdi>{room ? nameOf(room) : jid}</bdi>
          </h1>
          <p className="subject">{strings.about.privateNote}</p>
        </div>
      </header>
      <Timeline name={name} nick={room?.nick} at={undefined} />
      {room && <PrivateComposer name={name} others={others} first={nick ?? last} joined={room.state === 'joined'} />}
    </main>
  );
}
