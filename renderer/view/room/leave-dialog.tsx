import { api } from '../../api/client.ts';
import { go } from '../../state/route.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { closeDialog, Dialog, DialogFoot } from '../controls/dialog.tsx';
import { FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** Leaving is final on every device, so it is asked for twice. */
export function LeaveDialog({ account, room }: RoomName) {
  const { busy, error, run } = useCall();
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
      <FormError error={error} />
      <DialogFoot go={busy ? strings.leave.going : strings.leave.go} busy={busy} act={() => inBackground('leaving a room', leave())} />
    </Dialog>
  );
}
