import type { ApiAccountStatus } from '../../api/client.ts';
import { daemon, shownAccount } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { Badge } from '../room/nick.tsx';
import { SECOND, useNow } from '../controls/use-now.ts';

/** Each account with the state of its connection, and the reason where there is one. */
export function AccountLines() {
  const accounts = useStore(daemon, (state) => state.accounts);
  return (
    <ul className="accounts" aria-label={strings.accounts.title}>
      {accounts.map((account) => (
        <AccountLine key={account.account} status={account} />
      ))}
    </ul>
  );
}

function AccountLine({ status }: { status: ApiAccountStatus }) {
  const { connection, account } = status;
  const why = connection.state === 'waiting' || connection.state === 'refused' ? connection.why : undefined;
  const several = useStore(daemon, (state) => state.accounts.length > 1);
  const only = useStore(shownAccount, (chosen) => chosen === account);
  const line = (
    <>
      <Badge nick={account} />
      <span className="account-text">
        <bdi className="account-jid" title={account}>
          {account}
        </bdi>
        <span className={`connection connection-${connection.state}`}>
          <span className="connection-mark" aria-hidden="true" />
          <ConnectionWords status={status} />
        </span>
        {why !== undefined && <span className="account-why">{strings.says(why) ?? why}</span>}
      </span>
    </>
  );
  if (!several) return <li className="account">{line}</li>;
  return (
    <li>
      <button
        type="button"
        className="account account-switch"
        aria-pressed={only}
        title={only ? strings.accounts.all : strings.accounts.only(account)}
        onClick={() => shownAccount.set(only ? undefined : account)}
      >
        {line}
      </button>
    </li>
  );
}

function ConnectionWords({ status: { connection } }: { status: ApiAccountStatus }) {
  const seconds = useSecondsTo(connection.state === 'waiting' ? connection.retryAt : undefined);
  switch (connection.state) {
    case 'online':
      return strings.accounts.online;
    case 'offline':
      return strings.accounts.offline;
    case 'connecting':
      return connection.attempt > 1 ? strings.accounts.connectingAgain(connection.attempt) : strings.accounts.connecting;
    case 'waiting':
      return strings.accounts.waiting(seconds);
    case 'refused':
      return strings.accounts.refused;
  }
}

/** Whole seconds until `at` (milliseconds since the epoch), counted down. */
function useSecondsTo(at: number | undefined): number {
  const now = useNow(at === undefined ? undefined : SECOND);
  return at === undefined ? 0 : Math.max(0, Math.ceil((at - now) / SECOND));
}
