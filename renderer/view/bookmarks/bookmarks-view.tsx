import { useCallback, useState } from 'react';
import { api, type ApiBookmark, type BookmarkRules, type ApiHeldBookmarks, type ApiStorageSummary } from '../../api/client.ts';
import { dialog, daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { AccountChoice } from '../start/account-choice.tsx';
import { BookmarkFiles } from './bookmark-files.tsx';
import { BookmarkLog } from './bookmark-log.tsx';
import { BookmarkTable } from './bookmark-table.tsx';
import { FormError } from '../controls/field.tsx';
import { CardPage } from '../shell/page-head.tsx';
import { SelfCard } from '../overview/self-card.tsx';
import { Switch } from '../controls/switch.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

interface Book {
  readonly list: readonly ApiBookmark[];
  readonly storages: readonly ApiStorageSummary[];
  readonly held: readonly ApiHeldBookmarks[];
  readonly rules: BookmarkRules;
}

/** The bookmarks of an account: one list, its storages side by side, what waits for the person, what changed. */
export function BookmarksView() {
  const accounts = useStore(daemon, (state) => state.accounts);
  const [chosen, choose] = useState<string>();
  const account = chosen ?? accounts[0]?.account;
  if (account === undefined) return <CardPage title={strings.bookmarks.title} busy>{null}</CardPage>;
  return (
    <CardPage title={strings.bookmarks.title} intro={strings.bookmarks.intro}>
      {accounts.length > 1 && (
        <AccountChoice accounts={accounts.map((entry) => entry.account)} value={account} onChoose={choose} />
      )}
      <OfAccount key={account} account={account} />
    </CardPage>
  );
}

function OfAccount({ account }: { account: string }) {
  const changes = useStore(daemon, (state) => state.bookmarks.get(account)?.changes ?? 0);
  const online = useStore(daemon, (state) => state.accounts.find((one) => one.account === account)?.connection.state);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((last) => last + 1), []);
  const book = useAnswer(`${account} ${changes} ${online} ${turn}`, () => read(account));
  const [opened, setOpened] = useState<boolean>();
  if (!book) return null;
  const inSync = book.storages.every((one) => !one.readable || one.trouble === undefined) && book.list.every((one) => Object.keys(one.differs).length === 0);
  const detailed = opened ?? !inSync; // the person's choice; until there is one, what is not in sync is shown
  return (
    <>
      {book.held.map((held) => (
        <HeldCard key={held.id} account={account} held={held} onDone={again} />
      ))}
      <section className="card">
        {book.list.length === 0 ? (
          <p>{strings.bookmarks.none}</p>
        ) : (
          <BookmarkTable account={account} list={book.list} storages={detailed ? book.storages : []} onDone={again} />
        )}
        <Storages storages={book.storages} inSync={inSync} open={detailed} onOpen={setOpened} />
        <button type="button" className="button" onClick={() => dialog.set({ name: 'bookmark', account })}>
          {strings.bookmarks.add}
        </button>
      </section>
      <SelfCard account={account} />
      <Rules account={account} rules={book.rules} onDone={again} />
      <BookmarkFiles account={account} onDone={again} />
      <BookmarkLog account={account} changes={changes + turn} onDone={again} />
    </>
  );
}

async function read(account: string): Promise<Book> {
  const { list, storages, held, settings } = api.bookmarks;
  const about = { account };
  const answers = await Promise.all([list.query(about), storages.query(about), held.query(about), settings.query(about)]);
  return { list: answers[0], storages: answers[1], held: answers[2], rules: answers[3] };
}

/** Several rooms were gone at once: the person says whether that was meant. */
function HeldCard({ account, held, onDone }: { account: string; held: ApiHeldBookmarks; onDone: () => void }) {
  const { busy, error, run } = useCall();
  const { bookmarks } = strings;
  const decide = async (verb: 'restore' | 'accept'): Promise<void> => {
    if (await run(() => api.bookmarks[verb].mutate({ account, id: held.id }))) onDone();
  };
  return (
    <section className="card card-ask" aria-label={bookmarks.heldTitle}>
      <h2>{bookmarks.heldTitle}</h2>
      <p>{bookmarks.heldText(held.rooms.length, bookmarks.storages[held.storage])}</p>
      <ul className="held-rooms">
        {held.rooms.map((room) => (
          <li key={room}>
            <bdi>{room}</bdi>
          </li>
        ))}
      </ul>
      {held.online.length > 0 && (
        <p className="quiet">{bookmarks.heldOnline(held.online.map((one) => visibleNick(one, '?')).join(', '))}</p>
      )}
      <FormError error={error} />
      <div className="card-foot">
        <button type="button" className="button button-main" disabled={busy} onClick={() => inBackground('restoring bookmarks', decide('restore'))}>
          {bookmarks.restore}
        </button>
        <button type="button" className="button" disabled={busy} onClick={() => inBackground('removing bookmarks', decide('accept'))}>
          {bookmarks.accept}
        </button>
      </div>
    </section>
  );
}

interface StoragesProps {
  readonly storages: readonly ApiStorageSummary[];
  readonly inSync: boolean;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

/** The formats that the list is stored in. While this is open, the table has a column for each. */
function Storages({ storages, inSync, open, onOpen }: StoragesProps) {
  const { bookmarks } = strings;
  const formats = storages.filter(({ readable }) => readable).length;
  return (
    <details className="more" open={open}>
      <summary
        onClick={(event) => {
          event.preventDefault(); // `open` follows the state alone
          onOpen(!open);
        }}
      >
        {bookmarks.advanced(formats, inSync)}
      </summary>
      <ul className="storages">
        {storages.map(({ name, sameAs, rooms, trouble }) => (
          <li key={name}>
            <strong>{bookmarks.storages[name]}</strong>
            <span className="quiet">
              {sameAs === undefined ? bookmarks.rooms(rooms) : bookmarks.sameAs(bookmarks.storages[sameAs])}
              {trouble !== undefined && ` ${visibleText(trouble)}`}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

const wishes = ['hold', 'restore', 'accept'] as const;

function Rules({ account, rules, onDone }: { account: string; rules: BookmarkRules; onDone: () => void }) {
  const { busy, error, run } = useCall();
  const { bookmarks } = strings;
  const set = async (change: Partial<BookmarkRules>): Promise<boolean> => {
    const done = await run(() => api.bookmarks.set.mutate({ account, ...change }));
    if (done) onDone();
    return done;
  };
  return (
    <section className="card">
      <h2>{bookmarks.settings}</h2>
      <Switch label={bookmarks.keepJoins} checked={rules.keepJoins} onSet={(keepJoins) => set({ keepJoins })} />
      <label className="choice">
        {bookmarks.severalGone}
        <select
          value={rules.severalGone}
          disabled={busy}
          onChange={(event) => {
            const severalGone = wishes.find((wish) => wish === event.target.value);
            if (severalGone) inBackground('changing a rule for bookmarks', set({ severalGone }));
          }}
        >
          {wishes.map((wish) => (
            <option key={wish} value={wish}>
              {bookmarks.gone[wish]}
            </option>
          ))}
        </select>
      </label>
      <label className="choice">
        {bookmarks.deadDays}
        <input
          type="number"
          min={1}
          max={3650}
          defaultValue={rules.deadDays}
          disabled={busy}
          onBlur={(event) => {
            const deadDays = event.target.valueAsNumber;
            if (Number.isInteger(deadDays) && deadDays !== rules.deadDays) inBackground('changing a rule for bookmarks', set({ deadDays }));
          }}
        />
      </label>
      <FormError error={error} />
    </section>
  );
}
