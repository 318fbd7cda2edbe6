import { useId, useState } from 'react';
import { api, type SelfPresence } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { seenWords, shows, type ShowChoice } from './about-self.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** What all rooms see of the person: presence with no device online, and the account's own nick. */
export function SelfCard({ account }: { account: string }) {
  const [turn, setTurn] = useState(0);
  const now = useAnswer(`${account} ${turn}`, () => api.presence.now.query({ account }));
  if (!now) return null;
  const { show, status } = now.offline;
  return <Self key={`${show} ${status ?? ''} ${now.nick ?? ''}`} account={account} now={now} onDone={() => setTurn((last) => last + 1)} />;
}

function Self({ account, now, onDone }: { account: string; now: SelfPresence; onDone: () => void }) {
  const [status, setStatus] = useState(now.offline.status ?? '');
  const [show, setShow] = useState<ShowChoice>(now.offline.show);
  const [nick, setNick] = useState(now.nick ?? '');
  const { busy, error, run } = useCall();
  const id = useId();
  const { self } = strings;
  const otherPresence = show !== now.offline.show || status !== (now.offline.status ?? '');
  const otherNick = nick.trim() !== (now.nick ?? '');
  const save = async (): Promise<void> => {
    const saved = await run(async () => {
      if (otherPresence) await api.presence.setOffline.mutate({ account, show, status });
      if (otherNick) await api.presence.setNick.mutate({ account, nick: nick.trim() === '' ? null : nick });
    });
    if (saved) onDone();
  };
  return (
    <section className="card" aria-label={self.title}>
      <h2>{self.title}</h2>
      <p>{seenWords(now)}</p>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          inBackground('changing your presence', save());
        }}
      >
        <div className="field-pair">
          <div className="field">
            <label htmlFor={id}>{self.offline}</label>
            <select id={id} value={show} onChange={(event) => setShow(shows.find((one) => one === event.target.value) ?? show)}>
              {shows.map((one) => (
                <option key={one} value={one}>
                  {self.shows[one]}
                </option>
              ))}
            </select>
          </div>
          <Field label={self.status} hint={self.statusHint} value={status} onType={setStatus} autoComplete="off" maxLength={500} />
        </div>
        <Field label={self.accountNick} hint={self.accountNickHint} value={nick} onType={setNick} autoComplete="off" maxLength={255} />
        <FormError error={error} />
        {(otherPresence || otherNick) && (
          <button type="submit" className="button button-main" disabled={busy}>
            {self.save}
          </button>
        )}
      </form>
    </section>
  );
}
