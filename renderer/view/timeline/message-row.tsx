import { useState, type FocusEvent, type HTMLAttributes } from 'react';
import type { Message } from '../../api/client.ts';
import { inBackground } from '../../state/background.ts';
import { timelines } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import type { RoomName } from '../../state/timelines.ts';
import { isAction, type TimelineRow } from '../../state/rows.ts';
import type { Pending } from '../../state/window.ts';
import { strings } from '../../strings/strings.ts';
import { clockOf, momentOf } from '../../text/time.ts';
import { shortened, visibleNick, visibleText } from '../../text/visible.ts';
import { Face } from '../room/faces.tsx';
import { FileLine } from './file-line.tsx';
import { MessageActions } from './message-actions.tsx';
import { MessageText } from './message-text.tsx';
import { Reactions } from './reactions.tsx';
import { Nick } from '../room/nick.tsx';
import { Spoiler } from './spoiler.tsx';

const ME = '/me '.length;
const QUOTED = 140; // characters of what is answered

interface Props {
  readonly row: Extract<TimelineRow, { type: 'message' }>;
  readonly name: RoomName;
  readonly nick: string | undefined;
  readonly target: boolean;
  /** The one that Tab comes to. */
  readonly current: boolean;
  readonly unfolded: boolean;
  readonly onFold: (id: number) => void;
}

/** Whether one points at the message or is in it, by mouse, finger or keyboard. */
function useActive(): { readonly active: boolean; readonly watching: Pick<HTMLAttributes<HTMLElement>, 'onMouseEnter' | 'onMouseLeave' | 'onFocus' | 'onBlur'> } {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const watching = {
    onMouseEnter: () => setPointed(true),
    onMouseLeave: () => setPointed(false),
    onFocus: () => setFocused(true),
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>) => setFocused(currentTarget.contains(relatedTarget)),
  };
  return { active: pointed || focused, watching };
}

/** A message; the first of a group carries the nick, the others only their text and, when pointed at, their time. */
export function MessageRow({ row: { message, head, mention }, name, nick, target, current, unfolded, onFold }: Props) {
  const action = isAction(message);
  const marks = [head && 'head', mention && 'mention', target && 'target', action && 'action'].filter(Boolean).join(' ');
  const { active, watching } = useActive();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- what can be done with it is shown where one points or is
    <article
      className={`message ${marks}`}
      aria-current={target ? 'true' : undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the arrows go from message to message, and Tab on to what can be done
      tabIndex={current ? 0 : -1}
      data-message={message.id}
      {...watching}
    >
      {head ? <Face nick={message.nick} /> : <Clock at={message.at} />}
      <div className="message-main">
        {head && (
          <header>
            <Nick nick={message.nick} coloured />
            <Clock at={message.at} />
            {message.kind === 'private' && <span className="tag">{message.to === null ? strings.timeline.private : strings.timeline.privateTo(visibleNick(message.to, strings.unknownNick))}</span>}
          </header>
        )}
        {!head && !action && (
          <span className="unseen">
            <Nick nick={message.nick} />
          </span>
        )}
        {message.reply && <Quote name={name} reply={message.reply} />}
        <div className="message-body">
          {action && (
            <>
              <Nick nick={message.nick} coloured />{' '}
            </>
          )}
          <Body message={message} action={action} unfolded={unfolded} onFold={onFold} />
          {message.file && message.retracted === null && message.body?.trim() !== message.file.url && <FileLine id={message.id} file={message.file} />}
        </div>
        {message.claimedAt !== null && <p className="claim">{strings.message.claimed(momentOf(new Date(message.claimedAt), new Date(message.at)))}</p>}
        <Earlier message={message} />
        <Reactions message={message} name={name} nick={nick} />
      </div>
      {active && <MessageActions message={message} name={name} nick={nick} />}
    </article>
  );
}

function Body(props: { message: Message; action: boolean; unfolded: boolean; onFold: (id: number) => void }) {
  const { message, action, unfolded, onFold } = props;
  if (message.retracted !== null) return <Retracted message={message} />;
  if (message.encrypted) return <span className="quiet">{strings.timeline.encrypted}</span>;
  const body = message.body ?? '';
  if (message.file && body.trim() === message.file.url) return <FileLine id={message.id} file={message.file} />;
  const mentioned = action ? message.mentioned.map(({ start, end }) => ({ start: start - ME, end: end - ME })) : message.mentioned;
  const text = <MessageText text={action ? body.slice(ME) : body} mentioned={mentioned} styled={!message.unstyled} unfolded={unfolded} onFold={() => onFold(message.id)} />;
  return message.spoiler === null ? text : <Spoiler hint={message.spoiler}>{text}</Spoiler>;
}

function Retracted({ message }: { message: Message }) {
  if (message.retracted === 'room') return <span className="quiet">{strings.message.retractedBy.room}</span>;
  return (
    <span className="quiet">
      <Nick nick={message.nick} /> {strings.message.retractedBy.author}
    </span>
  );
}

/** What a message answers, in one line; leads to it. */
function Quote({ name, reply }: { name: RoomName; reply: NonNullable<Message['reply']> }) {
  const text = shortened(visibleText(reply.body ?? '').replaceAll('\n', ' '), QUOTED);
  if (reply.id === null) return <p className="quote quiet">{strings.message.unknownQuote}</p>;
  return (
    <a className="quote" href={hrefOf({ view: 'room', account: name.account, room: name.room, at: reply.id })} title={strings.message.jump}>
      <Nick nick={reply.nick} coloured /> {reply.retracted || reply.spoiler ? <span className="quiet">{reply.retracted ? strings.message.deletedQuote : strings.message.spoiler}</span> : <bdi>{text}</bdi>}
    </a>
  );
}

/** That it was corrected, and on a click what it said before. */
function Earlier({ message: { earlier } }: { message: Message }) {
  const [open, setOpen] = useState(false);
  if (earlier.length === 0) return null;
  return (
    <>
      <button type="button" className="link edited" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? strings.message.hideHistory : strings.message.history(earlier.length)}
      </button>
      {open && (
        <ol className="earlier">
          {earlier.map((version, index) => (
            <li key={index}>
              <Clock at={version.at} /> <MessageText text={version.body ?? ''} unfolded={false} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

/** The subject, or that something was taken back: a quiet line. */
export function NoticeRow({ message }: { message: Message }) {
  const subject = visibleText(message.subject ?? '').trim();
  return (
    <p className="quiet-line">
      {message.kind === 'retraction' ? strings.timeline.retracted : <SubjectWords nick={message.nick} subject={subject} />}{' '}
      <Clock at={message.at} />
    </p>
  );
}

function SubjectWords({ nick, subject }: { nick: string | null; subject: string }) {
  const { timeline } = strings;
  const words =
    nick === null
      ? [timeline.subjectIs, timeline.subjectIsNone]
      : [timeline.subjectSet, timeline.subjectCleared];
  return (
    <>
      {nick !== null && <Nick nick={nick} />} {subject === '' ? words[1] : words[0]}{' '}
      {subject !== '' && <bdi>{subject}</bdi>}
    </>
  );
}

/** What was said here and is not yet reflected by the room, or was not taken by it. */
export function PendingRow({ pending: { key, body, about, failed }, name }: { pending: Pending; name: RoomName }) {
  const again = (): void => {
    timelines.discard(name, key);
    inBackground('sending again', timelines.say(name, body, about));
  };
  return (
    <div className={failed === undefined ? 'message pending' : 'message pending pending-failed'}>
      <span className="pending-mark" aria-hidden="true" />
      <div className="message-main">
        <div className="message-body">
          <MessageText text={body} unfolded={false} />
        </div>
        {failed === undefined ? (
          <span className="quiet">{strings.timeline.sending}</span>
        ) : (
          <p className="pending-why" role="alert">
            <bdi>{strings.timeline.notSent(visibleText(failed))}</bdi>
            <button type="button" className="link" onClick={again}>
              {strings.unsaid.again}
            </button>
            <button type="button" className="link" onClick={() => timelines.discard(name, key)}>
              {strings.unsaid.drop}
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

function Clock({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {clockOf(new Date(at))}
    </time>
  );
}
