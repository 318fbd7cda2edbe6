import { useId, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { api } from '../../api/client.ts';
import { inBackground } from '../../state/background.ts';
import { recentEmoji } from '../../state/page.ts';
import type { RoomName } from '../../state/timelines.ts';
import { fitting, nameBefore, withNameReplaced, type KnownEmoji } from '../../text/emoji-names.ts';
import { loadEmoji } from '../emoji/emoji-data.ts';

const MOST = 7;

export interface Suggestion {
  readonly key: string;
  /** What stands before its name: an emoji, or nothing. */
  readonly sign: string | undefined;
  readonly name: string;
  readonly insert: string;
  /** The nick that it is, where it is one. */
  readonly nick: string | undefined;
}

interface Open {
  readonly start: number;
  readonly items: readonly Suggestion[];
  readonly index: number;
}

export interface Suggestions {
  readonly open: Open | undefined;
  readonly listId: string;
  /** The id of one that is shown. */
  readonly idOf: (index: number) => string;
  /** The text has changed, and where the caret is now. */
  readonly typed: (text: string, caret: number) => void;
  /** True where the key was for us. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  readonly take: (index: number) => void;
  readonly close: () => void;
}

interface Field {
  readonly element: RefObject<HTMLTextAreaElement | null>;
  /** Puts a text into it, and the caret there. */
  readonly put: (text: string, caret: number) => void;
  readonly onNick: (nick: string) => void;
}

/** Names of emoji behind a colon, nicks behind an @: what fits is shown while one types, and taken by Enter or Tab. */
export function useSuggestions(room: RoomName, { element, put, onNick }: Field): Suggestions {
  const [open, setOpen] = useState<Open>();
  const asked = useRef(0);
  const listId = useId();
  const close = (): void => setOpen(undefined);

  async function look(text: string, caret: number, turn: number): Promise<void> {
    const nick = /(?<![\p{L}\p{N}@])@([^\s@]*)$/u.exec(text.slice(0, caret));
    const items = nick ? await nicks(room, nick[1] ?? '', nick.index === 0) : await emoji(text, caret);
    if (turn !== asked.current) return; // one went on typing
    const start = nick ? nick.index : (nameBefore(text, caret)?.start ?? caret);
    setOpen(items.length > 0 ? { start, items, index: 0 } : undefined);
  }

  async function emoji(text: string, caret: number): Promise<Suggestion[]> {
    const closed = text[caret - 1] === ':' && caret > 3;
    const name = nameBefore(text, caret);
    if (!name && !closed) return [];
    const { known } = await loadEmoji();
    const replaced = closed ? withNameReplaced(known, text, caret) : undefined;
    if (replaced && element.current?.value === text) put(replaced.text, replaced.caret);
    return name ? fitting(known, name.typed, MOST).map(toSuggestion) : [];
  }

  function take(index: number): void {
    const item = open?.items[index];
    const { current } = element;
    if (!open || !item || !current) return;
    const { value, selectionEnd } = current;
    if (item.nick === undefined) recentEmoji.used(item.insert);
    else onNick(item.nick);
    put(value.slice(0, open.start) + item.insert + value.slice(selectionEnd), open.start + item.insert.length);
    close();
  }

  return {
    open,
    listId,
    idOf: (index) => `${listId}-${index}`,
    close,
    take,
    typed(text, caret) {
      asked.current += 1;
      if (!/[:@]/.test(text.slice(Math.max(0, caret - 60), caret))) return close();
      inBackground('looking for what fits', look(text, caret, asked.current));
    },
    onKey(event) {
      if (!open || event.altKey || event.ctrlKey || event.metaKey) return false;
      const { length } = open.items;
      switch (event.key) {
        case 'ArrowDown':
        case 'ArrowUp':
          setOpen({ ...open, index: (open.index + (event.key === 'ArrowDown' ? 1 : length - 1)) % length });
          break;
        case 'Enter':
        case 'Tab':
          if (event.shiftKey) return false;
          take(open.index);
          break;
        case 'Escape':
          close();
          break;
        default:
          return false;
      }
      event.preventDefault();
      return true;
    },
  };
}

function toSuggestion({ emoji, names, label }: KnownEmoji): Suggestion {
  return { key: emoji, sign: emoji, name: names[0] === undefined ? label : `:${names[0]}:`, insert: emoji, nick: undefined };
}

async function nicks({ account, room }: RoomName, typed: string, first: boolean): Promise<Suggestion[]> {
  const wanted = typed.toLowerCase();
  const all = (await api.occupants.query({ account, room })).map(({ nick }) => nick);
  const begins = all.filter((nick) => nick.toLowerCase().startsWith(wanted)).toSorted((a, b) => a.localeCompare(b));
  return begins.slice(0, MOST).map((nick) => ({ key: nick, sign: undefined, name: nick, insert: `${nick}${first ? ': ' : ' '}`, nick }));
}
