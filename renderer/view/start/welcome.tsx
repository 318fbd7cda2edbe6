import { useMemo } from 'react';
import { daemon } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { ConnectCard } from '../devices/connect-card.tsx';
import { CardPage } from '../shell/page-head.tsx';

/** After an account was added: how its rooms fare, and the door for the devices. */
export function Welcome({ account }: { account: string }) {
  const rooms = useStore(daemon, (state) => state.rooms);
  const kept = useStore(daemon, (state) => state.accounts.find((one) => one.account === account)?.messages ?? 0);
  const own = useMemo(() => [...rooms.values()].filter((room) => room.account === account), [rooms, account]);
  const joined = own.filter(({ state }) => state === 'joined').length;
  return (
    <CardPage title={strings.welcome.title}>
      <section className="card card-calm">
        <h2>
          <bdi>{account}</bdi>
        </h2>
        <p role="status">{own.length === 0 ? strings.welcome.none : strings.welcome.joined(count(joined), count(own.length))}</p>
        {own.length > 0 && <progress max={own.length} value={joined} aria-label={strings.welcome.joined(count(joined), count(own.length))} />}
        {kept > 0 && <p>{strings.welcome.kept(count(kept))}</p>}
        <a className="button button-main" href={hrefOf({ view: 'home' })}>
          {strings.welcome.look}
        </a>
      </section>
      <section className="card">
        <h2>{strings.welcome.next}</h2>
        <p>{strings.welcome.nextText}</p>
        <p>{strings.welcome.later}</p>
      </section>
      <ConnectCard />
    </CardPage>
  );
}
