import { useState } from 'react';
import { api, sentenceOf } from '../api/client.ts';
import { go } from '../state/route.ts';
import type { RoomName } from '../state/timelines.ts';
import { strings } from '../strings/strings.ts';
import { closeDialog, Dialog } from './dialog.tsx';
import { FormError } from './field.tsx';

/** Leaving is final on every device, so it is asked for twice. */
export function LeaveDialog({ account, room }: RoomName) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const leave = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await api.leave.mutate({ account, room });
      closeDialog();
      go({ view: 'home' });
    } catch (reason) {
      setError(sentenceOf(reason));
      setBusy(false);
    }
  };
  return (
    <Dialog title={strings.leave.title} role="alertdialog">
      <p className="dialog-subject">
        <bdi>{room}</bdi>
      </p>
      <p>{strings.leave.text}</p>
      <FormError error={error} />
      <footer className="form-foot">
        <button type="button" className="button" onClick={closeDialog} data-first>
          {strings.cancel}
        </button>
        <button type="button" className="button button-danger" disabled={busy} onClick={() => void leave()}>
          {busy ? strings.leave.going : strings.leave.go}
        </button>
      </footer>
    </Dialog>
  );
}
