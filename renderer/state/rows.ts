import type { ApiGap, Message } from '../api/client.ts';
import { dayKey } from '../text/time.ts';
import type { Pending, Window } from './window.ts';

/** One line of the timeline. Keys stay the same when older pages come before it. */
export type TimelineRow =
  | { readonly type: 'start'; readonly key: string }
  | { readonly type: 'day'; readonly key: string; readonly at: Date }
  | { readonly type: 'fresh'; readonly key: string }
  | { readonly type: 'message'; readonly key: string; readonly message: Message; readonly head: boolean; readonly mention: boolean }
  | { readonly type: 'notice'; readonly key: string; readonly message: Message }
  | { readonly type: 'gap'; readonly key: string; readonly gap: ApiGap }
  | { readonly type: 'pending'; readonly key: string; readonly pending: Pending };

const GROUP = 5 * 60_000; // messages of one person within this time are shown under one nick

/**
 * The rows of a window. `freshAfter` is the last message that was read when the room was opened; `gaps` are the holes in
 * the archive, oldest first: each stands before the first message that is later than its beginning.
 */
export function rowsOf(window: Window, { nick, freshAfter, gaps = [] }: { nick: string | undefined; freshAfter?: number | undefined; gaps?: readonly ApiGap[] }): TimelineRow[] {
  const rows: TimelineRow[] = [];
  if (window.phase === 'ready' && !window.older && window.items.length > 0) rows.push({ type: 'start', key: 'start' });
  const days = new Set<string>();
  let day = '';
  let previous: Message | undefined;
  let marked = freshAfter === undefined;
  const first = window.items[0];
  const holes = first ? gaps.filter((gap) => !window.older || gap.from >= first.at) : [];
  const pushGap = (gap: ApiGap): void => {
    rows.push({ type: 'gap', key: `gap ${gap.from} ${gap.to}`, gap });
  };
  for (const message of window.items) {
    if (!isShown(message)) continue;
    while (holes[0] && holes[0].from < message.at) {
      pushGap(holes[0]);
      holes.shift();
      previous = undefined;
    }
    const at = new Date(message.at);
    const ofDay = dayKey(at);
    if (ofDay !== day) {
      day = ofDay;
      previous = undefined;
      rows.push({ type: 'day', key: days.has(day) ? `day ${day} ${message.id}` : `day ${day}`, at });
      days.add(day);
    }
    if (!marked && freshAfter !== undefined && message.id > freshAfter) {
      marked = true;
      previous = undefined;
      // Older messages may not be loaded yet, so this may not be the first one.
      if (message !== window.items[0]) rows.push({ type: 'fresh', key: 'fresh' });
    }
    if (isNotice(message)) {
      rows.push({ type: 'notice', key: `m${message.id}`, message });
      previous = undefined;
      continue;
    }
    const mention = message.mention !== null && message.nick !== nick;
    rows.push({ type: 'message', key: `m${message.id}`, message, head: !continues(previous, message), mention });
    previous = message;
  }
  if (!window.newer) holes.forEach(pushGap);
  if (!window.newer) for (const pending of window.pending) rows.push({ type: 'pending', key: `p${pending.key}`, pending });
  return rows;
}

/** Markers, reactions and messages without text or subject have no row of their own. */
function isShown(message: Message): boolean {
  if (message.kind === 'marker' || message.kind === 'reaction') return false;
  return message.body !== null || message.retracted !== null || message.kind === 'subject' || message.kind === 'retraction' || message.encrypted;
}

function isNotice(message: Message): boolean {
  return message.kind === 'subject' || message.kind === 'retraction';
}

function continues(previous: Message | undefined, message: Message): boolean {
  return (
    previous !== undefined &&
    previous.nick === message.nick &&
    previous.to === message.to &&
    previous.occupantId === message.occupantId &&
    previous.kind === message.kind &&
    isAction(previous) === isAction(message) &&
    message.reply === null &&
    Math.abs(Date.parse(message.at) - Date.parse(previous.at)) < GROUP
  );
}

/** `/me waves` (XEP-0245). */
export function isAction(message: { readonly body: string | null }): boolean {
  return message.body?.startsWith('/me ') === true;
}
