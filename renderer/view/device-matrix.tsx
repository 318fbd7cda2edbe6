import { useMemo } from 'react';
import { api, type Device, type Room } from '../api/client.ts';
import { house } from '../state/page.ts';
import { useStore } from '../state/store.ts';
import { strings } from '../strings/strings.ts';
import { visibleNick } from '../text/visible.ts';
import { FormError } from './field.tsx';
import { nameOf } from './room-list.tsx';
import { useCall } from './use-call.ts';

const choices = ['default', 'everything', 'mentions', 'nothing'] as const;

/** Which device gets what of which room, side by side. */
export function DeviceMatrix({ account }: { account: string }) {
  const all = useStore(house, (state) => state.devices.get(account));
  const rooms = useStore(house, (state) => state.rooms);
  const devices = useMemo(() => (all ?? []).filter(({ door }) => door !== 'bouncer'), [all]);
  const own = useMemo(
    () => [...rooms.values()].filter((room) => room.account === account).toSorted((a, b) => nameOf(a).localeCompare(nameOf(b))),
    [rooms, account],
  );
  const { busy, error, run } = useCall();
  const several = useStore(house, (state) => state.accounts.length > 1);
  const title = several ? `${strings.matrix.title}: ${account}` : strings.matrix.title;
  if (devices.length === 0 || own.length === 0) return null;
  return (
    <section className="card" aria-label={title}>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <p>{strings.matrix.text}</p>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <div className="table-frame matrix" tabIndex={0} role="group" aria-label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{strings.bookmarks.room}</th>
              {devices.map((device) => (
                <th key={device.id} scope="col">
                  <bdi>{labelOf(device)}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {own.map((room) => (
              <tr key={room.room}>
                <th scope="row">
                  <bdi>{nameOf(room)}</bdi>
                </th>
                {devices.map((device) => (
                  <td key={device.id}>
                    <Cell device={device} room={room} busy={busy} onChoose={(policy) => void run(() => api.device.change.mutate({ account, device: device.id, room: room.room, policy }))} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <FormError error={error} />
    </section>
  );
}

interface CellProps {
  readonly device: Device;
  readonly room: Room;
  readonly busy: boolean;
  readonly onChoose: (policy: (typeof choices)[number]) => void;
}

function Cell({ device, room, busy, onChoose }: CellProps) {
  const value = device.policies[room.room] ?? 'default';
  return (
    <select
      aria-label={`${labelOf(device)}: ${nameOf(room)}`}
      className={value === 'default' ? 'matrix-default' : undefined}
      value={value}
      disabled={busy}
      onChange={(event) => {
        const chosen = choices.find((one) => one === event.target.value);
        if (chosen) onChoose(chosen);
      }}
    >
      {choices.map((one) => (
        <option key={one} value={one}>
          {one === 'default' ? strings.matrix.usual(strings.devices.policies[device.policy]) : strings.devices.policies[one]}
        </option>
      ))}
    </select>
  );
}

function labelOf(device: Device): string {
  return visibleNick(device.label, device.resource);
}
