import { useMemo } from 'react';
import { api, type ApiDevice, type Figures, type ApiRoom } from '../../api/client.ts';
import { roomHealth } from '../../state/health.ts';
import { growthOf } from '../../state/hours.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { dialog, daemon, unread } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { sizeOf } from '../../text/size.ts';
import { count, momentOf } from '../../text/time.ts';
import { visibleNick } from '../../text/visible.ts';
import { whyOf } from '../../text/why.ts';
import { ActivityCard } from '../room/activity-card.tsx';
import { DelayCard } from '../room/delay-card.tsx';
import { useDaemonProblems } from './daemon-problems.tsx';
import { HealthDot } from './health.tsx';
import { HoursCard } from '../settings/hours-card.tsx';
import { InvitationsCard } from '../room/invitations-card.tsx';
import { QuarantineCard } from './quarantine-card.tsx';
import { CardPage } from '../shell/page-head.tsx';
import { nameOf } from '../room/room-list.tsx';
import { UnsaidCard } from '../timeline/unsaid-card.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { HOUR, MINUTE, useNow } from '../controls/use-now.ts';

/** What needs the person first; else that nothing does. */
export function Overview() {
  const rooms = useStore(daemon, (state) => state.rooms);
  const loaded = useStore(daemon, (state) => state.loaded);
  const trouble = useMemo(
    () => [...rooms.values()].filter((room) => ['trouble', 'waiting', 'unsure'].includes(roomHealth(room))),
    [rooms],
  );
  const invited = useStore(daemon, (state) => [...state.invitations.values()].some((list) => list.length > 0));
  const minute = useNow(MINUTE);
  const figures = useAnswer(String(minute), () => api.figures.query());
  const problems = useAttention().length;
  if (!loaded) return <main className="overview" aria-label={strings.overview.title} aria-busy="true" />;
  return (
    <CardPage title={strings.overview.title}>
      <ProblemsCard />
      <UnsaidCard />
      <QuarantineCard />
      <InvitationsCard />
      {trouble.length > 0 && <TroubleCard rooms={trouble} />}
      <MentionsCard rooms={rooms} />
      {trouble.length === 0 && !invited && problems === 0 && <CalmCard empty={rooms.size === 0} />}
      <div className="overview-pair">
        <DevicesCard />
        <FiguresCard figures={figures} />
      </div>
      <ActivityCard />
      <HoursCard />
      {figures && <DelayCard relay={figures.relay} />}
    </CardPage>
  );
}

/** What is wrong with the daemon, the line or the bookmarks; rooms have a card of their own. */
function ProblemsCard() {
  const problems = useAttention();
  if (problems.length === 0) return null;
  return (
    <section className="card card-problem" aria-label={strings.overview.problems}>
      <h2>{strings.overview.problems}</h2>
      <ul className="card-list">
        {problems.map(({ key, name, note, href, refused }) => (
          <li key={key} className={refused === undefined ? undefined : 'card-todo'}>
            <a href={href}>
              <HealthDot health="trouble" />
              <span>
                <bdi className="card-name">{name}</bdi>
                {note !== undefined && <bdi className="card-note">{note}</bdi>}
              </span>
            </a>
            {refused !== undefined && (
              <button type="button" className="button button-small" onClick={() => dialog.set({ name: 'password', account: refused })}>
                {strings.password.enter}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface AttentionItem {
  readonly key: string;
  readonly name: string;
  readonly note: string | undefined;
  readonly href: string;
  /** The account whose password the server does not accept. */
  readonly refused?: string;
}

/** The daemon's own problems, and what keeps an account offline or waits for the person's decision. */
function useAttention(): AttentionItem[] {
  const accounts = useStore(daemon, (state) => state.accounts);
  const bookmarks = useStore(daemon, (state) => state.bookmarks);
  const told = useDaemonProblems(MINUTE);
  const settings = hrefOf({ view: 'settings' });
  return [
    ...told.map(({ code, message }) => ({ key: code, name: message, note: undefined, href: settings })),
    ...accounts.flatMap(({ account, connection }) =>
      connection.state === 'refused' || (connection.state === 'waiting' && connection.conflict !== true)
        ? [
            {
              key: account,
              name: strings.overview.offline(account),
              note: strings.says(connection.why) ?? connection.why,
              href: settings,
              ...(connection.state === 'refused' && { refused: account }),
            },
          ]
        : [],
    ),
    ...[...bookmarks].flatMap(([account, { held }]) =>
      held > 0 ? [{ key: `held ${account}`, name: strings.bookmarks.heldTitle, note: account, href: hrefOf({ view: 'bookmarks' }) }] : [],
    ),
  ];
}

function CalmCard({ empty }: { empty: boolean }) {
  return (
    <section className="card card-calm">
      <h2>{empty ? strings.overview.emptyTitle : strings.overview.wellTitle}</h2>
      <p>{empty ? strings.overview.emptyText : strings.overview.wellText}</p>
      {empty && (
        <button type="button" className="button button-main" onClick={() => dialog.set({ name: 'join' })}>
          {strings.rooms.join}
        </button>
      )}
    </section>
  );
}

function TroubleCard({ rooms }: { rooms: readonly ApiRoom[] }) {
  return (
    <section className="card">
      <h2>{strings.overview.troubleTitle}</h2>
      <ul className="card-list">
        {rooms.map((room) => (
          <li key={keyOf(room)}>
            <a href={hrefOf({ view: 'room', account: room.account, room: room.room })}>
              <HealthDot health={roomHealth(room)} />
              <span>
                <bdi className="card-name">{nameOf(room)}</bdi>
                <bdi className="card-note">{whyOf(room)}</bdi>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Rooms in which the person was named, or written to, and has not looked since. */
function MentionsCard({ rooms }: { rooms: ReadonlyMap<string, ApiRoom> }) {
  const book = useStore(unread.store, (value) => value);
  const named = [...rooms].flatMap(([key, room]) => {
    const inPrivate = book.get(`${key} private`)?.mentions ?? 0;
    const mentions = (book.get(key)?.mentions ?? 0) + inPrivate;
    const view = inPrivate === mentions ? 'private' : 'room';
    return mentions > 0 ? [{ key, room, mentions, view } as const] : [];
  });
  if (named.length === 0) return null;
  return (
    <section className="card">
      <h2>{strings.mentions.title}</h2>
      <ul className="card-list">
        {named.map(({ key, room, mentions, view }) => (
          <li key={key}>
            {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- it has two lines of text */}
            <a href={hrefOf({ view, account: room.account, room: room.room })}>
              <span>
                <bdi className="card-name">{nameOf(room)}</bdi>
                <span className="card-note">{strings.mentions.some(count(mentions))}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const doors: Readonly<Record<ApiDevice['frontend'], string>> = {
  relay: strings.overview.relays,
  bouncer: strings.overview.bouncer,
  none: strings.overview.noDoor,
};

function DevicesCard() {
  const byAccount = useStore(daemon, (state) => state.devices);
  const devices = useMemo(() => [...byAccount.values()].flat(), [byAccount]);
  return (
    <section className="card">
      <h2>
        <a className="card-link" href={hrefOf({ view: 'devices' })}>
          {strings.overview.devices}
        </a>
      </h2>
      {devices.length === 0 && <p>{strings.overview.noDevices}</p>}
      <ul className="card-list">
        {devices.map((device) => (
          <li key={`${device.account} ${device.id}`} className="device">
            <span className={device.online ? 'device-dot device-online' : 'device-dot'} aria-hidden="true" />
            <span>
              <bdi className="card-name">{visibleNick(device.label, device.resource)}</bdi>
              <span className="card-note" title={device.why}>
                {doors[device.frontend]}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The archive's weight and growth, and the last backup. */
function FiguresCard({ figures }: { figures: Figures | undefined }) {
  const accounts = useStore(daemon, (state) => state.accounts);
  const hour = useNow(HOUR);
  const names = accounts.map(({ account }) => account).join(' ');
  const perDay = useAnswer(`${hour} ${names}`, () => Promise.all(names.split(' ').map((account) => api.activity.query({ account }))));
  const growth = figures && perDay ? growthOf(perDay.flat(), figures, hour) : 0;
  return (
    <section className="card">
      <h2>{strings.overview.figures}</h2>
      <ul className="card-list">
        {accounts.map((account) => (
          <li key={account.account} className="figures">
            <bdi className="card-name">{account.account}</bdi>
            <span className="card-note">{strings.overview.joined(count(account.joined), count(account.rooms))}</span>
            <span className="card-note">{strings.overview.archived(count(account.messages))}</span>
          </li>
        ))}
      </ul>
      {figures && (
        <dl className="facts">
          <dt>{strings.overview.archive}</dt>
          <dd>
            {sizeOf(figures.archiveBytes)}
            {growth > 0 && <span className="card-note">{strings.overview.growth(sizeOf(growth))}</span>}
          </dd>
          <dt>{strings.overview.backup}</dt>
          <dd>
            {figures.lastBackup === null ? strings.overview.noBackup : momentOf(new Date(figures.lastBackup), new Date(hour))}
            {figures.lastBackup === null && <code className="card-note">minimix backup</code>}
          </dd>
        </dl>
      )}
      <a className="link" href={hrefOf({ view: 'add-account' })}>
        {strings.accounts.add}
      </a>
    </section>
  );
}
