import { useMemo, useState } from 'react';
import { api, type ApiDevice, type ApiRoom } from '../../api/client.ts';
import { dialog, daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { visibleNick } from '../../text/visible.ts';
import { ConnectCard } from './connect-card.tsx';
import { DeviceMore, TestButton } from './device-more.tsx';
import { DeviceMatrix } from './device-matrix.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { CardPage } from '../shell/page-head.tsx';
import { PolicyChoice } from './policy-choice.tsx';
import { RelayRest } from './relay-rest.tsx';
import { nameOf } from '../room/room-list.tsx';
import { Switch } from '../controls/switch.tsx';
import { useCall } from '../controls/use-call.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

type DeviceChange = Parameters<typeof api.device.change.mutate>[0];

/** Every device of the person: by which door it comes, what it gets, and why. */
export function DevicesView() {
  const byAccount = useStore(daemon, (state) => state.devices);
  const loaded = useStore(daemon, (state) => state.loaded);
  const accounts = useMemo(() => [...byAccount.keys()], [byAccount]);
  const devices = useMemo(
    () => [...byAccount.values()].flat().toSorted((a, b) => Number(b.online) - Number(a.online) || b.lastSeen.localeCompare(a.lastSeen)),
    [byAccount],
  );
  return (
    <CardPage title={strings.devices.title} intro={strings.devices.intro} busy={!loaded}>
      {loaded && devices.length === 0 && <p className="card quiet">{strings.devices.none}</p>}
      {devices.map((device) => (
        <DeviceCard key={`${device.account} ${device.id}`} device={device} />
      ))}
      {loaded && <RelayRest />}
      {accounts.map((account) => (
        <DeviceMatrix key={account} account={account} />
      ))}
      <ConnectCard />
    </CardPage>
  );
}

function DeviceCard({ device }: { device: ApiDevice }) {
  const { error, busy, run } = useCall();
  const now = new Date(useNow(MINUTE));
  const several = useStore(daemon, (state) => state.accounts.length > 1);
  const label = visibleNick(device.label, device.resource);
  const about = { account: device.account, device: device.id };
  const ours = device.frontend !== 'bouncer'; // its session is the bouncer's own, and lasts as long as it
  const change = (wish: Omit<DeviceChange, 'account' | 'device'>): Promise<boolean> => run(() => api.device.change.mutate({ ...about, ...wish }));
  const forget = (): void =>
    dialog.set({
      name: 'ask',
      question: strings.devices.forgetAsk(label),
      go: strings.devices.forget,
      act: () => api.device.forget.mutate(about),
    });
  return (
    <section className="card device-card" aria-label={label}>
      <header className="device-head">
        <span className={device.online ? 'device-dot device-online' : 'device-dot'} aria-hidden="true" />
        <h2>
          <bdi>{label}</bdi>
        </h2>
        <span className="tag">{strings.devices.door[device.frontend]}</span>
      </header>
      <p className="device-notes">
        {device.online ? strings.devices.online : device.awaited ? strings.devices.neverSeen : strings.devices.lastSeen(momentOf(new Date(device.lastSeen), now))}
        {' · '}
        <bdi>{[device.software, device.resource].filter((one) => one !== undefined && one !== '').map((one) => visibleNick(one ?? '', '')).join(' · ')}</bdi>
        {several && <bdi> · {device.account}</bdi>}
      </p>
      <p className="device-why">
        <bdi>{strings.says(device.why) ?? device.why}</bdi>
      </p>
      {ours ? (
        <Switch label={strings.devices.relay} checked={device.relay} onSet={(attached) => change({ attached })} />
      ) : (
        <Switch
          label={strings.devices.leavesEverywhere}
          checked={device.leaves === 'everywhere'}
          onSet={(on) => change({ leaves: on ? 'everywhere' : 'here' })}
        />
      )}
      <PolicyChoice label={strings.devices.policy} value={device.policy} busy={busy} onChoose={(policy) => inBackground('changing a device', change({ policy }))} />
      <ByRoom device={device} />
      {ours && (
        <>
          {device.limit && <DeviceMore device={device} limit={device.limit} />}
          <Rename key={device.label} device={device} />
          {device.online && <TestButton device={device} />}
          <button type="button" className="link" disabled={busy} onClick={forget}>
            {strings.devices.forget}
          </button>
        </>
      )}
      <FormError error={error} />
    </section>
  );
}

/** The device's row of the matrix: what it gets of each room. */
function ByRoom({ device }: { device: ApiDevice }) {
  const rooms = useStore(daemon, (state) => state.rooms);
  const { error, busy, run } = useCall();
  const own = useMemo(() => roomsOf(device, [...rooms.values()]), [device, rooms]);
  const different = Object.keys(device.policies).length;
  if (own.length === 0) return null;
  return (
    <details className="more">
      <summary>
        {strings.devices.byRoom}
        {different > 0 && ` (${different})`}
      </summary>
      {own.map(({ room, title }) => (
        <PolicyChoice
          key={room}
          label={title}
          value={device.policies[room] ?? 'default'}
          usual={strings.devices.policies.default}
          busy={busy}
          onChoose={(policy) => inBackground('changing a device', run(() => api.device.change.mutate({ account: device.account, device: device.id, room, policy })))}
        />
      ))}
      <FormError error={error} />
    </details>
  );
}

/** The account's rooms, and those that were left with a policy of their own. */
function roomsOf(device: ApiDevice, rooms: readonly ApiRoom[]): { room: string; title: string }[] {
  const titles = new Map(Object.keys(device.policies).map((room) => [room, room]));
  for (const room of rooms) if (room.account === device.account) titles.set(room.room, nameOf(room));
  return [...titles].map(([room, title]) => ({ room, title })).toSorted((a, b) => a.title.localeCompare(b.title));
}

function Rename({ device }: { device: ApiDevice }) {
  const [label, setLabel] = useState(device.label);
  const { error, busy, run } = useCall();
  return (
    <form
      className="rename"
      onSubmit={(event) => {
        event.preventDefault();
        inBackground('naming a device', run(() => api.device.change.mutate({ account: device.account, device: device.id, label })));
      }}
    >
      <Field label={strings.devices.rename} value={label} onType={setLabel} maxLength={60} autoComplete="off" />
      {label.trim() !== device.label && (
        <button type="submit" className="button" disabled={busy}>
          {strings.devices.save}
        </button>
      )}
      <FormError error={error} />
    </form>
  );
}
