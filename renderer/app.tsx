import { useEffect, useSyncExternalStore } from 'react';
import { keyOf, type DaemonState } from './state/daemon-state.ts';
import { dialog, daemon, route, unread } from './state/page.ts';
import type { Route } from './state/route.ts';
import { useStore } from './state/store.ts';
import { strings } from './strings/strings.ts';
import { visibleText } from './text/visible.ts';
import { nameOf } from './view/room/room-list.tsx';
import { AddAccount } from './view/start/add-account.tsx';
import { AskDialog } from './view/controls/ask-dialog.tsx';
import { Banner } from './view/shell/banner.tsx';
import { BookmarkDialog } from './view/bookmarks/bookmark-dialog.tsx';
import { BrowseView } from './view/search/browse-view.tsx';
import { BookmarksView } from './view/bookmarks/bookmarks-view.tsx';
import { DateDialog } from './view/timeline/date-dialog.tsx';
import { DevicesView } from './view/devices/devices-view.tsx';
import { EmojiPopover } from './view/emoji/emoji-popover.tsx';
import { JoinDialog } from './view/room/join-dialog.tsx';
import { LeaveDialog } from './view/room/leave-dialog.tsx';
import { Locked } from './view/start/locked.tsx';
import { Overview } from './view/overview/overview.tsx';
import { Palette } from './view/search/palette.tsx';
import { PasswordDialog } from './view/start/password-dialog.tsx';
import { PictureViewer } from './view/timeline/picture-viewer.tsx';
import { PrivateView } from './view/room/private-view.tsx';
import { RegisterDialog } from './view/room/register-dialog.tsx';
import { RoomView } from './view/room/room-view.tsx';
import { SearchView } from './view/search/search-view.tsx';
import { SettingsView } from './view/settings/settings-view.tsx';
import { Sidebar } from './view/shell/sidebar.tsx';
import { Welcome } from './view/start/welcome.tsx';
import { useKeys } from './view/controls/use-keys.ts';

/** The whole page: rooms on the left, one view beside them; a narrow screen shows one of the two. */
export function App() {
  const link = useStore(daemon, (state) => state.link);
  const loaded = useStore(daemon, (state) => state.loaded);
  const hasAccount = useStore(daemon, (state) => state.accounts.length > 0);
  const current = useStore(route, (state) => state);
  const open = useStore(dialog, (state) => state);
  const narrow = useNarrow();
  useTitle();
  useKeys();

  if (link === 'locked') return <Locked />;
  const firstRun = loaded && !hasAccount;
  return (
    <div className="app" data-view={current.view}>
      <SkipLink />
      <Banner link={link} loaded={loaded} />
      {firstRun ? <AddAccount first /> : <Screens narrow={narrow} view={current.view} />}
      {/* anew for another room: a link that comes while the dialog is open takes its place */}
      {open?.name === 'join' && <JoinDialog key={open.room ?? ''} {...open} />}
      {open?.name === 'leave' && <LeaveDialog account={open.account} room={open.room} />}
      {open?.name === 'date' && <DateDialog account={open.account} room={open.room} />}
      {open?.name === 'palette' && <Palette />}
      {open?.name === 'password' && <PasswordDialog account={open.account} />}
      <EmojiPopover />
      {open?.name === 'picture' && <PictureViewer id={open.id} title={open.title} />}
      {open?.name === 'ask' && <AskDialog {...open} />}
      {open?.name === 'register' && <RegisterDialog account={open.account} room={open.room} />}
      {open?.name === 'bookmark' && <BookmarkDialog {...open} />}
    </div>
  );
}

/** For the keyboard: past the list of rooms. The address is the page's own, so that no fragment can lead there. */
function SkipLink() {
  const skip = (): void => {
    const main = document.querySelector('main');
    const target = main?.querySelector<HTMLElement>('textarea') ?? main;
    if (target === main) main?.setAttribute('tabindex', '-1');
    target?.focus();
  };
  return (
    <button type="button" className="skip" onClick={skip}>
      {strings.skip}
    </button>
  );
}

function Screens({ narrow, view }: { narrow: boolean; view: Route['view'] }) {
  if (!narrow) {
    return (
      <>
        <Sidebar />
        <View />
      </>
    );
  }
  if (view !== 'home') return <View />;
  return (
    <main className="home" aria-label={strings.rooms.title}>
      <h1 className="unseen">{strings.rooms.title}</h1>
      <Sidebar alone />
    </main>
  );
}

function View() {
  const current = useStore(route, (state) => state);
  switch (current.view) {
    case 'room':
      return <RoomView key={`${current.account} ${current.room}`} {...current} />;
    case 'search':
      return <SearchView {...current} />;
    case 'private':
      return <PrivateView key={`${current.account} ${current.room} ${current.nick ?? ''}`} {...current} />;
    case 'devices':
      return <DevicesView />;
    case 'bookmarks':
      return <BookmarksView />;
    case 'browse':
      return <BrowseView />;
    case 'settings':
      return <SettingsView />;
    case 'add-account':
      return <AddAccount />;
    case 'welcome':
      return <Welcome {...current} />;
    case 'home':
    case 'overview':
      return <Overview />;
  }
}

const NARROW = matchMedia('(max-width: 719px)'); // the same width as in styles/layout.css

function useNarrow(): boolean {
  return useSyncExternalStore(
    (changed) => {
      NARROW.addEventListener('change', changed);
      return () => NARROW.removeEventListener('change', changed);
    },
    () => NARROW.matches,
  );
}

/** Shows the unread count in the title of the browser's tab, so that it is visible from other tabs. */
function useTitle(): void {
  const muted = useStore(daemon, mutedRooms);
  const waiting = useStore(unread.store, (book) => [...book].reduce((sum, [key, room]) => sum + (muted.includes(` ${key} `) ? 0 : room.count), 0));
  const at = useStore(route, (state) => (state.view === 'room' || state.view === 'private' ? keyOf({ account: state.account, room: state.room }) : undefined));
  const current = useStore(daemon, ({ rooms }) => {
    const room = at === undefined ? undefined : rooms.get(at);
    return room && visibleText(nameOf(room));
  });
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${current === undefined ? '' : `${current} · `}${strings.app}`;
  }, [waiting, current]);
}

/** The answer as one string, so that an equal object from the store causes no render. */
function mutedRooms({ rooms }: DaemonState): string {
  return [...rooms].flatMap(([key, room]) => (room.notify === 'never' ? [` ${key} `] : [])).join('');
}
