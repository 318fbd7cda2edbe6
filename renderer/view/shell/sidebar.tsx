import { dialog, daemon, route } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { AccountLines } from '../overview/account-line.tsx';
import { BookmarkIcon, DeviceIcon, HomeIcon, PlusIcon, SearchIcon, SettingsIcon } from '../controls/icons.tsx';
import { RoomList } from '../room/room-list.tsx';

/** The left side: whose account it is and how it fares, and the rooms. */
export function Sidebar({ alone = false }: { alone?: boolean }) {
  // Beside the rooms stands the overview where nothing else was chosen.
  const view = useStore(route, (state) => (state.view === 'home' && !alone ? 'overview' : state.view));
  const held = useStore(daemon, (state) => [...state.bookmarks.values()].reduce((sum, one) => sum + one.held, 0));
  return (
    <nav className="sidebar" aria-label={strings.rooms.title}>
      <header className="sidebar-head">
        <AccountLines />
        <div className="sidebar-tools">
          <a className="tool" href={hrefOf({ view: 'overview' })} aria-current={view === 'overview' ? 'page' : undefined}>
            <HomeIcon />
            <span>{strings.overview.title}</span>
          </a>
          <a
            className="tool"
            href={hrefOf({ view: 'search', text: '' })}
            aria-current={view === 'search' ? 'page' : undefined}
          >
            <SearchIcon />
            <span>{strings.search.title}</span>
          </a>
          <button type="button" className="tool" onClick={() => dialog.set({ name: 'join' })}>
            <PlusIcon />
            <span>{strings.join.go}</span>
          </button>
          <a className="tool" href={hrefOf({ view: 'devices' })} aria-current={view === 'devices' ? 'page' : undefined}>
            <DeviceIcon />
            <span>{strings.devices.title}</span>
          </a>
          <a className="tool" href={hrefOf({ view: 'bookmarks' })} aria-current={view === 'bookmarks' ? 'page' : undefined}>
            <BookmarkIcon />
            <span>{strings.bookmarks.title}</span>
            {held > 0 && <span className="unread unread-mention">{held}</span>}
          </a>
          <a className="tool" href={hrefOf({ view: 'settings' })} aria-current={view === 'settings' ? 'page' : undefined}>
            <SettingsIcon />
            <span>{strings.settings.title}</span>
          </a>
        </div>
      </header>
      <RoomList />
    </nav>
  );
}
