import { useEffect } from 'react';
import { dialog, house, route, unread } from './state/page.ts';
import { useStore } from './state/store.ts';
import { en } from './strings/en.ts';
import { AddAccount } from './view/add-account.tsx';
import { Banner } from './view/banner.tsx';
import { JoinDialog } from './view/join-dialog.tsx';
import { LeaveDialog } from './view/leave-dialog.tsx';
import { Locked } from './view/locked.tsx';
import { Overview } from './view/overview.tsx';
import { RoomView } from './view/room-view.tsx';
import { SearchView } from './view/search-view.tsx';
import { Sidebar } from './view/sidebar.tsx';

/** The whole page: the rooms at the left, one view beside them; on a narrow screen one of the two. */
export function App() {
  const link = useStore(house, (state) => state.link);
  const loaded = useStore(house, (state) => state.loaded);
  const hasAccount = useStore(house, (state) => state.accounts.length > 0);
  const current = useStore(route, (state) => state);
  const open = useStore(dialog, (state) => state);
  useTitle();

  if (link === 'locked') return <Locked />;
  const firstRun = loaded && !hasAccount;
  return (
    <div className="app" data-view={current.view}>
      <Banner link={link} loaded={loaded} />
      {!firstRun && <Sidebar />}
      {firstRun ? <AddAccount first /> : <View />}
      {open?.name === 'join' && <JoinDialog {...open} />}
      {open?.name === 'leave' && <LeaveDialog account={open.account} room={open.room} />}
    </div>
  );
}

function View() {
  const current = useStore(route, (state) => state);
  switch (current.view) {
    case 'room':
      return <RoomView key={`${current.account} ${current.room}`} {...current} />;
    case 'search':
      return <SearchView {...current} />;
    case 'add-account':
      return <AddAccount />;
    case 'overview':
      return <Overview />;
  }
}

/** The unread count stands in the tab, where it is seen from another one. */
function useTitle(): void {
  const waiting = useStore(unread.store, (book) => [...book.values()].reduce((sum, room) => sum + room.count, 0));
  const current = useStore(route, (state) => (state.view === 'room' ? state.room : undefined));
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${current === undefined ? '' : `${current} · `}${en.app}`;
  }, [waiting, current]);
}
