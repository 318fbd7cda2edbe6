import { useId, useState } from 'react';
import { api, type ApiBookmark } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { roomOfLink } from '../../text/links.ts';
import { closeDialog, Dialog, DialogFoot } from '../controls/dialog.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

const levels = ['always', 'on-mention', 'never'] as const;
type Level = (typeof levels)[number];

/** Adds a bookmark, or edits one. A password that is not typed stays as it is. */
export function BookmarkDialog({ account, bookmark }: { account: string; bookmark?: ApiBookmark | undefined }) {
  const { bookmarks } = strings;
  const [address, setAddress] = useState(bookmark?.room ?? '');
  const [name, setName] = useState(bookmark?.name ?? '');
  const [nick, setNick] = useState(bookmark?.nick ?? '');
  const [password, setPassword] = useState('');
  const [autojoin, setAutojoin] = useState(bookmark?.autojoin ?? true);
  const [notify, setNotify] = useState<Level | undefined>(bookmark?.notify);
  const [problem, setProblem] = useState<string>();
  const { busy, error, run } = useCall();
  const id = useId();

  const save = async (): Promise<void> => {
    const room = bookmark?.room ?? roomOfLink(address)?.room;
    setProblem(room === undefined ? strings.join.addressBad : undefined);
    if (room === undefined) return;
    const edit = { account, room, name, nick, autojoin, ...(password === '' ? {} : { password }), notify: notify ?? ('default' as const) };
    if (await run(() => api.bookmarks.put.mutate(edit))) closeDialog();
  };
  return (
    <Dialog title={bookmark ? bookmarks.editTitle : bookmarks.add}>
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          inBackground('saving a bookmark', save());
        }}
      >
        {bookmark ? (
          <p className="dialog-subject">
            <bdi>{bookmark.room}</bdi>
          </p>
        ) : (
          <Field label={bookmarks.room} hint={strings.join.addressHint} problem={problem} value={address} onType={setAddress} autoComplete="off" spellCheck={false} />
        )}
        <Field label={bookmarks.name} value={name} onType={setName} autoComplete="off" />
        <div className="field-pair">
          <Field label={bookmarks.nick} value={nick} onType={setNick} autoComplete="off" />
          <Field label={bookmarks.password} value={password} onType={setPassword} type="password" autoComplete="off" />
        </div>
        <label className="check">
          <input type="checkbox" checked={autojoin} onChange={(event) => setAutojoin(event.target.checked)} />
          {bookmarks.autojoin}
        </label>
        <div className="field">
          <label htmlFor={id}>{bookmarks.notify}</label>
          <select id={id} value={notify ?? ''} onChange={(event) => setNotify(levels.find((level) => level === event.target.value))}>
            <option value="">{bookmarks.notifyUnset}</option>
            {levels.map((level) => (
              <option key={level} value={level}>
                {bookmarks.notifies[level]}
              </option>
            ))}
          </select>
        </div>
        <FormError error={error} />
        <DialogFoot go={bookmarks.save} busy={busy} />
      </form>
    </Dialog>
  );
}
