import { api } from '../../api/client.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { daemon } from '../../state/page.ts';
import { go } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { closeDialog, Dialog, DialogFoot } from '../controls/dialog.tsx';
import { FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** Leaving is final on every device, so it is asked for twice. */
export function LeaveDialog({ account, room }: RoomName) {
  const { busy, error, run } = useCall();
  const wishes = useStore(daemon, ({ rooms }) => rooms.get(keyOf({ account, room }))?.wishes);
  const others = [...(wishes?.bookmark ? [strings.leave.bookmark] : []), ...(wishes?.devices ?? [])];
  const leave = async (): Promise<void> => {
    if (!(await run(() => api.leave.mutate({ account, room })))) return;
    closeDialog();
    go({ view: 'home' });
  };
  return (
    <Dialog title={strings.leave.title} role="alertdialog">
      <p className="dialog-subject">
        <bdi>{room}</bdi>
      </p>
      <p>{strings.leave.text}</p>
      {others.length > 0 && (
        <p>
          <bdi>{strings.leave.wishes(others.join(', '))}</bdi>
        </p>
      )}
      <FormError error={error} />
      <DialogFoot go={busy ? strings.leave.going : strings.leave.go} busy={busy} act={() => inBackground('leaving a room', leave())} />
    </Dialog>
  );
}
