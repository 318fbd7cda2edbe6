import { useState } from 'react';
import { api } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { Field, FormError } from '../controls/field.tsx';
import { FoundList, useFound } from './found-list.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** A public directory of rooms (XEP-0433): asked only where the person switched it on, for it sees what is typed. */
export function DirectoryCard({ account }: { account: string }) {
  const [turn, setTurn] = useState(0);
  const answer = useAnswer(`${account} ${turn}`, () => api.browse.directory.query({ account }));
  const { busy, error, run } = useCall();
  const set = (service: string | null): void =>
    inBackground('setting the directory', run(() => api.browse.setDirectory.mutate({ account, service })).then((done) => done && setTurn((last) => last + 1)));
  if (!answer) return null;
  const { service } = answer;
  return (
    <section className="card" aria-label={strings.browse.directory}>
      <h2>{strings.browse.directory}</h2>
      <p>{strings.browse.directoryText}</p>
      {service === null ? <SwitchOn busy={busy} onOn={set} /> : <Search account={account} service={service} />}
      {service !== null && (
        <button type="button" className="link" disabled={busy} onClick={() => set(null)}>
          {strings.browse.off}
        </button>
      )}
      <FormError error={error} />
    </section>
  );
}

const USUAL = 'api@search.jabber.network';

function SwitchOn({ busy, onOn }: { busy: boolean; onOn: (service: string) => void }) {
  const [typed, setTyped] = useState(USUAL);
  return (
    <form
      className="form form-inline"
      onSubmit={(event) => {
        event.preventDefault();
        onOn(typed.trim());
      }}
    >
      <Field label={strings.browse.directoryAddress} hint={strings.browse.directoryHint} value={typed} onType={setTyped} autoComplete="off" spellCheck={false} />
      <button type="submit" className="button" disabled={busy || typed.trim() === ''}>
        {strings.browse.on}
      </button>
    </form>
  );
}

function Search({ account, service }: { account: string; service: string }) {
  const [typed, setTyped] = useState('');
  const [words, setWords] = useState('');
  const { ask, busy, error, found } = useFound((after) => api.browse.search.query({ account, words, ...after }));
  return (
    <>
      <form
        className="form form-inline"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setWords(typed.trim());
          ask((after) => api.browse.search.query({ account, words: typed.trim(), ...after }));
        }}
      >
        <Field label={strings.browse.words} hint={strings.browse.sees(service)} value={typed} onType={setTyped} autoComplete="off" />
        <button type="submit" className="button" disabled={busy || typed.trim() === ''}>
          {busy ? strings.browse.going : strings.browse.search}
        </button>
      </form>
      <FormError error={error} />
      {found && <FoundList account={account} found={found} busy={busy} onMore={() => ask()} />}
    </>
  );
}
