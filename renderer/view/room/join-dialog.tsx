import { useState } from 'react';
import { api, sentenceOf } from '../../api/client.ts';
import { daemon } from '../../state/page.ts';
import { go, hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { roomOfLink } from '../../text/links.ts';
import { AccountChoice } from '../start/account-choice.tsx';
import { closeDialog, Dialog, DialogFoot } from '../controls/dialog.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { useShownAccount } from './room-list.tsx';
import { inBackground } from '../../state/background.ts';

/** Joins a room by its address or by a link. */
export function JoinDialog(given: { account?: string; room?: string; password?: string; nick?: string }) {
  const accounts = useStore(daemon, (state) => state.accounts);
  const shown = useShownAccount();
  const [account, setAccount] = useState(given.account ?? shown ?? accounts[0]?.account ?? '');
  const [address, setAddress] = useState(given.room ?? '');
  const [nick, setNick] = useState(given.nick ?? '');
  const [password, setPassword] = useState(given.password ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<string>();

  const join = async (): Promise<void> => {
    const link = roomOfLink(address);
    setProblem(link ? undefined : strings.join.addressBad);
    setError(undefined);
    if (!link) return;
    setBusy(true);
    try {
      const secret = password || link.password;
      const joined = await api.join.mutate({
        account,
        room: link.room,
        tentative: true,
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
    <Dialog title={strings.join.title}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          inBackground('joining a room', join());
        }}
      >
        <Field
          label={strings.join.address}
          hint={strings.join.addressHint}
          problem={problem}
          value={address}
          onType={setAddress}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          inputMode="email"
        />
        <div className="field-pair">
          <Field label={strings.join.nick} hint={strings.join.nickHint} value={nick} onType={setNick} autoComplete="off" />
          <Field
            label={strings.join.password}
            hint={strings.join.passwordHint}
            value={password}
            onType={setPassword}
            type="password"
            autoComplete="off"
            data-first={given.room === undefined ? undefined : true}
          />
        </div>
        {accounts.length > 1 && (
          <AccountChoice accounts={accounts.map((entry) => entry.account)} value={account} onChoose={setAccount} />
        )}
        <p className="field-said">
          <a className="link" href={hrefOf({ view: 'browse' })} onClick={closeDialog}>
            {strings.browse.find}
          </a>
        </p>
        <FormError error={error} />
        <DialogFoot go={busy ? strings.join.going : strings.join.go} busy={busy} />
      </form>
    </Dialog>
  );
}
