import { api, type ApiAccountStatus } from '../../api/client.ts';
import { daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

const HOUR = 3_600_000;

/** The relay's rest, account by account: while it lasts, until when; else a button that begins one. */
export function RelayRest() {
  const accounts = useStore(daemon, (state) => state.accounts);
  return accounts.map((account) => <Rest key={account.account} {...account} several={accounts.length > 1} />);
}

function Rest({ account, relayPause, several }: ApiAccountStatus & { several: boolean }) {
  const { error, busy, run } = useCall();
  const now = new Date(useNow(MINUTE));
  const { devices } = strings;
  const until = relayPause?.until;
  const pause = (): Promise<unknown> => api.relay.pause.mutate({ account, until: new Date(Date.now() + HOUR).toISOString() });
  return (
    <section className="card" aria-label={several ? `${devices.rest}: ${account}` : devices.rest}>
      <p className="choice">
        <span>
          {relayPause ? (until ? devices.pausedUntil(momentOf(new Date(until), now)) : devices.paused) : devices.restHint}
          {several && <bdi> · {account}</bdi>}
        </span>
        <button type="button" className="button button-small" disabled={busy} onClick={() => inBackground('pausing the relay', run(relayPause ? () => api.relay.resume.mutate({ account }) : pause))}>
          {relayPause ? devices.resume : devices.pauseHour}
        </button>
      </p>
      <FormError error={error} />
    </section>
  );
}
