import { useId, useState } from 'react';
import { api, type ApiRoom } from '../../api/client.ts';
import { dialog } from '../../state/page.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { Field, FormError } from '../controls/field.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

export const shows = ['online', 'chat', 'away', 'xa', 'dnd'] as const;
export type ShowChoice = (typeof shows)[number];
const levels = ['default', 'always', 'on-mention', 'never'] as const;

/** The nick in a room: which one, why that, and what the room says to another. */
export function NickForm({ room }: { room: ApiRoom }) {
  const [nick, setNick] = useState(room.nick ?? '');
  const { busy, error, run } = useCall();
  const { wanted, nickRefusal } = room;
  const { self } = strings;
  const differs = wanted !== undefined && room.state === 'joined' && wanted.nick !== room.nick;
  return (
    <form
      className="about-part"
      onSubmit={(event) => {
        event.preventDefault();
        inBackground('changing a room’s settings', run(() => api.changeNick.mutate({ account: room.account, room: room.room, nick })));
      }}
    >
      <Field label={strings.about.nick} hint={wanted && !differs ? self.from[wanted.from] : undefined} value={nick} onType={setNick} autoComplete="off" />
      {differs && <p className="field-said">{self.wanted(visibleNick(wanted.nick, '?'))}</p>}
      {nickRefusal !== undefined && <p className="field-said">{self.refused(visibleText(nickRefusal))}</p>}
      <FormError error={error} />
      <div className="card-foot">
        {nick.trim() !== '' && nick !== room.nick && (
          <button type="submit" className="button button-small" disabled={busy}>
            {strings.about.changeNick}
          </button>
        )}
        {room.registers && (
          <button
            type="button"
            className="button button-small"
            onClick={() => dialog.set({ name: 'register', account: room.account, room: room.room })}
          >
            {self.register}
          </button>
        )}
      </div>
    </form>
  );
}

/** What this room sees of the person, where it is not what all rooms see. */
export function RoomPresence({ room }: { room: ApiRoom }) {
  const { busy, error, run } = useCall();
  const id = useId();
  const kept = room.settings?.presence ?? { kind: 'follow' as const };
  const [status, setStatus] = useState(kept.kind === 'fixed' ? (kept.status ?? '') : '');
  const { self } = strings;
  const about = { account: room.account, room: room.room };
  const choose = (choice: string): void => {
    const show = shows.find((one) => one === choice);
    const presence = show ? { kind: 'fixed' as const, show, ...(status !== '' && { status }) } : { kind: choice === 'hidden' ? ('hidden' as const) : ('follow' as const) };
    inBackground('changing a room’s settings', run(() => api.setRoom.mutate({ ...about, presence })));
  };
  const value = kept.kind === 'fixed' ? kept.show : kept.kind;
  return (
    <section className="about-part field">
      <label htmlFor={id}>{self.presence}</label>
      <select id={id} value={value} disabled={busy} onChange={(event) => choose(event.target.value)}>
        <option value="follow">{self.choices.follow}</option>
        <option value="hidden">{self.choices.hidden}</option>
        {shows.map((show) => (
          <option key={show} value={show}>
            {self.always(self.shows[show])}
          </option>
        ))}
      </select>
      {kept.kind === 'follow' && <Seen account={room.account} />}
      {kept.kind === 'fixed' && (
        <>
          <Field label={self.status} hint={self.statusHint} value={status} onType={setStatus} autoComplete="off" maxLength={500} />
          {status !== (kept.status ?? '') && (
            <button type="button" className="button button-small" disabled={busy} onClick={() => choose(kept.show)}>
              {self.save}
            </button>
          )}
        </>
      )}
      <FormError error={error} />
    </section>
  );
}

function Seen({ account }: { account: string }) {
  const now = useAnswer(account, () => api.presence.now.query({ account }));
  return now ? <p className="field-said">{seenWords(now)}</p> : null;
}

/** What rooms see now, and by whose word. */
/** What the daemon calls the page, where it speaks for the person. */
const PAGE = 'page';

export function seenWords({ shown, by }: { shown: { show: ShowChoice; status?: string | undefined }; by?: string | undefined }): string {
  const { self } = strings;
  const words = shown.status === undefined ? self.shows[shown.show] : `${self.shows[shown.show]} (${visibleText(shown.status)})`;
  if (by === PAGE) return self.nowPage(words);
  return by === undefined ? self.nowNobody(words) : self.now(words, visibleNick(by, '?'));
}

/** When the person's clients notify of the room (XEP-0492); kept in its bookmark. */
export function Notify({ room }: { room: ApiRoom }) {
  const { busy, error, run } = useCall();
  const id = useId();
  const { self } = strings;
  return (
    <section className="about-part field">
      <label htmlFor={id}>{self.notify}</label>
      <select
        id={id}
        value={room.notify ?? 'default'}
        disabled={busy}
        onChange={(event) => {
          const notify = levels.find((level) => level === event.target.value);
          if (notify) inBackground('changing a room’s settings', run(() => api.bookmarks.put.mutate({ account: room.account, room: room.room, notify })));
        }}
      >
        {levels.map((level) => (
          <option key={level} value={level}>
            {self.notifies[level]}
          </option>
        ))}
      </select>
      <FormError error={error} />
    </section>
  );
}
