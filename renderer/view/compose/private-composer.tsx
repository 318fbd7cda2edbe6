import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { api } from '../../api/client.ts';
import type { RoomName } from '../../state/timelines.ts';
import { inBackground } from '../../state/background.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick } from '../../text/visible.ts';
import { SendIcon } from '../controls/icons.tsx';
import { useCall } from '../controls/use-call.ts';

interface Props {
  readonly name: RoomName;
  /** Who is in the room beside us. */
  readonly others: readonly string[];
  /** To whom it goes unless another one is chosen. */
  readonly first: string | undefined;
  readonly joined: boolean;
}

/** A message to one person of the room alone: to whom is always said. What could not be sent stays in the line, with the reason. */
export function PrivateComposer({ name: { account, room }, others, first, joined }: Props) {
  const [chosen, setChosen] = useState<string>();
  const [text, setText] = useState('');
  const { busy, error, run } = useCall();
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const to = chosen ?? first;
  const there = to !== undefined && others.includes(to);
  const names = to === undefined || there ? others : [to, ...others];
  const sendable = joined && there && text.trim() !== '' && !busy;

  const send = async (): Promise<void> => {
    if (!sendable || to === undefined) return;
    if (await run(() => api.sayPrivate.mutate({ account, room, nick: to, body: text }))) setText('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    inBackground('sending a private message', send());
  };
  const problem = !joined ? strings.composer.notJoined : to !== undefined && !there ? strings.composer.gone(visibleNick(to, strings.unknownNick)) : error;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        inBackground('sending a private message', send());
      }}
    >
      <div className="composer-to">
        <label htmlFor={`${id}-to`}>{strings.composer.to}</label>
        <select id={`${id}-to`} value={to ?? ''} onChange={({ target }) => setChosen(target.value)}>
          {to === undefined && <option value="">{strings.composer.choose}</option>}
          {names.map((nick) => (
            <option key={nick} value={nick}>
              {visibleNick(nick, strings.unknownNick)}
            </option>
          ))}
        </select>
      </div>
      <div className="composer-box">
        <label htmlFor={id} className="unseen">
          {to === undefined ? strings.composer.placeholder : strings.composer.privateLabel(visibleNick(to, strings.unknownNick))}
        </label>
        <textarea
          id={id}
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          maxLength={32_768}
          placeholder={strings.composer.privatePlaceholder}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="send" aria-label={strings.composer.send} title={strings.composer.send} disabled={!sendable}>
          <SendIcon />
        </button>
      </div>
      <p id={`${id}-hint`} className={problem === undefined ? 'composer-hint' : 'composer-problem'} role={problem === undefined ? undefined : 'alert'}>
        {problem ?? strings.composer.hint}
      </p>
    </form>
  );
}
