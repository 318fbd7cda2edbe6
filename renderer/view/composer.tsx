import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { sentenceOf } from '../api/client.ts';
import { keyOf } from '../state/house.ts';
import { timelines } from '../state/page.ts';
import type { RoomName } from '../state/timelines.ts';
import { en } from '../strings/en.ts';
import { count } from '../text/time.ts';
import { SendIcon } from './icons.tsx';

const LONGEST = 32_768; // as the API has it
const drafts = new Map<string, string>();

/** A place to say something. What could not be sent comes back into it, with the reason. */
export function Composer({ name, title, open }: { name: RoomName; title: string; open: boolean }) {
  const key = keyOf(name);
  const [text, setText] = useState(drafts.get(key) ?? '');
  const [error, setError] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const over = text.length - LONGEST;
  const sendable = open && text.trim() !== '' && over <= 0;

  useEffect(() => {
    if (text === '') drafts.delete(key);
    else drafts.set(key, text);
  }, [key, text]);

  const send = (): void => {
    if (!sendable) return;
    const said = text;
    setText('');
    setError(undefined);
    timelines.say(name, said).catch((reason: unknown) => {
      setError(sentenceOf(reason));
      setText((now) => (now === '' ? said : `${said}\n${now}`));
    });
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const problem = !open ? en.composer.notJoined : over > 0 ? en.composer.tooLong(count(over)) : error;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="composer-box">
        <label htmlFor={id} className="unseen">
          {en.composer.label(title)}
        </label>
        <textarea
          id={id}
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          readOnly={!open}
          placeholder={en.composer.placeholder}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="send" aria-label={en.composer.send} title={en.composer.send} disabled={!sendable}>
          <SendIcon />
        </button>
      </div>
      <p className={open ? 'composer-problem' : 'composer-problem composer-closed'} role="alert">
        {problem}
      </p>
      <p className="composer-hint" id={`${id}-hint`}>
        {en.composer.hint}
      </p>
    </form>
  );
}
