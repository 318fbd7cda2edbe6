import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { api, sentenceOf, type ApiHit } from '../../api/client.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { daemon } from '../../state/page.ts';
import { go, hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { BackIcon, SearchIcon } from '../controls/icons.tsx';
import { nameOf } from '../room/room-list.tsx';
import { SearchHit } from './search-hit.tsx';

const PAUSE = 250; // milliseconds without a key before the archive is asked
const MOST = 100;

type Found =
  | { readonly for: string; readonly hits: readonly ApiHit[]; readonly whole: boolean }
  | { readonly for: string; readonly error: string };
type Order = 'time' | 'rank';

/** The archive, searched as one types; what is asked stands in the address. */
export function SearchView({ text, account, room }: { text: string; account?: string; room?: string }) {
  const [typed, setTyped] = useState(text);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const scope = useMemo(() => (account && room ? { account, room } : {}), [account, room]);
  const [order, setOrder] = useState<Order>('time');
  const { found, more } = useSearch(text, scope, order);

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (typed.trim() === text) return undefined;
    const timer = setTimeout(() => go({ view: 'search', text: typed.trim(), ...scope }, true), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, text, scope]);

  return (
    <main className="search" aria-label={strings.search.title}>
      <form
        className="search-head"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          go({ view: 'search', text: typed.trim(), ...scope }, true);
        }}
      >
        <a className="icon-button back" href={hrefOf({ view: 'home' })} aria-label={strings.back}>
          <BackIcon />
        </a>
        <h1 className="unseen">{strings.search.title}</h1>
        <div className="search-box">
          <SearchIcon />
          <label htmlFor={id} className="unseen">
            {strings.search.label}
          </label>
          <input
            id={id}
            ref={field}
            type="search"
            value={typed}
            placeholder={strings.search.placeholder}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <select aria-label={strings.find.order} value={order} onChange={(event) => setOrder(event.target.value === 'rank' ? 'rank' : 'time')}>
          <option value="time">{strings.find.newest}</option>
          <option value="rank">{strings.find.best}</option>
        </select>
        <Scope account={account} room={room} text={typed.trim()} />
      </form>
      <Results asked={text} found={found} order={order} onMore={more} />
    </main>
  );
}

function Scope({ account, room, text }: { account: string | undefined; room: string | undefined; text: string }) {
  const rooms = useStore(daemon, (state) => state.rooms);
  const chosen = account && room ? keyOf({ account, room }) : '';
  const choose = (key: string): void => {
    const other = rooms.get(key);
    go({ view: 'search', text, ...(other ? { account: other.account, room: other.room } : {}) }, true);
  };
  return (
    <select aria-label={strings.search.scope} value={chosen} onChange={(event) => choose(event.target.value)}>
      <option value="">{strings.search.everywhere}</option>
      {[...rooms].map(([key, entry]) => (
        <option key={key} value={key}>
          {nameOf(entry)}
        </option>
      ))}
      {chosen !== '' && !rooms.has(chosen) && <option value={chosen}>{room}</option>}
    </select>
  );
}

function Results({ asked, found, order, onMore }: { asked: string; found: Found | undefined; order: Order; onMore: () => void }) {
  const busy = asked !== '' && found?.for !== `${order} ${asked}`;
  const hits = asked !== '' && found && 'hits' in found ? found.hits : [];
  const more = found !== undefined && 'hits' in found && !found.whole;
  return (
    <div className="hits" aria-busy={busy}>
      <p className="hits-count" role="status">
        {asked === '' && strings.search.idle}
        {busy && strings.search.busy}
        {asked !== '' && !busy && hits.length > 0 && strings.search.hits(count(hits.length), more ? order : 'whole')}
        {asked !== '' && !busy && found && 'hits' in found && hits.length === 0 && (
          <>
            <strong>{strings.search.none}</strong> {strings.search.noneHint}
          </>
        )}
        {asked !== '' && !busy && found && 'error' in found && found.error}
      </p>
      <ol>
        {hits.map((hit) => (
          <SearchHit key={hit.id} hit={hit} />
        ))}
      </ol>
      {hits.length > 0 && more && order === 'time' && (
        <button type="button" className="button hits-more" onClick={onMore}>
          {strings.find.more}
        </button>
      )}
      {hits.length === 0 && <Grammar />}
    </div>
  );
}

/** What the search understands, in examples. */
function Grammar() {
  return (
    <section className="grammar">
      <h2>{strings.find.help}</h2>
      <dl>
        {strings.find.grammar.map(([query, meaning]) => (
          <div key={query}>
            <dt>
              <code>{query}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** The hits for a text; those of the text before stay until the new ones are there. `more` goes on with older ones. */
function useSearch(text: string, scope: { account?: string; room?: string }, order: Order): { found: Found | undefined; more: () => void } {
  const [found, setFound] = useState<Found>();
  const turn = useRef(0);
  const asked = `${order} ${text}`;
  const ask = (known: readonly ApiHit[]): void => {
    turn.current += 1;
    const { current } = turn;
    const older = known.at(-1)?.id;
    const zone = -new Date().getTimezoneOffset();
    api.search.query({ text, limit: MOST, order, zone, ...scope, ...(older === undefined ? {} : { older }) }).then(
      (hits) => current === turn.current && setFound({ for: asked, hits: [...known, ...hits], whole: hits.length < MOST }),
      (reason: unknown) => current === turn.current && setFound({ for: asked, error: sentenceOf(reason) }),
    );
  };
  useEffect(() => {
    turn.current += 1; // what is under way for another question is void
    if (text !== '') ask([]);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `ask` is made anew with them
  }, [text, scope, order]);
  return { found, more: () => ask(found && 'hits' in found ? found.hits : []) };
}
