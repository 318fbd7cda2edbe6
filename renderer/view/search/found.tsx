import { useEffect, useMemo, useRef, useState } from 'react';
import { api, sentenceOf, type FirstLook } from '../../api/client.ts';
import type { AccountRequest } from '../../state/account-form.ts';
import { grouped, tickedAtFirst, wishesOf, type LookedRoom } from '../../state/first-look.ts';
import { go } from '../../state/route.ts';
import { strings } from '../../strings/strings.ts';
import { sizeOf } from '../../text/size.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { FormError } from '../controls/field.tsx';
import { nameOf } from '../room/room-list.tsx';
import { inBackground } from '../../state/background.ts';

interface Props {
  readonly request: AccountRequest;
  readonly look: FirstLook;
  readonly onBack: () => void;
}

/** What the first login has seen, and what would be done about it. Only here the account is kept, and rooms are joined. */
export function Found({ request, look, onBack }: Props) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => tickedAtFirst(look.rooms));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const groups = useMemo(() => grouped(look.rooms), [look]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const tick = (room: string): void => {
    const next = new Set(ticked);
    if (!next.delete(room)) next.add(room);
    setTicked(next);
  };
  const agree = async (): Promise<void> => {
    const { keepOut, join } = wishesOf(look.rooms, ticked);
    setBusy(true);
    setError(undefined);
    try {
      const { account } = await api.accounts.add.mutate({ ...request, keepOut });
      // What a room answers is told by the list of rooms.
      for (const room of join) api.join.mutate({ account, room }).catch(() => undefined);
      go({ view: 'welcome', account });
    } catch (reason) {
      setError(sentenceOf(reason));
      setBusy(false);
    }
  };
  return (
    <main className="stage" aria-label={strings.found.title}>
      <div className="stage-card stage-wide">
        <h1 ref={heading} tabIndex={-1}>
          {strings.found.title}
        </h1>
        <p className="quiet">
          <bdi>{look.account}</bdi> · {strings.found.nothingYet}
        </p>
        <Facts look={look} />
        <Group title={strings.found.now} hint={strings.found.nowHint} rooms={groups.now} ticked={ticked} onTick={tick} />
        <Group title={strings.found.notNow} hint={strings.found.notNowHint} rooms={groups.notNow} ticked={ticked} onTick={tick} />
        <Group title={strings.found.away} hint={strings.found.awayHint} rooms={groups.away} ticked={ticked} onTick={tick} />
        {look.rooms.length === 0 && <p className="found-nobody quiet">{strings.found.nobody}</p>}
        <FormError error={error} />
        <footer className="form-foot">
          <button type="button" className="button" disabled={busy} onClick={onBack}>
            {strings.found.back}
          </button>
          <button type="button" className="button button-main" disabled={busy} onClick={() => inBackground('adding an account', agree())}>
            {busy ? strings.found.going(ticked.size) : strings.found.agree(ticked.size)}
          </button>
        </footer>
      </div>
    </main>
  );
}

function Facts({ look }: { look: FirstLook }) {
  const { found, bookmarks } = strings;
  const places = look.storages.filter(({ rooms }) => rooms > 0).map(({ name }) => bookmarks.storages[name]);
  const facts = [
    [look.mam, found.mam(look.mam)],
    [true, found.bookmarks(look.rooms.length, places.join(', '))],
    ...(look.rooms.length > 0 ? ([[look.bridged, found.bridged(look.bridged)]] as const) : []),
    [look.resumes, found.resumes(look.resumes)],
    [look.services.length > 0, look.services.length > 0 ? found.services(look.services.slice(0, 4).join(', ')) : found.noServices],
    [look.upload !== null, look.upload ? found.upload(look.upload.most === null ? '' : sizeOf(look.upload.most)) : found.noUpload],
  ] as const;
  return (
    <ul className="found-facts">
      {facts.map(([good, words]) => (
        <li key={words} className={good ? 'found-good' : 'found-else'}>
          <bdi>{words}</bdi>
        </li>
      ))}
    </ul>
  );
}

interface GroupProps {
  readonly title: string;
  readonly hint: string;
  readonly rooms: readonly LookedRoom[];
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (room: string) => void;
}

function Group({ title, hint, rooms, ticked, onTick }: GroupProps) {
  if (rooms.length === 0) return null;
  return (
    <section className="found-group" aria-label={title}>
      <h2>
        {title} <span className="people-count">{rooms.length}</span>
      </h2>
      <p className="quiet">{hint}</p>
      <ul>
        {rooms.map((room) => (
          <li key={room.room}>
            {/* oxlint-disable-next-line jsx-a11y/label-has-associated-control -- it has two lines of text */}
            <label className="check">
              <input type="checkbox" checked={ticked.has(room.room)} onChange={() => onTick(room.room)} />
              <span>
                <bdi className="card-name">{visibleNick(nameOf({ name: room.name ?? undefined, room: room.room }), room.room)}</bdi>
                <bdi className="card-note">{[room.room, ...notesOf(room)].join(' · ')}</bdi>
              </span>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}

function notesOf({ occupants, description, state }: LookedRoom): string[] {
  return [
    occupants === null ? '' : strings.rooms.occupants(occupants),
    description === null ? '' : visibleText(description).replaceAll('\n', ' '),
    state === 'missing' ? strings.found.missing : '',
    state === 'unreachable' ? strings.found.unreachable : '',
  ].filter((note) => note !== '');
}
