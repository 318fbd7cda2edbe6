import type { AccountStatus } from '../api/client.ts';
import { house } from '../state/page.ts';
import { useStore } from '../state/store.ts';
import { en } from '../strings/en.ts';
import { Badge } from './nick.tsx';
import { SECOND, useNow } from './use-now.ts';

/** Each account with the state of its connection, and the reason where there is one. */
export function AccountLines() {
  const accounts = useStore(house, (state) => state.accounts);
  return (
    <ul className="accounts" aria-label={en.accounts.title}>
      {accounts.map((account) => (
        <AccountLine key={account.account} status={account} />
      ))}
    </ul>
  );
}

function AccountLine({ status }: { status: AccountStatus }) {
  const { connection, account } = status;
  const why = connection.state === 'waiting' || connection.state === 'refused' ? connection.why : undefined;
  return (
    <li className="account">
      <Badge nick={account} />
      <span className="account-text">
        <bdi className="account-jid" title={account}>
          {account}
        </bdi>
        <span className={`connection connection-${connection.state}`}>
          <span className="connection-mark" aria-hidden="true" />
          <ConnectionWords status={status} />
        </span>
        {why !== undefined && <span className="account-why">{why}</span>}
      </span>
    </li>
  );
}

function ConnectionWords({ status: { connection } }: { status: AccountStatus }) {
  const seconds = useSecondsTo(connection.state === 'waiting' ? connection.retryAt : undefined);
  switch (connection.state) {
    case 'online':
      return en.accounts.online;
    case 'offline':
      return en.accounts.offline;
    case 'connecting':
      return connection.attempt > 1 ? en.accounts.connectingAgain(connection.attempt) : en.accounts.connecting;
    case 'waiting':
      return en.accounts.waiting(seconds);
    case 'refused':
      return en.accounts.refused;
  }
}

/** Whole seconds until `at` (milliseconds since the epoch), counted down. */
function useSecondsTo(at: number | undefined): number {
  const now = useNow(at === undefined ? undefined : SECOND);
  return at === undefined ? 0 : Math.max(0, Math.ceil((at - now) / SECOND));
}
