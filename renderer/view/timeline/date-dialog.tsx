import { useState } from 'react';
import { api } from '../../api/client.ts';
import { go } from '../../state/route.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { dayKey } from '../../text/time.ts';
import { closeDialog, Dialog, DialogFoot } from '../controls/dialog.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { HOUR, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

/** Goes to a day in the room: to its first message, or to the next one that there is. */
export function DateDialog({ account, room }: RoomName) {
  const [day, setDay] = useState('');
  const [empty, setEmpty] = useState(false);
  const { busy, error, run } = useCall();
  const now = useNow(HOUR);
  const jump = async (): Promise<void> => {
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    const from = new Date(year, month - 1, date); // the person's own midnight
    await run(async () => {
      const { id } = await api.at.query({ account, room, from: from.toISOString() });
      setEmpty(id === null);
      if (id === null) return;
      closeDialog();
      go({ view: 'room', account, room, at: id });
    });
  };
  return (
    <Dialog title={strings.date.title}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          inBackground('going to a date', jump());
        }}
      >
        <Field label={strings.date.day} hint={strings.date.hint} type="date" max={dayKey(new Date(now))} value={day} onType={setDay} required />
        <FormError error={error ?? (empty ? strings.date.nothing : undefined)} />
        <DialogFoot go={strings.date.go} busy={busy || day === ''} />
      </form>
    </Dialog>
  );
}
