import { useMemo } from 'react';
import type { ApiOccupant, ApiRoom } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { Face } from './faces.tsx';
import { Nick } from './nick.tsx';
import { SidePanel } from '../shell/side-panel.tsx';

const roles = ['moderator', 'participant', 'visitor', 'none'] as const;

/** Who is in the room, by role. */
export function Occupants({ room, occupants, onClose }: { room: ApiRoom; occupants: readonly ApiOccupant[]; onClose: () => void }) {
  const byRole = useMemo(() => Map.groupBy(occupants.toSorted(byNick), (occupant) => occupant.role), [occupants]);
  return (
    <SidePanel title={strings.room.occupants} hide={strings.room.hideOccupants} onClose={onClose}>
      {roles.map((role) => {
        const group = byRole.get(role);
        return (
          group && (
            <section key={role}>
              <h3>
                {strings.roles[role]} <span className="people-count">{count(group.length)}</span>
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
    </SidePanel>
  );
}

function OccupantItem({ occupant, own }: { occupant: ApiOccupant; own: boolean }) {
  const notes = [strings.affiliations[occupant.affiliation], strings.shows[occupant.show]].filter((note) => note !== '').join(', ');
  return (
    <li className={`person person-${occupant.show}`} title={occupant.jid ?? occupant.status}>
      <Face nick={occupant.nick} />
      <span className="person-text">
        <span className={own ? 'person-own' : undefined}>
          <Nick nick={occupant.nick} />
        </span>
        {notes !== '' && <span className="person-notes">{notes}</span>}
      </span>
    </li>
  );
}

function byNick(a: ApiOccupant, b: ApiOccupant): number {
  return a.nick.localeCompare(b.nick);
}
