import { useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { api } from '../../api/client.ts';
import { commandsFor } from '../../state/command-names.ts';
import type { RoomName } from '../../state/timelines.ts';

const MOST_SHOWN = 8;
const MOST_CHOSEN = 20; // as the API has it

interface Turn {
  readonly start: number;
  readonly end: number;
  readonly matches: readonly string[];
  readonly index: number;
  readonly text: string;
}

interface Nicks {
  /** True where the key was for us. */
  readonly onKey: (event: KeyboardEvent) => boolean;
  /** The nicks that fit what was typed, while one goes through them. */
  readonly shown: readonly string[];
  /** Notes that a nick in the text was chosen from the room's. */
  readonly choose: (nick: string) => void;
  /** The nicks of a text that were completed, and not only typed. */
  readonly chosenIn: (text: string) => string[];
}

/** Completes nicks by Tab: the first press completes the word before the caret, each further one takes the next that fits. */
export function useNicks(
  name: RoomName,
  field: RefObject<HTMLTextAreaElement | null>,
  put: (text: string, caret: number) => void,
): Nicks {
  const turn = useRef<Turn | undefined>(undefined);
  const chosen = useRef(new Set<string>());
  const [shown, setShown] = useState<readonly string[]>([]);

  function place(next: Turn, before: string, after: string): void {
    const nick = next.matches[next.index] ?? '';
    chosen.current.add(nick);
    const completed = `${nick}${next.start === 0 ? ': ' : ' '}`;
    const text = before.slice(0, next.start) + completed + after;
    const end = next.start + completed.length;
    turn.current = { ...next, end, text };
    setShown(next.matches.slice(0, MOST_SHOWN));
    put(text, end);
  }

  async function complete(text: string, caret: number, start: number): Promise<void> {
    const occupants = await api.occupants.query({ account: name.account, room: name.room });
    if (field.current?.value !== text) return; // one went on typing
    const wanted = text.slice(start, caret).replace(/^@/, '').toLowerCase();
    const matches = occupants.map(({ nick }) => nick).filter((nick) => nick.toLowerCase().startsWith(wanted)).toSorted();
    if (matches.length > 0) place({ start, end: caret, matches, index: 0, text }, text, text.slice(caret));
  }

  return {
    shown,
    choose(nick) {
      chosen.current.add(nick);
    },
    chosenIn: (text) => [...chosen.current].filter((nick) => text.includes(nick)).slice(-MOST_CHOSEN),
    onKey(event) {
      const element = field.current;
      if (event.key !== 'Tab' || event.shiftKey || !element) {
        if (turn.current && !['Shift', 'Control', 'Alt'].includes(event.key)) {
          turn.current = undefined;
          setShown([]);
        }
        return false;
      }
      const { value, selectionStart: caret } = element;
      const last = turn.current;
      if (last && last.text === value && last.end === caret) {
        event.preventDefault();
        place({ ...last, index: (last.index + 1) % last.matches.length }, value, value.slice(last.end));
        return true;
      }
      const [command] = caret === value.length ? commandsFor(value) : [];
      if (command) {
        event.preventDefault();
        const whole = `/${command.name} `;
        put(whole, whole.length);
        return true;
      }
      const start = value.slice(0, caret).search(/\S+$/);
      if (start === -1) return false; // nothing to complete: the key goes on to the next field
      event.preventDefault();
      complete(value, caret, start).catch(() => undefined); // the banner says when the daemon is away
      return true;
    },
  };
}
