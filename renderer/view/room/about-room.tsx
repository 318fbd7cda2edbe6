import { useMemo, useState } from 'react';
import { api, type ApiLedgerEntry, type ApiRoom } from '../../api/client.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { unread } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { count, momentOf } from '../../text/time.ts';
import { visibleText } from '../../text/visible.ts';
import { whyOf } from '../../text/why.ts';
import { NickForm, Notify, RoomPresence } from '../overview/about-self.tsx';
import { FormError } from '../controls/field.tsx';
import { Nick } from './nick.tsx';
import { Retention } from './retention.tsx';
import { RoomActions } from './room-header.tsx';
import { SidePanel } from '../shell/side-panel.tsx';
import { Switch } from '../controls/switch.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';

/** Beside the room: how it stands with it, what was chosen for it, and what happened in it. */
export function AboutRoom({ room, onClose }: { room: ApiRoom; onClose: () => void }) {
  const name = { account: room.account, room: room.room };
  const now = useNow(MINUTE);
  const waiting = useStore(unread.store, (book) => book.get(keyOf({ ...name, private: true }))?.count ?? 0);
  return (
    <SidePanel title={strings.about.title} hide={strings.about.hide} className="people about" onClose={onClose}>
      <dl className="facts">
        <dt>{strings.about.address}</dt>
        <dd>
          <bdi>{room.room}</bdi>
        </dd>
        <dt>{strings.about.state}</dt>
        <dd>
          <bdi>{whyOf(room)}</bdi>
        </dd>
        {room.nonAnonymous && <dd>{strings.about.nonAnonymous}</dd>}
        {room.logged && <dd>{strings.about.logged}</dd>}
        <dd className="quiet">
          {room.verifiedAt === undefined
            ? strings.about.neverVerified
            : strings.about.verified(momentOf(new Date(room.verifiedAt), new Date(now)))}
        </dd>
      </dl>
      <RoomActions room={room} />
      <p>
        <a className="link" href={hrefOf({ view: 'private', ...name })}>
          {strings.about.private}
          {waiting > 0 && ` (${count(waiting)})`}
        </a>
      </p>
      <NickForm key={room.nick} room={room} />
      <RoomPresence key={`presence ${room.room}`} room={room} />
      <Notify room={room} />
      <Wishes room={room} />
      <Retention name={name} />
      <Ledger room={room} />
    </SidePanel>
  );
}

function Wishes({ room }: { room: ApiRoom }) {
  const { error, run } = useCall();
  const set = (change: { rejoinAfterKick?: boolean; neverCreate?: boolean }): Promise<boolean> =>
    run(() => api.setRoom.mutate({ account: room.account, room: room.room, ...change }));
  return (
    <section className="about-part">
      <h3>{strings.about.settings}</h3>
      <Switch
        label={strings.about.rejoinAfterKick}
        checked={room.settings?.rejoinAfterKick ?? false}
        onSet={(rejoinAfterKick) => set({ rejoinAfterKick })}
      />
      <Switch
        label={strings.about.neverCreate}
        checked={room.settings?.neverCreate ?? false}
        onSet={(neverCreate) => set({ neverCreate })}
      />
      <FormError error={error} />
    </section>
  );
}

const MOST = 300;

function Ledger({ room: { account, room, state, verifiedAt } }: { room: ApiRoom }) {
  const told = useAnswer(`${account} ${room} ${state} ${verifiedAt}`, () => api.ledger.query({ account, room, limit: MOST }));
  const entries = useMemo(() => told?.toReversed() ?? [], [told]);
  const [all, setAll] = useState(false);
  const now = new Date(useNow(MINUTE));
  const shown = all ? entries : entries.filter(({ event }) => !event.startsWith('occupant-'));
  return (
    <section className="about-part">
      <h3>{strings.about.ledger}</h3>
      <label className="check">
        <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
        {strings.about.ledgerAll}
      </label>
      {shown.length === 0 && <p className="quiet">{strings.about.ledgerNone}</p>}
      <ol className="ledger">
        {shown.map((entry, index) => (
          <li key={`${entry.at} ${index}`}>
            <time dateTime={entry.at} title={entry.at}>
              {momentOf(new Date(entry.at), now)}
            </time>
            <LedgerWords entry={entry} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Of these the daemon says only that they are under way. */
const UNDER_WAY = new Set(['join', 'retry', 'leave']);

function LedgerWords({ entry: { event, nick, text } }: { entry: ApiLedgerEntry }) {
  const said = text === null || UNDER_WAY.has(event) ? '' : visibleText(text);
  const own = !event.startsWith('occupant-');
  // The daemon's own sentence says what the event says, and more.
  const told = own && said !== '' ? strings.says(said) : undefined;
  if (told !== undefined) return <bdi>{told}</bdi>;
  const words = strings.events[event] ?? event;
  if (!own) {
    return (
      <span>
        <Nick nick={nick} coloured /> {words} {said !== '' && <bdi className="quiet">{said}</bdi>}
      </span>
    );
  }
  return (
    <span>
      {words}{' '}
      {event === 'self' && nick !== null && (
        <>
          {strings.rooms.asNick} <Nick nick={nick} />
        </>
      )}{' '}
      {said !== '' && <bdi className="quiet">{said}</bdi>}
    </span>
  );
}
