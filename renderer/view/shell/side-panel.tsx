import type { ReactNode } from 'react';
import { CloseIcon } from '../controls/icons.tsx';
import { Scrolled } from '../timeline/scrolled.tsx';

interface Props {
  readonly title: string;
  /** What the button that closes it is called. */
  readonly hide: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What stands beside a room: a title, the way to close it, and what scrolls below. */
export function SidePanel({ title, hide, className = 'people', onClose, children }: Props) {
  return (
    <aside className={className} aria-label={title}>
      <header className="people-head">
        <h2>{title}</h2>
        <button type="button" className="icon-button" aria-label={hide} onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <Scrolled label={title} className="people-list">
        {children}
      </Scrolled>
    </aside>
  );
}
