import { useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { keyOf } from '../../state/daemon-state.ts';
import { dialog, daemon, route } from '../../state/page.ts';
import { go, type Route } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { closeDialog, Dialog } from '../controls/dialog.tsx';
import { nameOf } from '../room/room-list.tsx';

interface Choice {
  readonly key: string;
  readonly words: string;
  /** What else it is found by. */
  readonly also: string;
  readonly kind: string;
  readonly act: () => void;
}

const MOST = 40;

/** One line to go anywhere and to do anything: rooms by name, verbs by their words. */
export function Palette() {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const choices = useChoices();
  const shown = useMemo(() => found(choices, typed), [choices, typed]);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const chosen = Math.min(at, shown.length - 1);

  const move = (step: number): void => {
    const next = (chosen + step + shown.length) % Math.max(1, shown.length);
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) move(step);
    else if (event.key === 'Enter') take(shown[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={strings.palette.title}>
      <input
        type="text"
        role="combobox"
        className="palette-input"
        aria-label={strings.palette.label}
        placeholder={strings.palette.label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={shown[chosen] ? `${id}-${chosen}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div className="palette-list" role="listbox" id={`${id}-list`} aria-label={strings.palette.title} tabIndex={-1} ref={list}>
        {shown.map((choice, index) => (
          // The keyboard acts on the line above; a click does the same.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div key={choice.key} tabIndex={-1} id={`${id}-${index}`} role="option" aria-selected={index === chosen} onClick={() => take(choice)}>
            <bdi>{choice.words}</bdi>
            <span className="quiet">{choice.kind}</span>
          </div>
        ))}
      </div>
      <p className="palette-none" role="status">
        {shown.length === 0 && strings.palette.none}
      </p>
    </Dialog>
  );
}

function take(choice: Choice | undefined): void {
  if (!choice) return;
  closeDialog();
  choice.act();
}

function useChoices(): Choice[] {
  const rooms = useStore(daemon, (state) => state.rooms);
  const several = useStore(daemon, (state) => state.accounts.length > 1);
  const current = useStore(route, (state) => state);
  return useMemo(() => {
    const { palette } = strings;
    const verb = (words: string, act: () => void): Choice => ({ key: words, words, also: '', kind: palette.verb, act });
    const to = (words: string, target: Route): Choice => verb(words, () => go(target));
    const here = current.view === 'room' ? rooms.get(keyOf(current)) : undefined;
    const ofRooms = [...rooms.values()]
      .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)))
      .map((room): Choice => {
        const { account, room: jid } = room;
        const kind = several ? account : palette.room;
        return { key: keyOf(room), words: nameOf(room), also: jid, kind, act: () => go({ view: 'room', account, room: jid }) };
      });
    const ofHere = here
      ? [
          to(palette.searchIn(nameOf(here)), { view: 'search', text: '', account: here.account, room: here.room }),
          verb(strings.date.title, () => dialog.set({ name: 'date', account: here.account, room: here.room })),
          verb(palette.leave(nameOf(here)), () => dialog.set({ name: 'leave', account: here.account, room: here.room })),
        ]
      : [];
    return [
      ...ofRooms,
      ...ofHere,
      verb(strings.join.title, () => dialog.set({ name: 'join' })),
      to(strings.browse.title, { view: 'browse' }),
      to(strings.search.title, { view: 'search', text: '' }),
      to(strings.overview.title, { view: 'overview' }),
      to(strings.devices.title, { view: 'devices' }),
      to(strings.bookmarks.title, { view: 'bookmarks' }),
      to(strings.settings.title, { view: 'settings' }),
      to(strings.accounts.add, { view: 'add-account' }),
    ];
  }, [rooms, several, current]);
}

/** All words must occur; what begins with the text comes first. */
function found(choices: readonly Choice[], typed: string): Choice[] {
  const wanted = typed.trim().toLowerCase();
  const parts = wanted.split(/\s+/);
  const fits = choices.filter(({ words, also }) => parts.every((part) => `${words} ${also}`.toLowerCase().includes(part)));
  const begins = (choice: Choice): number => Number(choice.words.toLowerCase().startsWith(wanted));
  return fits.toSorted((a, b) => begins(b) - begins(a)).slice(0, MOST);
}
