import { dialog, route } from '../state/page.ts';
import { hrefOf } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { en } from '../strings/en.ts';
import { AccountLines } from './account-line.tsx';
import { HomeIcon, PlusIcon, SearchIcon } from './icons.tsx';
import { RoomList } from './room-list.tsx';

/** The left side: whose account it is and how it fares, and the rooms. */
export function Sidebar({ alone = false }: { alone?: boolean }) {
  // Beside the rooms stands the overview where nothing else was chosen.
  const view = useStore(route, (state) => (state.view === 'home' && !alone ? 'overview' : state.view));
  return (
    <nav className="sidebar" aria-label={en.rooms.title}>
      <header className="sidebar-head">
        <AccountLines />
        <div className="sidebar-tools">
          <a className="tool" href={hrefOf({ view: 'overview' })} aria-current={view === 'overview' ? 'page' : undefined}>
            <HomeIcon />
            <span>{en.overview.title}</span>
          </a>
          <a
            className="tool"
            href={hrefOf({ view: 'search', text: '' })}
            aria-current={view === 'search' ? 'page' : undefined}
          >
            <SearchIcon />
            <span>{en.search.title}</span>
          </a>
          <button type="button" className="tool" onClick={() => dialog.set({ name: 'join' })}>
            <PlusIcon />
            <span>{en.join.go}</span>
          </button>
        </div>
      </header>
      <RoomList />
    </nav>
  );
}
