import { useEffect, useId, useRef, type ReactNode } from 'react';
import { dialog } from '../../state/page.ts';
import { strings } from '../../strings/strings.ts';
import { CloseIcon } from './icons.tsx';

interface Props {
  readonly title: string;
  readonly role?: 'dialog' | 'alertdialog';
  readonly children: ReactNode;
}

/** The browser's own modal dialog: it keeps the focus in, closes by Escape, and gives the focus back. */
export function Dialog({ title, role = 'dialog', children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const { current } = element;
    if (current && !current.open) current.showModal();
    // `showModal` takes the first button, and React leaves out the attribute that would tell it otherwise.
    current?.querySelector<HTMLElement>('[data-first], input, select')?.focus();
    return () => current?.close();
  }, []);
  return (
    <dialog ref={element} role={role} aria-labelledby={id} className="dialog" onCancel={closeDialog}>
      <header className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label={strings.close} onClick={closeDialog}>
          <CloseIcon />
        </button>
      </header>
      {children}
    </dialog>
  );
}

export function closeDialog(): void {
  dialog.set(undefined);
}

interface FootProps {
  readonly go: string;
  readonly busy: boolean;
  /** What cannot be taken back; without it, the form is sent. */
  readonly act?: () => void;
}

/** The way out, which has the focus before what cannot be taken back, and what the dialog is for. */
export function DialogFoot({ go, busy, act }: FootProps) {
  return (
    <footer className="form-foot">
      <button type="button" className="button" onClick={closeDialog} data-first={act && true}>
        {strings.cancel}
      </button>
      {act ? (
        <button type="button" className="button button-danger" disabled={busy} onClick={act}>
          {go}
        </button>
      ) : (
        <button type="submit" className="button button-main" disabled={busy}>
          {go}
        </button>
      )}
    </footer>
  );
}
