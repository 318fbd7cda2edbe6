import { useId } from 'react';
import { api } from '../../api/client.ts';
import { dialog, daemon, tellsTyping } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { chooseLanguage, chosenLanguage, strings } from '../../strings/strings.ts';
import { DaemonProblems } from '../overview/daemon-problems.tsx';
import { Switch } from '../controls/switch.tsx';
import { CardPage } from '../shell/page-head.tsx';
import { SettingsCards } from './settings-cards.tsx';

/** What concerns the page itself, and the accounts. */
export function SettingsView() {
  const id = useId();
  const typing = useStore(tellsTyping.store, (on) => on);
  return (
    <CardPage title={strings.settings.title}>
      <DaemonProblems />
      <section className="card">
        <div className="choice">
          <label htmlFor={id}>{strings.settings.language}</label>
          <select
            id={id}
            value={chosenLanguage() ?? ''}
            onChange={({ target }) => chooseLanguage(target.value === 'en' || target.value === 'de' ? target.value : undefined)}
          >
            <option value="">{strings.settings.languageAuto}</option>
            <option value="en" lang="en">
              English
            </option>
            <option value="de" lang="de">
              Deutsch
            </option>
          </select>
        </div>
        <Switch label={strings.settings.typing} checked={typing} onSet={(on) => Promise.resolve(tellsTyping.choose(on)).then(() => true)} />
      </section>
      <AccountsCard />
      <SettingsCards />
      <KeysCard />
    </CardPage>
  );
}

function AccountsCard() {
  const accounts = useStore(daemon, (state) => state.accounts);
  const remove = (account: string): void =>
    dialog.set({
      name: 'ask',
      question: strings.settings.removeAsk(account),
      go: strings.settings.remove,
      act: () => api.accounts.remove.mutate({ account }),
    });
  return (
    <section className="card">
      <h2>{strings.settings.accounts}</h2>
      <ul className="card-list">
        {accounts.map(({ account }) => (
          <li key={account} className="device">
            <bdi className="card-name device-text">{account}</bdi>
            <button
              type="button"
              className="button button-small"
              aria-label={`${strings.password.change}: ${account}`}
              onClick={() => dialog.set({ name: 'password', account })}
            >
              {strings.password.change}
            </button>
            <button
              type="button"
              className="button button-small"
              aria-label={`${strings.settings.remove}: ${account}`}
              onClick={() => remove(account)}
            >
              {strings.settings.remove}
            </button>
          </li>
        ))}
      </ul>
      <a className="button" href={hrefOf({ view: 'add-account' })}>
        {strings.accounts.add}
      </a>
    </section>
  );
}

function KeysCard() {
  const { settings } = strings;
  const keys = [
    ['Ctrl K', settings.keyPalette],
    ['Alt ↑ / Alt ↓', settings.keyRooms],
    ['↑', settings.keyCorrect],
    ['Tab', settings.keyNick],
  ] as const;
  return (
    <section className="card">
      <h2>{settings.keys}</h2>
      <dl className="keys">
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
