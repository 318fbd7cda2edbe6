import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { sentenceOf, type ApiRoom } from '../../api/client.ts';
import { commandsFor } from '../../state/command-names.ts';
import { runCommand } from '../../state/commands.ts';
import { canCorrect, compose, composing, type Composing } from '../../state/composing.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { picking } from '../../state/talk/emoji.ts';
import { drafts, timelines, uploads } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import type { SayAbout } from '../../state/window.ts';
import type { Upload } from '../../state/talk/uploads.ts';
import { inBackground } from '../../state/background.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { shortened, visibleNick, visibleText } from '../../text/visible.ts';
import { AttachIcon, CloseIcon, SendIcon, SmileIcon, SpoilerIcon } from '../controls/icons.tsx';
import { SuggestionList } from './suggestion-list.tsx';
import { Typers } from './typers.tsx';
import { UploadTray } from './upload-tray.tsx';
import { useNicks } from '../room/use-nicks.ts';
import { useSuggestions } from './use-suggestions.ts';
import { useTypingNotes } from './use-typing-notes.ts';

const LONGEST = 32_768; // as the API has it
const LONGEST_HINT = 200; // as the API has it
const NO_FILES: readonly Upload[] = [];
const QUOTED = 500; // characters of what is answered that go out with a reply

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
  const [hint, setHint] = useState<string>(); // of a spoiler; '' for one without
  const about = useStore(composing, (book) => book.get(key));
  const files = useStore(uploads.store, (all) => all.get(key)) ?? NO_FILES;
  const field = useRef<HTMLTextAreaElement>(null);
  const notes = useTypingNotes(name);
  const put = (next: string, caret: number): void => {
    flushSync(() => setText(next)); // at once: a caret that is set later is set into what was typed meanwhile
    field.current?.setSelectionRange(caret, caret);
  };
  const nicks = useNicks(name, field, put);
  const suggestions = useSuggestions(name, { element: field, put, onNick: nicks.choose });
  const picker = useRef<HTMLInputElement>(null);
  const id = useId();
  const over = text.length - LONGEST;
  const ready = files.some(({ state }) => state === 'ready');
  const sendable = open && over <= 0 && (text.trim() !== '' || ready);

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
    if (ready) inBackground('an upload', uploads.send(name));
    const said = text;
    if (said.trim() === '') return;
    const chosen = nicks.chosenIn(said);
    setText('');
    setError(undefined);
    notes.sent();
    const command = runCommand(name, said);
    if (command?.stays) return;
    const more = { ...(chosen.length > 0 && { mentions: chosen }), ...(hint !== undefined && { spoiler: hint }) };
    const done = command ? command.done : timelines.say(name, said.replace(/^\/\//, '/'), { ...saying(about), ...more });
    if (about) compose(key, undefined);
    if (!command) setHint(undefined);
    done.catch((reason: unknown) => {
      setError(reason instanceof Error && command ? sentenceOfCommand(reason) : sentenceOf(reason));
      setText((now) => (now === '' ? said : `${said}\n${now}`));
      if (about) compose(key, about);
      if (!command) setHint(hint);
    });
    field.current?.focus();
  };
  const stop = (): void => {
    compose(key, undefined);
    if (about?.mode === 'correct') setText('');
    field.current?.focus();
  };
  /** Files that were chosen, pasted or dropped. */
  const take = (given: FileList | null, event?: { preventDefault: () => void }): void => {
    if (!given || given.length === 0 || !open) return;
    event?.preventDefault();
    uploads.add(name, given);
    field.current?.focus();
  };
  const insert = (emoji: string): void => {
    const { selectionStart: from = text.length, selectionEnd: to = text.length } = field.current ?? {};
    put(text.slice(0, from) + emoji + text.slice(to), from + emoji.length);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || suggestions.onKey(event) || nicks.onKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && text === '' && !about) {
      const last = timelines.of(name).get().items.findLast((message) => canCorrect(message, room.nick));
      if (last) compose(key, { mode: 'correct', message: last });
    } else if (event.key === 'Escape' && about) stop();
  };
  const problem = !open ? strings.composer.notJoined : over > 0 ? strings.composer.tooLong(count(over)) : error;
  const { open: fits } = suggestions;
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
      <Typers name={name} />
      {about && <AboutLine about={about} onStop={stop} />}
      {hint !== undefined && <SpoilerLine hint={hint} onType={setHint} onStop={() => setHint(undefined)} />}
      <UploadTray name={name} files={files} />
      <SuggestionList suggestions={suggestions} />
      <div className="composer-box">
        <label htmlFor={id} className="unseen">
          {strings.composer.label(title)}
        </label>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={({ target }) => {
            take(target.files);
            target.value = ''; // the same file can be chosen again
          }}
        />
        <button type="button" className="icon-button attach" aria-label={strings.files.attach} title={strings.files.attach} disabled={!open} onClick={() => picker.current?.click()}>
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
          aria-autocomplete="list"
          aria-controls={fits ? suggestions.listId : undefined}
          aria-activedescendant={fits ? suggestions.idOf(fits.index) : undefined}
          onChange={({ target }) => {
            setText(target.value);
            suggestions.typed(target.value, target.selectionEnd);
            if (about?.mode !== 'correct') notes.typed(target.value);
          }}
          onKeyDown={onKeyDown}
          onBlur={suggestions.close}
          onPaste={(event) => take(event.clipboardData.files, event)}
        />
        <button
          type="button"
          className="icon-button composer-tool wide-only"
          aria-label={strings.composing.spoiler}
          title={strings.composing.spoiler}
          aria-pressed={hint !== undefined}
          disabled={!open || about?.mode === 'correct'}
          onClick={() => setHint(hint === undefined ? '' : undefined)}
        >
          <SpoilerIcon />
        </button>
        <button
          type="button"
          className="icon-button composer-tool"
          aria-label={strings.emoji.add}
          title={strings.emoji.add}
          aria-haspopup="dialog"
          disabled={!open}
          onClick={({ currentTarget }) => picking.set({ anchor: currentTarget, pick: insert })}
        >
          <SmileIcon />
        </button>
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

/** What is shown of a spoiler before somebody asks for it. */
function SpoilerLine({ hint, onType, onStop }: { hint: string; onType: (hint: string) => void; onStop: () => void }) {
  const id = useId();
  return (
    <div className="composer-about composer-spoiler">
      <label htmlFor={id}>{strings.composing.spoilerHint}</label>
      <input id={id} type="text" maxLength={LONGEST_HINT} value={hint} autoComplete="off" onChange={({ target }) => onType(target.value)} />
      <button type="button" className="icon-button" aria-label={strings.composing.spoilerStop} onClick={onStop}>
        <CloseIcon />
      </button>
    </div>
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
  if (about?.mode === 'correct' && about.message.messageId !== null) {
    const { messageId, spoiler } = about.message;
    return { replaces: messageId, ...(spoiler !== null && { spoiler }) }; // an edit gives nothing away either
  }
  const { stanzaId, nick, body } = about?.message ?? {};
  return about?.mode === 'reply' && stanzaId && nick ? { reply: { id: stanzaId, nick, quote: (body ?? '').slice(0, QUOTED).toWellFormed() } } : {};
}

/** The page's own refusal of a command is its own sentence. */
function sentenceOfCommand(reason: Error): string {
  return reason.name === 'UnknownCommand' ? reason.message : sentenceOf(reason);
}
