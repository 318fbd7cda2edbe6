import type { Message } from '../api/client.ts';
import { isAction, type Row } from '../state/rows.ts';
import type { Pending } from '../state/window.ts';
import { en } from '../strings/en.ts';
import { clockOf } from '../text/time.ts';
import { visibleText } from '../text/visible.ts';
import { MessageText } from './message-text.tsx';
import { Badge, Nick } from './nick.tsx';

interface Props {
  readonly row: Extract<Row, { type: 'message' }>;
  readonly target: boolean;
  readonly unfolded: boolean;
  readonly onFold: (id: number) => void;
}

/** A message; the first of a group carries the nick, the others only their text and, when pointed at, their time. */
export function MessageRow({ row: { message, head, mention }, target, unfolded, onFold }: Props) {
  const action = isAction(message);
  const marks = [head && 'head', mention && 'mention', target && 'target', action && 'action'].filter(Boolean).join(' ');
  return (
    <article className={`message ${marks}`} aria-current={target ? 'true' : undefined}>
      {head ? <Badge nick={message.nick} /> : <Clock at={message.at} />}
      <div className="message-main">
        {head && (
          <header>
            <Nick nick={message.nick} coloured />
            <Clock at={message.at} />
            {message.kind === 'private' && <span className="tag">{en.timeline.private}</span>}
            {message.kind === 'correction' && <span className="tag">{en.timeline.edited}</span>}
          </header>
        )}
        {!head && !action && (
          <span className="unseen">
            <Nick nick={message.nick} />
          </span>
        )}
        <div className="message-body">
          {action && (
            <>
              <Nick nick={message.nick} coloured />{' '}
            </>
          )}
          <Body message={message} action={action} unfolded={unfolded} onFold={onFold} />
        </div>
      </div>
    </article>
  );
}

function Body(props: { message: Message; action: boolean; unfolded: boolean; onFold: (id: number) => void }) {
  const { message, action, unfolded, onFold } = props;
  if (message.kind === 'encrypted') return <span className="quiet">{en.timeline.encrypted}</span>;
  const body = message.body ?? '';
  return <MessageText text={action ? body.slice(4) : body} unfolded={unfolded} onFold={() => onFold(message.id)} />;
}

/** The subject, or that something was taken back: a quiet line. */
export function NoticeRow({ message }: { message: Message }) {
  const subject = visibleText(message.subject ?? '').trim();
  return (
    <p className="quiet-line">
      {message.kind === 'retraction' ? en.timeline.retracted : <SubjectWords nick={message.nick} subject={subject} />}{' '}
      <Clock at={message.at} />
    </p>
  );
}

function SubjectWords({ nick, subject }: { nick: string | null; subject: string }) {
  const { timeline } = en;
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
        <span className="quiet">{en.timeline.sending}</span>
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
