import { useMemo } from 'react';
import { api, type ApiBookmarkChange } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { FormError } from '../controls/field.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

const MOST = 100;

/** The last changes, newest first, each with its undo. */
export function BookmarkLog({ account, changes, onDone }: { account: string; changes: number; onDone: () => void }) {
  const told = useAnswer(`${account} ${changes}`, () => api.bookmarks.log.query({ account, limit: MOST }));
  const entries = useMemo(() => told?.toReversed() ?? [], [told]);
  const { busy, error, run } = useCall();
  const now = new Date(useNow(MINUTE));
  const undo = async (id: number): Promise<void> => {
    if (await run(() => api.bookmarks.undo.mutate({ account, id }))) onDone();
  };
  return (
    <section className="card" aria-label={strings.bookmarks.log}>
      <h2>{strings.bookmarks.log}</h2>
      {entries.length === 0 && <p>{strings.bookmarks.logNone}</p>}
      <FormError error={error} />
      <ol className="ledger ledger-wide">
        {entries.map((entry) => (
          <li key={entry.id}>
            <time dateTime={entry.at} title={entry.at}>
              {momentOf(new Date(entry.at), now)}
            </time>
            <span>
              <bdi>{visibleNick(entry.after?.name ?? entry.before?.name ?? '', entry.room)}</bdi> {wordsOf(entry)}{' '}
              <bdi className="quiet">{visibleText(entry.cause)}</bdi>
              <span className="card-note">{detailOf(entry)}</span>
            </span>
            <button
              type="button"
              className="link"
              disabled={busy}
              aria-label={`${strings.bookmarks.undo}: ${entry.room}`}
              onClick={() => inBackground('undoing a change of bookmarks', undo(entry.id))}
            >
              {strings.bookmarks.undo}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Where it was changed, and what was there before. */
function detailOf({ storage, before, after }: ApiBookmarkChange): string {
  const { bookmarks } = strings;
  const places: Readonly<Record<string, string>> = { ...bookmarks.storages, minimix: bookmarks.here };
  const said = (value: string | boolean | undefined): string => (typeof value === 'boolean' ? (value ? '✓' : '–') : value === undefined ? '–' : visibleText(value));
  const fields = before && after ? (['name', 'autojoin', 'nick'] as const).filter((field) => before[field] !== after[field]) : [];
  const changes = fields.map((field) => `${bookmarks.fields[field] ?? field}: ${said(before?.[field])} → ${said(after?.[field])}`);
  return [places[storage] ?? storage, ...changes].join(' · ');
}

function wordsOf({ before, after }: ApiBookmarkChange): string {
  if (before === null) return strings.bookmarks.added;
  return after === null ? strings.bookmarks.removed : strings.bookmarks.changed;
}
