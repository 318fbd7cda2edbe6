import { roomOfLink } from '../text/links.ts';
import type { DaemonState } from './daemon-state.ts';
import type { Store } from './store.ts';

/** What the address asks for besides a view: joining a room, possibly by an `xmpp:` link from another program. */
export function readJoin(hash: string): { readonly room?: string; readonly password?: string } | undefined {
  const [path, query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  if (path !== 'join') return undefined;
  const link = roomOfLink(new URLSearchParams(query).get('link') ?? '');
  return link === undefined ? {} : { room: link.room, ...(link.password !== undefined && { password: link.password }) };
}

/** Opens the dialog that the address asks for, as soon as the accounts are known. Nothing is joined until the person confirms. */
export function followAsked(daemon: Store<DaemonState>, open: (join: { room?: string; password?: string }) => void): void {
  const look = (): void => {
    const join = readJoin(location.hash);
    if (!join) return;
    history.replaceState(null, '', '#/'); // so that Back and a reload do not ask again
    dispatchEvent(new HashChangeEvent('hashchange'));
    if (daemon.get().loaded) open(join);
    else {
      const stop = daemon.subscribe(() => {
        if (!daemon.get().loaded) return;
        stop();
        open(join);
      });
    }
  };
  addEventListener('hashchange', look);
  look();
}
