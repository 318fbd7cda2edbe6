import { lazy, Suspense, useMemo, useState } from 'react';
import type { ApiOccupant, ApiRoom } from '../../api/client.ts';
import { hrefOf } from '../../state/route.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { visibleText } from '../../text/visible.ts';
import { Face } from './faces.tsx';
import { Nick } from './nick.tsx';
import { SidePanel } from '../shell/side-panel.tsx';

const PersonTools = lazy(() => import('./person-tools.tsx'));

const roles = ['moderator', 'participant', 'visitor', 'none'] as const;

/** Who is in the room, by role. */
export function Occupants({ room, occupants, onClose }: { room: ApiRoom; occupants: readonly ApiOccupant[]; onClose: () => void }) {
  const [chosen, setChosen] = useState<string>();
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
                  <OccupantItem
                    key={occupant.nick}
                    room={room}
                    occupant={occupant}
                    open={occupant.nick === chosen}
                    onChoose={() => setChosen(occupant.nick === chosen ? undefined : occupant.nick)}
                  />
                ))}
              </ul>
            </section>
          )
        );
      })}
    </SidePanel>
  );
}

interface ItemProps {
  readonly room: ApiRoom;
  readonly occupant: ApiOccupant;
  readonly open: boolean;
  readonly onChoose: () => void;
}

/** Somebody in the room; once chosen, with what is known of them and what can be done. */
function OccupantItem({ room, occupant, open, onChoose }: ItemProps) {
  const own = occupant.nick === room.nick;
  const notes = [strings.affiliations[occupant.affiliation], strings.shows[occupant.show]].filter((note) => note !== '').join(', ');
  return (
    <li className={`person person-${occupant.show} ${open ? 'person-open' : ''}`}>
      <button type="button" className="person-choose" aria-expanded={open} onClick={onChoose}>
        <Face nick={occupant.nick} />
        <span className="person-text">
          <span className={own ? 'person-own' : undefined}>
            <Nick nick={occupant.nick} />
          </span>
          {notes !== '' && <span className="person-notes">{notes}</span>}
        </span>
      </button>
      {open && (
        <div className="person-more">
          {occupant.jid !== undefined && <bdi>{occupant.jid}</bdi>}
          {occupant.status !== undefined && <bdi className="quiet">{visibleText(occupant.status)}</bdi>}
          {!own && (
            <a className="button button-small" href={hrefOf({ view: 'private', account: room.account, room: room.room, nick: occupant.nick })}>
              {strings.room.sendPrivate}
            </a>
          )}
          {occupant.allowed.length > 0 && (
            <Suspense>
              <PersonTools room={room} occupant={occupant} />
            </Suspense>
          )}
        </div>
      )}
    </li>
  );
}

function byNick(a: ApiOccupant, b: ApiOccupant): number {
  return a.nick.localeCompare(b.nick);
}
