import { closeDialog, Dialog, DialogFoot } from './dialog.tsx';
import { FormError } from './field.tsx';
import { useCall } from './use-call.ts';
import { inBackground } from '../../state/background.ts';

/** A question before something that cannot be taken back; the safe answer has the focus. */
export function AskDialog({ question, go, act }: { question: string; go: string; act: () => Promise<unknown> }) {
  const { busy, error, run } = useCall();
  const agree = async (): Promise<void> => {
    if (await run(act)) closeDialog();
  };
  return (
    <Dialog title={go} role="alertdialog">
      <p className="dialog-text">
        <bdi>{question}</bdi>
      </p>
      <FormError error={error} />
      <DialogFoot go={go} busy={busy} act={() => inBackground('doing what was confirmed', agree())} />
    </Dialog>
  );
}
