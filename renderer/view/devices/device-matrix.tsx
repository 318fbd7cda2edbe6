import { useMemo } from 'react';
import { api, type ApiDevice } from '../../api/client.ts';
import { daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick } from '../../text/visible.ts';
import { FormError } from '../controls/field.tsx';
import { PolicySelect } from './policy-choice.tsx';
import { nameOf } from '../room/room-list.tsx';
import { Scrolled } from '../timeline/scrolled.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** Which device gets what of which room, side by side. */
export function DeviceMatrix({ account }: { account: string }) {
  const all = useStore(daemon, (state) => state.devices.get(account));
  const rooms = useStore(daemon, (state) => state.rooms);
  const devices = useMemo(() => (all ?? []).filter(({ frontend: door }) => door !== 'bouncer'), [all]);
  const own = useMemo(
    () => [...rooms.values()].filter((room) => room.account === account).toSorted((a, b) => nameOf(a).localeCompare(nameOf(b))),
    [rooms, account],
  );
  const { busy, error, run } = useCall();
  const several = useStore(daemon, (state) => state.accounts.length > 1);
  const title = several ? `${strings.matrix.title}: ${account}` : strings.matrix.title;
  if (devices.length === 0 || own.length === 0) return null;
  return (
    <section className="card" aria-label={title}>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <p>{strings.matrix.text}</p>
      <Scrolled label={title} className="table-frame matrix">
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
                    <PolicySelect
                      name={`${labelOf(device)}: ${nameOf(room)}`}
                      value={device.policies[room.room] ?? 'default'}
                      usual={strings.matrix.usual(strings.devices.policies[device.policy])}
                      busy={busy}
                      onChoose={(policy) => inBackground('changing a device', run(() => api.device.change.mutate({ account, device: device.id, room: room.room, policy })))}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      <FormError error={error} />
    </section>
  );
}

function labelOf(device: ApiDevice): string {
  return visibleNick(device.label, device.resource);
}
