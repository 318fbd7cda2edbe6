const LONGEST = 2048;

interface Named {
  readonly account: string;
  readonly room: string;
}

/** Where the page shows a room; at a message of it where one is given (an archive id). */
export function roomFragment({ account, room }: Named, at?: number): string {
  return `#/room/${encodeURIComponent(account)}/${encodeURIComponent(room)}${at === undefined ? '' : `/${at}`}`;
}

/** Where the page shows what is said in private in a room. */
export function privateFragment({ account, room }: Named): string {
  return `#/private/${encodeURIComponent(account)}/${encodeURIComponent(room)}`;
}

/** The room or the private talk that the page shows, as `keyOf` names it; `undefined` for any other view. */
export function keyOfFragment(fragment: string): string | undefined {
  const [, view, account, room] = /^#\/(room|private)\/([^/?]+)\/([^/?]+)/.exec(fragment) ?? [];
  if (account === undefined || room === undefined) return undefined;
  try {
    return `${decodeURIComponent(account)} ${decodeURIComponent(room)}${view === 'private' ? ' private' : ''}`;
  } catch {
    return undefined; // a stray percent sign
  }
}

/** The page's join dialog for an `xmpp:` link (RFC 5122); it asks before anything is joined. `undefined` for what is no such link. */
export function joinFragment(link: string): string | undefined {
  const harmless = link.length <= LONGEST && /^xmpp:[^\s\p{Cc}]+$/iu.test(link) && link.isWellFormed();
  return harmless ? `#/join?link=${encodeURIComponent(link)}` : undefined;
}

/** The fragment of the first `xmpp:` link on a command line: how desktops hand one over. */
export function linkIn(argv: readonly string[]): string | undefined {
  return argv.map(joinFragment).find((fragment) => fragment !== undefined);
}

/** With this argument the tray starts without showing the page. */
export const HIDDEN = '--hidden';
