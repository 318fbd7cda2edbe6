import { useId, useRef, useState } from 'react';
import { api, certificateOf, faultOf, sentenceOf, type FirstLook } from '../../api/client.ts';
import { emptyAccountForm, readAccountForm, type AccountForm, type AccountRequest, type FormProblems } from '../../state/account-form.ts';
import { strings } from '../../strings/strings.ts';
import { Field, FormError } from '../controls/field.tsx';
import { Found } from '../search/found.tsx';
import { SandboxCard } from '../settings/sandbox-card.tsx';
import { inBackground } from '../../state/background.ts';

type Change = (change: Partial<AccountForm>) => void;

/** The way in for an account: the login, then what was found, and nothing is done before the person agrees to it. */
export function AddAccount({ first = false }: { first?: boolean }) {
  const [form, setForm] = useState(emptyAccountForm);
  const [looked, setLooked] = useState<{ readonly request: AccountRequest; readonly look: FirstLook }>();
  if (looked) return <Found {...looked} onBack={() => setLooked(undefined)} />;
  return <Login first={first} form={form} change={(part) => setForm((whole) => ({ ...whole, ...part }))} onLooked={setLooked} />;
}

interface LoginProps {
  readonly first: boolean;
  readonly form: AccountForm;
  readonly change: Change;
  readonly onLooked: (looked: { request: AccountRequest; look: FirstLook }) => void;
}

function Login({ first, form, change, onLooked }: LoginProps) {
  const [problems, setProblems] = useState<FormProblems>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [details, setDetails] = useState(form.server !== '' || form.pin !== '');
  const [unknown, setUnknown] = useState<string>();
  const under = useRef<AbortController>(undefined);

  const look = async (filled = form): Promise<void> => {
    const read = readAccountForm(filled);
    setProblems('problems' in read ? read.problems : {});
    setError(undefined);
    setUnknown(undefined);
    if ('problems' in read) return;
    setBusy(true);
    const stop = new AbortController();
    under.current = stop;
    try {
      onLooked({ request: read.request, look: await api.accounts.look.mutate(read.request, { signal: stop.signal }) });
    } catch (reason) {
      if (!stop.signal.aborted) {
        setError(sentenceOf(reason));
        setUnknown(certificateOf(reason));
        if (faultOf(reason) === 'unreachable') setDetails(true);
      }
      setBusy(false);
    }
  };
  const trust = (certificate: string): void => {
    change({ pin: certificate });
    setDetails(true);
    inBackground('looking at an account', look({ ...form, pin: certificate }));
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
            inBackground('looking at an account', look());
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
          <FormError error={error} />
          {unknown !== undefined && <UnknownCertificate fingerprint={unknown} onTrust={() => trust(unknown)} />}
          <button type="button" className="link more-link" aria-expanded={details} onClick={() => setDetails(!details)}>
            {strings.account.details}
          </button>
          {details && <ServerDetails form={form} problems={problems} change={change} />}
          <footer className="form-foot">
            {busy ? (
              <button type="button" className="button" onClick={() => under.current?.abort()}>
                {strings.cancel}
              </button>
            ) : (
              !first && (
                <a className="button" href="#/">
                  {strings.cancel}
                </a>
              )
            )}
            <button type="submit" className="button button-main" disabled={busy}>
              {busy ? strings.account.going : strings.account.go}
            </button>
          </footer>
        </form>
        {first && <SandboxCard />}
      </div>
    </main>
  );
}

/** What is to be compared before a certificate is trusted that no authority vouches for. */
function UnknownCertificate({ fingerprint, onTrust }: { fingerprint: string; onTrust: () => void }) {
  const id = useId();
  const pairs = fingerprint.toUpperCase().match(/../g) ?? [];
  return (
    <section className="more more-open" aria-labelledby={id}>
      <h2 id={id} className="unknown-title">
        {strings.untrusted.title}
      </h2>
      <p className="field-said">{strings.untrusted.text}</p>
      <code className="fingerprint">{pairs.join(':')}</code>
      <button type="button" className="button" onClick={onTrust}>
        {strings.untrusted.trust}
      </button>
    </section>
  );
}

/** Open from the start where the server was not found by itself. */
function ServerDetails({ form, problems, change }: { form: AccountForm; problems: FormProblems; change: Change }) {
  const id = useId();
  return (
    <fieldset className="more more-open">
      <legend className="unseen">{strings.account.details}</legend>
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
    </fieldset>
  );
}
