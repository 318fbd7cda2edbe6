import { strings } from '../strings/strings.ts';
import { closeDialog, Dialog } from './dialog.tsx';
import { FormError } from './field.tsx';
import { useCall } from './use-call.ts';

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
      <footer className="form-foot">
        <button type="button" className="button" onClick={closeDialog} data-first>
          {strings.cancel}
        </button>
        <button type="button" className="button button-danger" disabled={busy} onClick={() => void agree()}>
          {go}
        </button>
      </footer>
    </Dialog>
  );
}
