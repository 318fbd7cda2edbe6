import { useState } from 'react';
import { api } from '../../api/client.ts';
import { daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { AccountChoice } from '../start/account-choice.tsx';
import { DirectoryCard } from './directory-card.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { FoundList, useFound } from './found-list.tsx';
import { CardPage } from '../shell/page-head.tsx';
import { useShownAccount } from '../room/room-list.tsx';
import { useAnswer } from '../controls/use-answer.ts';

/** Rooms that the person is not in: by service, and by a public directory where one was switched on. */
export function BrowseView() {
  const accounts = useStore(daemon, (state) => state.accounts);
  const [chosen, choose] = useState<string>();
  const shown = useShownAccount();
  const account = chosen ?? shown ?? accounts[0]?.account;
  if (account === undefined) return <CardPage title={strings.browse.title} busy>{null}</CardPage>;
  return (
    <CardPage title={strings.browse.title} intro={strings.browse.intro}>
      {accounts.length > 1 && (
        <AccountChoice accounts={accounts.map((entry) => entry.account)} value={account} onChoose={choose} />
      )}
      <ServiceCard key={`service ${account}`} account={account} />
      <DirectoryCard key={`directory ${account}`} account={account} />
    </CardPage>
  );
}

function ServiceCard({ account }: { account: string }) {
  const online = useStore(daemon, (state) => state.accounts.find((one) => one.account === account)?.connection.state);
  const services = useAnswer(`${account} ${online}`, () => api.browse.services.query({ account })) ?? [];
  const [typed, setTyped] = useState('');
  const [service, setService] = useState<string>();
  const { ask, busy, error, found } = useFound((after) => api.browse.rooms.query({ account, service: service ?? '', ...after }));
  const look = (address: string): void => {
    setService(address);
    setTyped(address);
    ask((after) => api.browse.rooms.query({ account, service: address, ...after }));
  };
  return (
    <section className="card" aria-label={strings.browse.service}>
      <h2>{strings.browse.service}</h2>
      {services.length > 0 && (
        <ul className="chips" aria-label={strings.browse.known}>
          {services.map(({ jid }) => (
            <li key={jid}>
              <button type="button" className="chip" aria-pressed={jid === service} disabled={busy} onClick={() => look(jid)}>
                <bdi>{jid}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
      <form
        className="form form-inline"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== '') look(typed.trim());
        }}
      >
        <Field label={strings.browse.address} hint={strings.browse.addressHint} value={typed} onType={setTyped} autoComplete="off" autoCapitalize="none" spellCheck={false} />
        <button type="submit" className="button" disabled={busy || typed.trim() === ''}>
          {busy ? strings.browse.going : strings.browse.go}
        </button>
      </form>
      <FormError error={error} />
      {found && <FoundList account={account} found={found} busy={busy} onMore={() => ask()} />}
    </section>
  );
}
