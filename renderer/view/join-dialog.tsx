import { useId, useState } from 'react';
import { api, sentenceOf } from '../api/client.ts';
import { house } from '../state/page.ts';
import { go } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { en } from '../strings/en.ts';
import { roomOfLink } from '../text/links.ts';
import { closeDialog, Dialog } from './dialog.tsx';
import { Field, FormError } from './field.tsx';

/** Joins a room by its address or by a link. */
export function JoinDialog(given: { room?: string; password?: string }) {
  const accounts = useStore(house, (state) => state.accounts);
  const [account, setAccount] = useState(accounts[0]?.account ?? '');
  const [address, setAddress] = useState(given.room ?? '');
  const [nick, setNick] = useState('');
  const [password, setPassword] = useState(given.password ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<string>();

  const join = async (): Promise<void> => {
    const link = roomOfLink(address);
    setProblem(link ? undefined : en.join.addressBad);
    setError(undefined);
    if (!link) return;
    setBusy(true);
    try {
      const secret = password || link.password;
      const joined = await api.join.mutate({
        account,
        room: link.room,
        ...(nick.trim() === '' ? {} : { nick }),
        ...(secret ? { password: secret } : {}),
      });
      closeDialog();
      go({ view: 'room', account: joined.account, room: joined.room });
    } catch (reason) {
      setError(sentenceOf(reason));
      setBusy(false);
    }
  };
  return (
    <Dialog title={en.join.title}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void join();
        }}
      >
        <Field
          label={en.join.address}
          hint={en.join.addressHint}
          problem={problem}
          value={address}
          onType={setAddress}
          autoFocus={given.room === undefined}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          inputMode="email"
        />
        <div className="field-pair">
          <Field label={en.join.nick} hint={en.join.nickHint} value={nick} onType={setNick} autoComplete="off" />
          <Field
            label={en.join.password}
            hint={en.join.passwordHint}
            value={password}
            onType={setPassword}
            type="password"
            autoComplete="off"
            autoFocus={given.room !== undefined}
          />
        </div>
        {accounts.length > 1 && (
          <AccountChoice accounts={accounts.map((entry) => entry.account)} value={account} onChoose={setAccount} />
        )}
        <FormError error={error} />
        <footer className="form-foot">
          <button type="button" className="button" onClick={closeDialog}>
            {en.cancel}
          </button>
          <button type="submit" className="button button-main" disabled={busy}>
            {busy ? en.join.going : en.join.go}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function AccountChoice(props: { accounts: readonly string[]; value: string; onChoose: (account: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{en.join.account}</label>
      <select id={id} value={props.value} onChange={(event) => props.onChoose(event.target.value)}>
        {props.accounts.map((account) => (
          <option key={account}>{account}</option>
        ))}
      </select>
    </div>
  );
}
