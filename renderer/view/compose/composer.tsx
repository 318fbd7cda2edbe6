import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { sentenceOf, type ApiRoom } from '../../api/client.ts';
import { commandsFor } from '../../state/command-names.ts';
import { runCommand } from '../../state/commands.ts';
import { canCorrect, compose, composing, type Composing } from '../../state/composing.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { drafts, timelines } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName, SayAbout } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { shortened, visibleNick, visibleText } from '../../text/visible.ts';
import { AttachIcon, CloseIcon, SendIcon } from '../controls/icons.tsx';
import { UploadLine } from './upload-line.tsx';
import { useNicks } from '../room/use-nicks.ts';
import { useUpload } from './use-upload.ts';

const LONGEST = 32_768; // as the API has it

interface Props {
  readonly name: RoomName;
  readonly room: ApiRoom;
  readonly title: string;
  readonly open: boolean;
}

/** A place to say something. What could not be sent comes back into it, with the reason. */
export function Composer({ name, room, title, open }: Props) {
  const key = keyOf(name);
  const [text, setText] = useState(() => drafts.of(key));
  const [error, setError] = useState<string>();
  const about = useStore(composing, (book) => book.get(key));
  const field = useRef<HTMLTextAreaElement>(null);
  const nicks = useNicks(name, field, setText);
  const uploading = useUpload(name);
  const picker = useRef<HTMLInputElement>(null);
  const id = useId();
  const over = text.length - LONGEST;
  const sendable = open && text.trim() !== '' && over <= 0;

  useEffect(() => {
    drafts.keep(key, about?.mode === 'correct' ? '' : text); // what is being corrected is no draft
  }, [key, text, about]);
  const [before, setBefore] = useState<Composing>();
  if (about !== before) {
    setBefore(about);
    if (about?.mode === 'correct') setText(about.message.body ?? '');
  }
  useEffect(() => {
    if (about) field.current?.focus();
  }, [about]);

  const send = (): void => {
    if (!sendable) return;
    const said = text;
    const chosen = nicks.chosenIn(said);
    setText('');
    setError(undefined);
    const command = runCommand(name, said);
    if (command?.stays) return;
    const done = command ? command.done : timelines.say(name, said.replace(/^\/\//, '/'), { ...saying(about), ...(chosen.length > 0 && { mentions: chosen }) });
    if (about) compose(key, undefined);
    done.catch((reason: unknown) => {
      setError(reason instanceof Error && command ? sentenceOfCommand(reason) : sentenceOf(reason));
      setText((now) => (now === '' ? said : `${said}\n${now}`));
      if (about) compose(key, about);
    });
    field.current?.focus();
  };
  const stop = (): void => {
    compose(key, undefined);
    if (about?.mode === 'correct') setText('');
    field.current?.focus();
  };
  /** A file that was chosen, pasted or dropped; one at a time. */
  const take = (files: FileList | null, event?: { preventDefault: () => void }): void => {
    const file = files?.[0];
    if (!file || !open || uploading.upload?.state === 'sending') return;
    event?.preventDefault();
    uploading.choose(file);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || nicks.onKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && text === '' && !about) {
      const last = timelines.of(name).get().items.findLast((message) => canCorrect(message, room.nick));
      if (last) compose(key, { mode: 'correct', message: last });
    } else if (event.key === 'Escape' && about) stop();
  };
  const problem = !open ? strings.composer.notJoined : over > 0 ? strings.composer.tooLong(count(over)) : error;
  return (
    // What is dropped here can be chosen by the button, too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      className="composer"
      onDragOver={(event) => {
        if (open && event.dataTransfer.types.includes('Files')) event.preventDefault();
      }}
      onDrop={(event) => take(event.dataTransfer.files, event)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {about && <AboutLine about={about} onStop={stop} />}
      <UploadLine uploading={uploading} />
      <div className="composer-box">
        <label htmlFor={id} className="unseen">
          {strings.composer.label(title)}
        </label>
        <input
          ref={picker}
          type="file"
          hidden
          onChange={({ target }) => {
            take(target.files);
            target.value = ''; // the same file can be chosen again
          }}
        />
        <button
          type="button"
          className="icon-button attach"
          aria-label={strings.files.attach}
          title={strings.files.attach}
          disabled={!open || uploading.upload?.state === 'sending'}
          onClick={() => picker.current?.click()}
        >
          <AttachIcon />
        </button>
        <textarea
          id={id}
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          readOnly={!open}
          placeholder={strings.composer.placeholder}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => take(event.clipboardData.files, event)}
        />
        <button type="submit" className="send" aria-label={strings.composer.send} title={strings.composer.send} disabled={!sendable}>
          <SendIcon />
        </button>
      </div>
      <p className="composer-nicks" role="status">
        {nicks.shown.length > 1 && strings.composing.nicks(nicks.shown.map((nick) => visibleNick(nick, strings.unknownNick)).join(', '))}
        {commandsFor(text).map(({ name: command, words }) => (
          <span key={command} className="command-hint">
            <code>/{command}</code> {words}
          </span>
        ))}
      </p>
      <p className={open ? 'composer-problem' : 'composer-problem composer-closed'} role="alert">
        {problem}
      </p>
      <p className="composer-hint" id={`${id}-hint`}>
        {strings.composer.hint}
      </p>
    </form>
  );
}

/** What the next message answers or corrects. */
function AboutLine({ about, onStop }: { about: Composing; onStop: () => void }) {
  const { mode, message } = about;
  const words = mode === 'correct' ? strings.composing.correcting : strings.composing.replying(visibleNick(message.nick ?? '', strings.unknownNick));
  return (
    <div className="composer-about">
      <span>
        <strong>
          <bdi>{words}</bdi>
        </strong>{' '}
        <bdi className="quiet">{shortened(visibleText(message.body ?? '').replaceAll('\n', ' '), 100)}</bdi>
      </span>
      <button type="button" className="icon-button" aria-label={strings.composing.stop} onClick={onStop}>
        <CloseIcon />
      </button>
    </div>
  );
}

function saying(about: Composing | undefined): SayAbout {
  if (about?.mode === 'correct' && about.message.originId !== null) return { replaces: about.message.originId };
  const { stanzaId, nick } = about?.message ?? {};
  return about?.mode === 'reply' && stanzaId && nick ? { reply: { id: stanzaId, nick } } : {};
}

/** The page's own refusal of a command is its own sentence. */
function sentenceOfCommand(reason: Error): string {
  return reason.name === 'UnknownCommand' ? reason.message : sentenceOf(reason);
}
