import { useState, type FocusEvent, type KeyboardEvent } from 'react';

interface Stops {
  /** The row's key of the message that Tab comes to; `undefined` for the last one. */
  readonly stop: string | undefined;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/** One stop of the Tab key for all messages: the arrows go from one to the next, Escape leads to the line to write in. */
export function useStops(): Stops {
  const [stop, setStop] = useState<string>();
  return {
    stop,
    onFocus({ target }) {
      const id = target instanceof HTMLElement ? target.closest<HTMLElement>('[data-message]')?.dataset['message'] : undefined;
      if (id !== undefined) setStop(`m${id}`);
    },
    onKeyDown(event) {
      const { target, currentTarget, key } = event;
      if (!(target instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey) return;
      if (document.querySelector('[popover]:popover-open')) return; // the keys are its own
      if (key === 'Escape' && target !== currentTarget) {
        event.preventDefault();
        document.querySelector<HTMLElement>('.composer textarea')?.focus();
      }
      if (!('message' in target.dataset) || (key !== 'ArrowUp' && key !== 'ArrowDown')) return;
      const all = [...currentTarget.querySelectorAll<HTMLElement>('[data-message]')];
      const next = all[all.indexOf(target) + (key === 'ArrowUp' ? -1 : 1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
    },
  };
}
