import { strings } from '../../strings/strings.ts';
import { visibleNick } from '../../text/visible.ts';
import { Nick } from '../room/nick.tsx';
import type { Suggestions } from './use-suggestions.ts';

/** What fits what is being typed; the line to write in has the focus all the time. */
export function SuggestionList({ suggestions: { open, listId, idOf, take } }: { suggestions: Suggestions }) {
  if (!open) return null;
  return (
    <div className="suggestions" id={listId} role="listbox" aria-label={strings.composing.suggestions}>
      {open.items.map(({ key, sign, name, nick }, index) => (
        // The keys are those of the line to write in.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <div
          key={key}
          id={idOf(index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === open.index}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(index)}
        >
          {sign !== undefined && <span className="suggestion-sign">{sign}</span>}
          {nick === undefined ? <bdi>{visibleNick(name, '')}</bdi> : <Nick nick={nick} coloured />}
        </div>
      ))}
    </div>
  );
}
