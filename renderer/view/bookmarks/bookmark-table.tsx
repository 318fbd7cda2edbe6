import { api, type ApiBookmark, type ApiStorageSummary } from '../../api/client.ts';
import { dialog } from '../../state/page.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { Scrolled } from '../timeline/scrolled.tsx';
import { Switch } from '../controls/switch.tsx';
import { useCall } from '../controls/use-call.ts';

interface TableProps {
  readonly account: string;
  readonly list: readonly ApiBookmark[];
  readonly storages: readonly ApiStorageSummary[];
  readonly onDone: () => void;
}

/** Each bookmark in each storage, side by side. */
export function BookmarkTable({ account, list, storages, onDone }: TableProps) {
  const { bookmarks } = strings;
  return (
    <Scrolled label={bookmarks.title} className="table-frame">
      <table>
        <thead>
          <tr>
            <th scope="col">{bookmarks.room}</th>
            <th scope="col">{bookmarks.autojoin}</th>
            {storages.map(({ name }) => (
              <th key={name} scope="col">
                {bookmarks.storages[name]}
              </th>
            ))}
            <th scope="col">
              <span className="unseen">{bookmarks.edit}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((bookmark) => (
            <BookmarkRow key={bookmark.room} account={account} bookmark={bookmark} storages={storages} onDone={onDone} />
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

interface RowProps {
  readonly account: string;
  readonly bookmark: ApiBookmark;
  readonly storages: readonly ApiStorageSummary[];
  readonly onDone: () => void;
}

function BookmarkRow({ account, bookmark, storages, onDone }: RowProps) {
  const { error, run } = useCall();
  const { bookmarks } = strings;
  const { room, name, autojoin, nick, notify, dead, held } = bookmark;
  const set = async (on: boolean): Promise<boolean> => {
    const done = await run(() => api.bookmarks.put.mutate({ account, room, autojoin: on }));
    if (done) onDone();
    return done;
  };
  const remove = async (): Promise<void> => {
    await api.bookmarks.remove.mutate({ account, room });
    onDone();
  };
  const notes = [
    nick === undefined ? undefined : `${bookmarks.nick}: ${visibleNick(nick, '?')}`,
    notify === undefined ? undefined : `${bookmarks.notify}: ${bookmarks.notifies[notify]}`,
    dead ? bookmarks.dead : undefined,
    held ? bookmarks.isHeld : undefined,
    error,
  ].filter((note) => note !== undefined);
  return (
    <tr>
      <th scope="row">
        <bdi className="card-name">{visibleNick(name ?? '', room)}</bdi>
        <bdi className="card-note">{room}</bdi>
        {notes.map((note) => (
          <bdi key={note} className="card-note">
            {note}
          </bdi>
        ))}
      </th>
      <td>
        <Switch label={`${bookmarks.autojoin}: ${room}`} checked={autojoin} onSet={set} bare />
      </td>
      {storages.map((storage) => (
        <td key={storage.name}>
          <InStorage storage={storage} bookmark={bookmark} />
        </td>
      ))}
      <td className="row-tools">
        <button
          type="button"
          className="link"
          aria-label={`${bookmarks.edit}: ${room}`}
          onClick={() => dialog.set({ name: 'bookmark', account, bookmark })}
        >
          {bookmarks.edit}
        </button>
        <button
          type="button"
          className="link"
          aria-label={`${bookmarks.remove}: ${room}`}
          onClick={() => dialog.set({ name: 'ask', question: bookmarks.removeAsk(room), go: bookmarks.remove, act: remove })}
        >
          {bookmarks.remove}
        </button>
      </td>
    </tr>
  );
}

/** How a storage has the bookmark; where it differs, why. One that the server shows for another is as that one. */
function InStorage({ storage, bookmark }: { storage: ApiStorageSummary; bookmark: ApiBookmark }) {
  const { bookmarks } = strings;
  const shown = storage.sameAs ?? storage.name;
  const said = bookmark.differs[shown];
  if (!storage.readable) return <span className="quiet">{bookmarks.unread}</span>;
  if (said === undefined) {
    return (
      <span className="same">
        <span aria-hidden="true">{storage.sameAs === undefined ? '✓' : '='}</span>{' '}
        <span className="unseen">{storage.sameAs === undefined ? bookmarks.same : bookmarks.sameAs(bookmarks.storages[storage.sameAs])}</span>
      </span>
    );
  }
  const fields = said.split(/,\s*/).map((field) => bookmarks.fields[field] ?? field);
  const why = bookmark.held ? bookmarks.whyHeld : storage.trouble === undefined ? bookmarks.whyNow : visibleText(storage.trouble);
  return (
    <span className="different">
      {said === 'missing' ? bookmarks.missing : bookmarks.differs(fields.join(', '))}
      <span className="card-note">{why}</span>
    </span>
  );
}
