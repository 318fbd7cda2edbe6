import type { HeardEvent } from '../frontends/web/client/follow.ts';
import { privateFragment, roomFragment } from './links.ts';
import { keyOf } from './mentions.ts';
import { plain, roomTitle } from './plain.ts';
import type { TrayStrings } from './strings.ts';

type Heard = Extract<HeardEvent, { type: 'message' }>;

/** A desktop notification, ready to be shown. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  /** Where a click leads on the page. */
  readonly fragment: string;
  /** The key of the room, so that a later notification replaces this one; a summary has its own. */
  readonly key: string;
  /** What a quick answer would answer; `undefined` where none can be given. */
  readonly answer: Answerable | undefined;
}

/** A message that can be answered in its room. */
interface Answerable {
  readonly account: string;
  readonly room: string;
  /** The room's own id of it, and who said it (XEP-0461); `undefined` where the room gives no ids. */
  readonly to: { readonly id: string; readonly nick: string } | undefined;
}

export interface NoticeOptions {
  readonly strings: TrayStrings;
  /** True on freedesktop desktops, which read markup in the body. */
  readonly markup: boolean;
  show(notice: Notice): void;
  /** Whether notifications are wanted now. */
  wanted(): boolean;
  hideText(): boolean;
  /** The person looks at this room at this moment. */
  looking(key: string): boolean;
  later(milliseconds: number, work: () => void): void;
}

interface Waiting {
  readonly event: Heard;
  readonly name: string | undefined;
  readonly count: number;
}

const GATHER = 250; // milliseconds in which a burst is collected
const REST = 5000; // and before the next ones
const MOST = 3; // rooms at once; more are one summary
const TITLE = 80; // characters
const BODY = 200;

/** Notifies the person of mentions and private messages, a few at a time however many arrive. */
export function createNotices(options: NoticeOptions): (event: Heard, name: string | undefined) => void {
  const { strings, later } = options;
  let waiting = new Map<string, Waiting>();
  let resting = false;

  function flush(): void {
    const rooms = [...waiting.values()];
    waiting = new Map();
    resting = rooms.length > 0;
    if (!resting) return;
    later(REST, flush);
    if (!options.wanted()) return;
    if (rooms.length > MOST) options.show(summary(rooms));
    else for (const one of rooms) options.show(noticeOf(one));
  }

  function noticeOf({ event, name, count }: Waiting): Notice {
    const { message, alert } = event;
    const nick = plain(message.nick ?? '', TITLE / 2) || strings.somebody;
    const hidden = options.hideText() || message.spoiler === ''; // a spoiler tells its hint and no more
    const text = hidden ? strings.hidden[alert ?? 'room'] : message.encrypted ? strings.encrypted : plain(message.spoiler ?? message.body ?? '', BODY);
    const body = count === 1 ? text : `${text} (${strings.more(count - 1)})`;
    return {
      title: strings.noticeTitle(nick, roomTitle({ room: message.room, name }, TITLE / 2)),
      body: options.markup ? unmarked(body) : body,
      fragment: message.kind === 'private' ? privateFragment(message) : roomFragment(message, message.id),
      key: keyOf(message),
      answer: answerable(message),
    };
  }

  function summary(rooms: readonly Waiting[]): Notice {
    const count = rooms.reduce((sum, one) => sum + one.count, 0);
    return { title: strings.manyTitle(count), body: strings.manyBody(rooms.length), fragment: '#/', key: '', answer: undefined };
  }

  return (event, name) => {
    const key = keyOf(event.message);
    if (event.alert === null || !event.fresh || !options.wanted() || options.looking(key)) return;
    waiting.set(key, { event, name, count: (waiting.get(key)?.count ?? 0) + 1 });
    if (resting) return;
    resting = true;
    later(GATHER, flush);
  };
}

/** What is private is answered on the page: whom it would go to is not said by a room's address. */
function answerable({ account, room, kind, stanzaId, nick }: Heard['message']): Answerable | undefined {
  if (kind !== 'message') return undefined;
  return { account, room, to: stanzaId === null || nick === null ? undefined : { id: stanzaId, nick } };
}

/** Replaces characters of markup by lookalikes: some notification servers parse markup, others would show escaped entities. */
function unmarked(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '＆');
}
