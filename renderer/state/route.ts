import { createStore, type Store } from './store.ts';

/** What the page shows. It is in the fragment of the address, so that Back and browser bookmarks work and no server sees it. */
export type Route =
  /** The list of rooms, with the overview beside it if there is space. */
  | { readonly view: 'home' }
  | { readonly view: 'overview' }
  | { readonly view: 'room'; readonly account: string; readonly room: string; readonly at?: number }
  | { readonly view: 'search'; readonly text: string; readonly account?: string; readonly room?: string }
  | { readonly view: 'private'; readonly account: string; readonly room: string; readonly nick?: string }
  | { readonly view: 'devices' }
  | { readonly view: 'bookmarks' }
  | { readonly view: 'browse' }
  | { readonly view: 'settings' }
  | { readonly view: 'add-account' }
  | { readonly view: 'welcome'; readonly account: string };

const PLAIN = ['overview', 'devices', 'bookmarks', 'browse', 'settings', 'add-account'] as const;

/** The route in a fragment; `home` for a fragment that the page does not know. */
export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').map(decoded);
  const [view, account, room, at] = parts;
  const asked = new URLSearchParams(query);
  if (view === 'room' && account && room) {
    return { view, account, room, ...(at && /^\d{1,15}$/.test(at) ? { at: Number(at) } : {}) };
  }
  if (view === 'welcome' && account) return { view, account };
  if (view === 'private' && account && room) return { view, account, room, ...(at ? { nick: at } : {}) };
  if (view === 'search') {
    const scope = asked.get('room') && asked.get('account');
    return {
      view,
      text: asked.get('q') ?? '',
      ...(scope ? { account: asked.get('account') ?? '', room: asked.get('room') ?? '' } : {}),
    };
  }
  return { view: PLAIN.find((plain) => plain === view) ?? 'home' };
}

/** The fragment of a route. */
export function hrefOf(route: Route): string {
  switch (route.view) {
    case 'home':
      return '#/';
    case 'overview':
    case 'devices':
    case 'bookmarks':
    case 'browse':
    case 'settings':
    case 'add-account':
      return `#/${route.view}`;
    case 'welcome':
      return `#/welcome/${encodeURIComponent(route.account)}`;
    case 'private': {
      const nick = route.nick === undefined ? '' : `/${encodeURIComponent(route.nick)}`;
      return `#/private/${encodeURIComponent(route.account)}/${encodeURIComponent(route.room)}${nick}`;
    }
    case 'room': {
      const at = route.at === undefined ? '' : `/${route.at}`;
      return `#/room/${encodeURIComponent(route.account)}/${encodeURIComponent(route.room)}${at}`;
    }
    case 'search': {
      const query = new URLSearchParams({ q: route.text });
      if (route.account !== undefined && route.room !== undefined) {
        query.set('account', route.account);
        query.set('room', route.room);
      }
      return `#/search?${query}`;
    }
  }
}

/** The current route; follows the address. */
export function createRoute(): Store<Route> {
  const store = createStore(readRoute(location.hash));
  addEventListener('hashchange', () => store.set(readRoute(location.hash)));
  return store;
}

export function go(route: Route, replace = false): void {
  const href = hrefOf(route);
  if (!replace) location.hash = href;
  else {
    history.replaceState(null, '', href);
    dispatchEvent(new HashChangeEvent('hashchange'));
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // a stray percent sign in a hand-written address
  }
}
