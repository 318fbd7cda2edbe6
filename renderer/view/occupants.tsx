import { useEffect, useMemo, useState } from 'react';
import { api, type Occupant, type Room } from '../api/client.ts';
import type { RoomName } from '../state/timelines.ts';
import { en } from '../strings/en.ts';
import { count } from '../text/time.ts';
import { CloseIcon } from './icons.tsx';
import { Badge, Nick } from './nick.tsx';

const roles = ['moderator', 'participant', 'visitor', 'none'] as const;
const PAUSE = 1000; // milliseconds between two askings, however busily people come and go

/** Who is in the room, by role. */
export function Occupants({ name, room, onClose }: { name: RoomName; room: Room; onClose: () => void }) {
  const occupants = useOccupants(name, room);
  const byRole = useMemo(() => Map.groupBy(occupants.toSorted(byNick), (occupant) => occupant.role), [occupants]);
  return (
    <aside className="people" aria-label={en.room.occupants}>
      <header className="people-head">
        <h2>{en.room.occupants}</h2>
        <button type="button" className="icon-button" aria-label={en.room.hideOccupants} onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <div className="people-list" tabIndex={0} role="group" aria-label={en.room.occupants}>
        {roles.map((role) => {
          const group = byRole.get(role);
          return (
            group && (
              <section key={role}>
                <h3>
                  {en.roles[role]} <span className="people-count">{count(group.length)}</span>
                </h3>
                <ul>
                  {group.map((occupant) => (
                    <OccupantItem key={occupant.nick} occupant={occupant} own={occupant.nick === room.nick} />
                  ))}
                </ul>
              </section>
            )
          );
        })}
      </div>
    </aside>
  );
}

function OccupantItem({ occupant, own }: { occupant: Occupant; own: boolean }) {
  const notes = [en.affiliations[occupant.affiliation], en.shows[occupant.show]].filter((note) => note !== '').join(', ');
  return (
    <li className={`person person-${occupant.show}`} title={occupant.jid ?? occupant.status}>
      <Badge nick={occupant.nick} />
      <span className="person-text">
        <span className={own ? 'person-own' : undefined}>
          <Nick nick={occupant.nick} />
        </span>
        {notes !== '' && <span className="person-notes">{notes}</span>}
      </span>
    </li>
  );
}

/** Asks for the occupants, and again when the room has changed, at most once a second. */
function useOccupants({ account, room: jid }: RoomName, room: Room): readonly Occupant[] {
  const [occupants, setOccupants] = useState<readonly Occupant[]>([]);
  const [askedAt, setAskedAt] = useState(0);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(
      () => {
        setAskedAt(Date.now());
        api.occupants.query({ account, room: jid }).then(
          (found) => current && setOccupants(found),
          () => undefined, // the banner says that the daemon is away; the old list stays
        );
      },
      Math.max(0, askedAt + PAUSE - Date.now()),
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- asking must not lead to asking
  }, [account, jid, room]);
  return occupants;
}

function byNick(a: Occupant, b: Occupant): number {
  return a.nick.localeCompare(b.nick);
}
