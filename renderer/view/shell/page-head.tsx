import type { ReactNode } from 'react';
import { hrefOf } from '../../state/route.ts';
import { strings } from '../../strings/strings.ts';
import { BackIcon } from '../controls/icons.tsx';

/** A view that is a page of cards: its title, and the way back on a narrow screen. */
export function CardPage({ title, intro, busy = false, children }: { title: string; intro?: string; busy?: boolean; children: ReactNode }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <main className="overview" aria-label={title} aria-busy={busy} tabIndex={0}>
      <header className="overview-head">
        <a className="icon-button back" href={hrefOf({ view: 'home' })} aria-label={strings.back}>
          <BackIcon />
        </a>
        <h1>{title}</h1>
      </header>
      {intro !== undefined && <p className="quiet">{intro}</p>}
      {children}
    </main>
  );
}
