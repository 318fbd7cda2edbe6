import { useMemo } from 'react';
import type { Device, Room } from '../api/client.ts';
import { roomHealth } from '../state/health.ts';
import { keyOf } from '../state/house.ts';
import { dialog, house } from '../state/page.ts';
import { hrefOf } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { en } from '../strings/en.ts';
import { count } from '../text/time.ts';
import { visibleNick } from '../text/visible.ts';
import { HealthDot } from './health.tsx';
import { BackIcon } from './icons.tsx';
import { nameOf } from './room-list.tsx';

/** What needs the person first; else that nothing does. */
export function Overview() {
  const rooms = useStore(house, (state) => state.rooms);
  const loaded = useStore(house, (state) => state.loaded);
  const trouble = useMemo(
    () => [...rooms.values()].filter((room) => ['trouble', 'waiting'].includes(roomHealth(room))),
    [rooms],
  );
  if (!loaded) return <main className="overview" aria-label={en.overview.title} aria-busy="true" />;
  return (
    <main className="overview" aria-label={en.overview.title}>
      <header className="overview-head">
        <a className="icon-button back" href={hrefOf({ view: 'home' })} aria-label={en.back}>
          <BackIcon />
        </a>
        <h1>{en.overview.title}</h1>
      </header>
      {trouble.length > 0 ? <TroubleCard rooms={trouble} /> : <CalmCard empty={rooms.size === 0} />}
      <div className="overview-pair">
        <DevicesCard />
        <FiguresCard />
      </div>
    </main>
  );
}

function CalmCard({ empty }: { empty: boolean }) {
  return (
    <section className="card card-calm">
      <h2>{empty ? en.overview.emptyTitle : en.overview.wellTitle}</h2>
      <p>{empty ? en.overview.emptyText : en.overview.wellText}</p>
      {empty && (
        <button type="button" className="button button-main" onClick={() => dialog.set({ name: 'join' })}>
          {en.rooms.join}
        </button>
      )}
    </section>
  );
}

function TroubleCard({ rooms }: { rooms: readonly Room[] }) {
  return (
    <section className="card">
      <h2>{en.overview.troubleTitle}</h2>
      <ul className="card-list">
        {rooms.map((room) => (
          <li key={keyOf(room)}>
            <a href={hrefOf({ view: 'room', account: room.account, room: room.room })}>
              <HealthDot health={roomHealth(room)} />
              <span>
                <bdi className="card-name">{nameOf(room)}</bdi>
                <bdi className="card-note">{room.reason ?? en.health[roomHealth(room)]}</bdi>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const doors: Readonly<Record<Device['door'], string>> = {
  relay: en.overview.relays,
  bouncer: en.overview.bouncer,
  none: en.overview.noDoor,
};

function DevicesCard() {
  const byAccount = useStore(house, (state) => state.devices);
  const devices = useMemo(() => [...byAccount.values()].flat(), [byAccount]);
  return (
    <section className="card">
      <h2>{en.overview.devices}</h2>
      {devices.length === 0 && <p>{en.overview.noDevices}</p>}
      <ul className="card-list">
        {devices.map((device) => (
          <li key={`${device.account} ${device.id}`} className="device">
            <span className={device.online ? 'device-dot device-online' : 'device-dot'} aria-hidden="true" />
            <span>
              <bdi className="card-name">{visibleNick(device.label, device.resource)}</bdi>
              <span className="card-note" title={device.why}>
                {doors[device.door]}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FiguresCard() {
  const accounts = useStore(house, (state) => state.accounts);
  return (
    <section className="card">
      <h2>{en.overview.figures}</h2>
      <ul className="card-list">
        {accounts.map((account) => (
          <li key={account.account} className="figures">
            <bdi className="card-name">{account.account}</bdi>
            <span className="card-note">{en.overview.joined(count(account.joined), count(account.rooms))}</span>
            <span className="card-note">{en.overview.archived(count(account.messages))}</span>
          </li>
        ))}
      </ul>
      <a className="link" href={hrefOf({ view: 'add-account' })}>
        {en.accounts.add}
      </a>
    </section>
  );
}
