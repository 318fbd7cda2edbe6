import { useId, useState } from 'react';
import { api, sentenceOf } from '../api/client.ts';
import { emptyAccountForm, readAccountForm, type AccountForm, type Problems } from '../state/account-form.ts';
import { go } from '../state/route.ts';
import { strings } from '../strings/strings.ts';
import { Field, FormError } from './field.tsx';

type Change = (change: Partial<AccountForm>) => void;

/** The form for an account; on a first run, with a word on what this is. */
export function AddAccount({ first = false }: { first?: boolean }) {
  const [form, setForm] = useState(emptyAccountForm);
  const [problems, setProblems] = useState<Problems>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const change: Change = (part) => setForm((whole) => ({ ...whole, ...part }));

  const add = async (): Promise<void> => {
    const read = readAccountForm(form);
    setProblems('problems' in read ? read.problems : {});
    setError(undefined);
    if ('problems' in read) return;
    setBusy(true);
    try {
      await api.accounts.add.mutate(read.request);
      go({ view: 'home' });
    } catch (reason) {
      setError(sentenceOf(reason));
    }
    setBusy(false);
  };
  return (
    <main className="stage" aria-label={strings.account.title}>
      <div className="stage-card">
        {first && (
          <header className="stage-intro">
            <img src="/icon.svg" width="44" height="44" alt="" />
            <h1>{strings.firstRun.title}</h1>
            <p>{strings.firstRun.text}</p>
          </header>
        )}
        <form
          className="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void add();
          }}
        >
          {!first && <h1>{strings.account.title}</h1>}
          <Field
            label={strings.account.jid}
            hint={strings.account.jidHint}
            problem={problems.jid}
            value={form.jid}
            onType={(jid) => change({ jid })}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            inputMode="email"
            autoFocus
          />
          <Field
            label={strings.account.password}
            hint={strings.account.passwordHint}
            problem={problems.password}
            value={form.password}
            onType={(password) => change({ password })}
            type="password"
            autoComplete="current-password"
          />
          <ServerDetails form={form} problems={problems} change={change} />
          <FormError error={error} />
          <footer className="form-foot">
            {!first && (
              <a className="button" href="#/">
                {strings.cancel}
              </a>
            )}
            <button type="submit" className="button button-main" disabled={busy}>
              {busy ? strings.account.going : strings.account.go}
            </button>
          </footer>
        </form>
      </div>
    </main>
  );
}

function ServerDetails({ form, problems, change }: { form: AccountForm; problems: Problems; change: Change }) {
  const id = useId();
  return (
    <details className="more" open={problems.server === undefined ? undefined : true}>
      <summary>{strings.account.details}</summary>
      <p className="field-said">{strings.account.detailsHint}</p>
      <Field
        label={strings.account.server}
        hint={strings.account.serverHint}
        problem={problems.server}
        value={form.server}
        onType={(server) => change({ server })}
        autoComplete="off"
        spellCheck={false}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={form.directTls}
          onChange={(event) => change({ directTls: event.target.checked })}
        />
        {strings.account.directTls}
      </label>
      <Field
        label={strings.account.pin}
        hint={strings.account.pinHint}
        value={form.pin}
        onType={(pin) => change({ pin })}
        autoComplete="off"
        spellCheck={false}
      />
      <div className="field">
        <label htmlFor={id}>{strings.account.ca}</label>
        <textarea
          id={id}
          rows={3}
          value={form.ca}
          spellCheck={false}
          aria-describedby={`${id}-said`}
          onChange={(event) => change({ ca: event.target.value })}
        />
        <p id={`${id}-said`} className="field-said">
          {strings.account.caHint}
        </p>
      </div>
    </details>
  );
}
