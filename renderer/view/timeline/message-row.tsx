import { useState } from 'react';
import type { Message } from '../../api/client.ts';
import { canCorrect, canReply, compose } from '../../state/composing.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { daemon } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import { isAction, type TimelineRow } from '../../state/rows.ts';
import type { Pending } from '../../state/window.ts';
import { strings } from '../../strings/strings.ts';
import { clockOf, momentOf } from '../../text/time.ts';
import { shortened, visibleNick, visibleText } from '../../text/visible.ts';
import { Face } from '../room/faces.tsx';
import { FileLine } from './file-line.tsx';
import { MessageText } from './message-text.tsx';
import { Nick } from '../room/nick.tsx';

const ME = '/me '.length;
const QUOTED = 140; // characters of what is answered

interface Props {
  readonly row: Extract<TimelineRow, { type: 'message' }>;
  readonly name: RoomName;
  readonly nick: string | undefined;
  readonly target: boolean;
  readonly unfolded: boolean;
  readonly onFold: (id: number) => void;
}

/** A message; the first of a group carries the nick, the others only their text and, when pointed at, their time. */
export function MessageRow({ row: { message, head, mention }, name, nick, target, unfolded, onFold }: Props) {
  const action = isAction(message);
  const marks = [head && 'head', mention && 'mention', target && 'target', action && 'action'].filter(Boolean).join(' ');
  return (
    <article className={`message ${marks}`} aria-current={target ? 'true' : undefined}>
      {head ? <Face nick={message.nick} /> : <Clock at={message.at} />}
      <div className="message-main">
        {head && (
          <header>
            <Nick nick={message.nick} coloured />
            <Clock at={message.at} />
            {message.kind === 'private' && <span className="tag">{strings.timeline.private}</span>}
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
        <Reactions message={message} nick={nick} />
      </div>
      <Actions message={message} name={name} nick={nick} />
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
  return <MessageText text={action ? body.slice(ME) : body} mentioned={mentioned} unfolded={unfolded} onFold={() => onFold(message.id)} />;
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
      <Nick nick={reply.nick} coloured /> {reply.retracted ? <span className="quiet">{strings.message.deletedQuote}</span> : <bdi>{text}</bdi>}
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

function Reactions({ message: { reactions }, nick }: { message: Message; nick: string | undefined }) {
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions">
      {reactions.map(({ emoji, nicks }) => {
        const who = nicks.map((one) => visibleNick(one, strings.unknownNick)).join(', ');
        const own = nick !== undefined && nicks.includes(nick);
        return (
          <li key={emoji} className={own ? 'reaction reaction-own' : 'reaction'} title={who}>
            <span aria-hidden="true">
              <bdi>{visibleNick(emoji, '?')}</bdi> {nicks.length}
            </span>
            <span className="unseen">{strings.message.reaction(visibleNick(emoji, '?'), nicks.length, who)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** What can be done with a message, where we are in the room. */
function Actions({ message, name, nick }: { message: Message; name: RoomName; nick: string | undefined }) {
  const joined = useStore(daemon, (state) => state.rooms.get(keyOf(name))?.state === 'joined');
  if (!joined || name.private) return null;
  const key = keyOf(name);
  return (
    <span className="message-tools">
      {canReply(message) && (
        <button type="button" className="tool-small" onClick={() => compose(key, { mode: 'reply', message })}>
          {strings.message.reply}
        </button>
      )}
      {canCorrect(message, nick) && (
        <button type="button" className="tool-small" onClick={() => compose(key, { mode: 'correct', message })}>
          {strings.message.correct}
        </button>
      )}
    </span>
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

/** What was said here and is not yet reflected by the room. */
export function PendingRow({ pending }: { pending: Pending }) {
  return (
    <div className="message pending">
      <span className="pending-mark" aria-hidden="true" />
      <div className="message-main">
        <div className="message-body">
          <MessageText text={pending.body} unfolded={false} />
        </div>
        <span className="quiet">{strings.timeline.sending}</span>
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
