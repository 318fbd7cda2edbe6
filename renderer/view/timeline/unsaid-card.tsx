import { useState } from 'react';
import { api } from '../../api/client.ts';
import { daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { shortened, visibleText } from '../../text/visible.ts';
import { FormError } from '../controls/field.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

/** What may not have arrived, where nothing can tell: the person says what is to be done. */
export function UnsaidCard() {
  const [turn, setTurn] = useState(0);
  const now = useNow(MINUTE);
  const state = useStore(daemon, ({ accounts }) => accounts.map(({ connection }) => connection.state).join(' '));
  const asked = useAnswer(`${now} ${state} ${turn}`, () => api.outbox.list.query({}))?.filter((one) => one.state === 'ask') ?? [];
  const { busy, error, run } = useCall();
  const { unsaid } = strings;
  const act = (verb: 'again' | 'drop', about: { account: string; originId: string }): void =>
    inBackground('sending or discarding a message', run(() => api.outbox[verb].mutate(about)).then((done) => done && setTurn((last) => last + 1)));
  if (asked.length === 0) return null;
  return (
    <section className="card card-ask" aria-label={unsaid.title}>
      <h2>{unsaid.title}</h2>
      {asked.some(({ cause }) => cause === undefined) && <p>{unsaid.text}</p>}
      <ul className="card-list">
        {asked.map(({ account, originId, room, body, at, cause }) => (
          <li key={originId} className="device">
            <span className="device-text">
              <bdi className="card-name">{shortened(visibleText(body ?? '').replaceAll('\n', ' '), 120)}</bdi>
              <bdi className="card-note">
                {room}, {momentOf(new Date(at), new Date(now))}
              </bdi>
              {cause !== undefined && <bdi className="card-note">{unsaid.ended(visibleText(cause))}</bdi>}
            </span>
            <span className="card-foot">
              <button type="button" className="button button-small" disabled={busy} onClick={() => act('again', { account, originId })}>
                {unsaid.again}
              </button>
              <button type="button" className="button button-small" disabled={busy} onClick={() => act('drop', { account, originId })}>
                {unsaid.drop}
              </button>
            </span>
          </li>
        ))}
      </ul>
      <FormError error={error} />
    </section>
  );
}
