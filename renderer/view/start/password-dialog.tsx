import { useState } from 'react';
import { api } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { closeDialog, Dialog, DialogFoot } from '../controls/dialog.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** Another password for an account; the daemon tries it before it keeps it. */
export function PasswordDialog({ account }: { account: string }) {
  const [password, setPassword] = useState('');
  const [empty, setEmpty] = useState(false);
  const { busy, error, run } = useCall();
  const change = async (): Promise<void> => {
    setEmpty(password === '');
    if (password !== '' && (await run(() => api.accounts.password.mutate({ account, password, check: true })))) closeDialog();
  };
  return (
    <Dialog title={strings.password.title}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          inBackground('changing a password', change());
        }}
      >
        <p className="dialog-text">{strings.password.text(account)}</p>
        <Field
          label={strings.password.field}
          hint={strings.account.passwordHint}
          problem={empty ? strings.account.passwordBad : undefined}
          value={password}
          onType={setPassword}
          type="password"
          autoComplete="current-password"
        />
        <FormError error={error} />
        <DialogFoot go={busy ? strings.account.going : strings.password.go} busy={busy} />
      </form>
    </Dialog>
  );
}
