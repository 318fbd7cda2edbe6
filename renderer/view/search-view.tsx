import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { api, sentenceOf, type Message } from '../api/client.ts';
import { keyOf } from '../state/house.ts';
import { house } from '../state/page.ts';
import { go, hrefOf } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { en } from '../strings/en.ts';
import { count } from '../text/time.ts';
import { BackIcon, SearchIcon } from './icons.tsx';
import { nameOf } from './room-list.tsx';
import { SearchHit } from './search-hit.tsx';

const PAUSE = 250; // milliseconds without a key before the archive is asked
const MOST = 100;

type Found = { readonly for: string; readonly hits: readonly Message[] } | { readonly for: string; readonly error: string };

/** The archive, searched as one types; what is asked stands in the address. */
export function SearchView({ text, account, room }: { text: string; account?: string; room?: string }) {
  const [typed, setTyped] = useState(text);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const scope = useMemo(() => (account && room ? { account, room } : {}), [account, room]);
  const found = useSearch(text, scope);

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (typed.trim() === text) return undefined;
    const timer = setTimeout(() => go({ view: 'search', text: typed.trim(), ...scope }, true), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, text, scope]);

  return (
    <main className="search" aria-label={en.search.title}>
      <form
        className="search-head"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          go({ view: 'search', text: typed.trim(), ...scope }, true);
        }}
      >
        <a className="icon-button back" href={hrefOf({ view: 'home' })} aria-label={en.back}>
          <BackIcon />
        </a>
        <h1 className="unseen">{en.search.title}</h1>
        <div className="search-box">
          <SearchIcon />
          <label htmlFor={id} className="unseen">
            {en.search.label}
          </label>
          <input
            id={id}
            ref={field}
            type="search"
            value={typed}
            placeholder={en.search.placeholder}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <Scope account={account} room={room} text={typed.trim()} />
      </form>
      <Results asked={text} found={found} />
    </main>
  );
}

function Scope({ account, room, text }: { account: string | undefined; room: string | undefined; text: string }) {
  const rooms = useStore(house, (state) => state.rooms);
  const chosen = account && room ? keyOf({ account, room }) : '';
  const choose = (key: string): void => {
    const other = rooms.get(key);
    go({ view: 'search', text, ...(other ? { account: other.account, room: other.room } : {}) }, true);
  };
  return (
    <select aria-label={en.search.scope} value={chosen} onChange={(event) => choose(event.target.value)}>
      <option value="">{en.search.everywhere}</option>
      {[...rooms].map(([key, entry]) => (
        <option key={key} value={key}>
          {nameOf(entry)}
        </option>
      ))}
      {chosen !== '' && !rooms.has(chosen) && <option value={chosen}>{room}</option>}
    </select>
  );
}

function Results({ asked, found }: { asked: string; found: Found | undefined }) {
  const busy = asked !== '' && found?.for !== asked;
  const hits = asked !== '' && found && 'hits' in found ? found.hits : [];
  const words = useMemo(() => asked.split(/\s+/).filter((word) => word !== ''), [asked]);
  return (
    <div className="hits" aria-busy={busy}>
      <p className="hits-count" role="status">
        {asked === '' && en.search.idle}
        {busy && en.search.busy}
        {asked !== '' && !busy && hits.length > 0 && en.search.hits(count(hits.length), hits.length >= MOST)}
        {asked !== '' && !busy && found && 'hits' in found && hits.length === 0 && (
          <>
            <strong>{en.search.none}</strong> {en.search.noneHint}
          </>
        )}
        {asked !== '' && !busy && found && 'error' in found && found.error}
      </p>
      <ol>
        {hits.map((hit) => (
          <SearchHit key={hit.id} hit={hit} words={words} />
        ))}
      </ol>
    </div>
  );
}

/** The hits for a text; those of the text before stay until the new ones are there. */
function useSearch(text: string, scope: { account?: string; room?: string }): Found | undefined {
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    let current = true;
    if (text !== '') {
      api.search.query({ text, limit: MOST, ...scope }).then(
        (hits) => current && setFound({ for: text, hits }),
        (reason: unknown) => current && setFound({ for: text, error: sentenceOf(reason) }),
      );
    }
    return () => {
      current = false;
    };
  }, [text, scope]);
  return found;
}
