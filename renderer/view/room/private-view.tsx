import { keyOf } from '../../state/daemon-state.ts';
import { daemon } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { BackIcon } from '../controls/icons.tsx';
import { nameOf } from './room-list.tsx';
import { Timeline } from '../timeline/timeline.tsx';

/** What was said in private with occupants of a room: apart from it, so that nobody mistakes one for the other. */
export function PrivateView({ account, room: jid }: { account: string; room: string }) {
  const name = { account, room: jid, private: true };
  const room = useStore(daemon, (state) => state.rooms.get(keyOf({ account, room: jid })));
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
    </main>
  );
}
