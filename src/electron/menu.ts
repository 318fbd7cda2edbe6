import type { HouseStatus } from './attach.ts';

/** What the tray's icon shows, by shape. */
export type TrayState = 'connected' | 'attention' | 'degraded' | 'offline';

export interface TroubledRoom {
  readonly account: string;
  readonly room: string;
  readonly reason: string | undefined;
}

export interface TrayView {
  /** Nothing where no daemon answers. */
  readonly status: HouseStatus | undefined;
  /** Rooms that need the person. */
  readonly trouble: readonly TroubledRoom[];
}

/** What a click on an entry asks for. */
export type TrayAction =
  | { readonly do: 'open'; readonly fragment: string }
  | { readonly do: 'start-daemon' }
  | { readonly do: 'stop-daemon' }
  | { readonly do: 'quit' };

export type MenuEntry =
  | { readonly type: 'separator' }
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly action: TrayAction }
  | { readonly type: 'menu'; readonly label: string; readonly entries: readonly MenuEntry[] };

const MOST_ROOMS = 15;
const LONGEST = 60; // characters of a label

/** A refused account or a room that needs the person outweighs a connection that comes back by itself. */
export function trayState({ status, trouble }: TrayView): TrayState {
  if (!status) return 'offline';
  const states = status.accounts.map((account) => account.connection.state);
  if (trouble.length > 0 || states.includes('refused')) return 'attention';
  return states.every((state) => state === 'online') ? 'connected' : 'degraded';
}

/** The sentence at the menu's head. */
export function statusLine(view: TrayView): string {
  const { status, trouble } = view;
  if (!status) return 'The daemon is not running';
  if (status.accounts.length === 0) return 'No account yet';
  const refused = status.accounts.find((account) => account.connection.state === 'refused');
  if (refused) return short(`${refused.account} was refused by its server`);
  const offline = status.accounts.filter((account) => account.connection.state !== 'online');
  const [first] = offline;
  if (first) return offline.length === 1 ? short(`${first.account} is reconnecting`) : `${offline.length} accounts are reconnecting`;
  if (trouble.length > 0) return trouble.length === 1 ? '1 room needs you' : `${trouble.length} rooms need you`;
  const joined = status.accounts.reduce((sum, account) => sum + account.joined, 0);
  return joined === 1 ? 'Connected, in 1 room' : `Connected, in ${joined} rooms`;
}

/** The whole menu, as data. */
export function menuOf(view: TrayView): MenuEntry[] {
  const open = (label: string, fragment: string): MenuEntry => ({ type: 'action', label, action: { do: 'open', fragment } });
  const up = view.status !== undefined;
  return [
    { type: 'label', label: statusLine(view) },
    { type: 'separator' },
    ...(up ? [open('Open', '#/'), open('Search…', '#/search?q=')] : []),
    ...(view.trouble.length > 0 ? [troubleMenu(view.trouble)] : []),
    ...(up ? [] : [{ type: 'action', label: 'Start the daemon', action: { do: 'start-daemon' } } as const]),
    { type: 'separator' },
    { type: 'action', label: up ? 'Quit tray (daemon goes on)' : 'Quit tray', action: { do: 'quit' } },
    ...(up ? [{ type: 'action', label: 'Stop daemon', action: { do: 'stop-daemon' } } as const] : []),
  ];
}

function troubleMenu(rooms: readonly TroubledRoom[]): MenuEntry {
  const entries = rooms.slice(0, MOST_ROOMS).map(({ account, room, reason }): MenuEntry => {
    const fragment = `#/room/${encodeURIComponent(account)}/${encodeURIComponent(room)}`;
    return { type: 'action', label: short(reason === undefined ? room : `${room}: ${reason}`), action: { do: 'open', fragment } };
  });
  return { type: 'menu', label: 'Problem rooms', entries };
}

/** A stranger's words on one line of a menu: no controls, no bidi tricks, no mnemonics, bounded. */
function short(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').replaceAll('&', '&&');
  const characters = [...new Intl.Segmenter().segment(plain)].map(({ segment }) => segment);
  return characters.length <= LONGEST ? plain : `${characters.slice(0, LONGEST - 1).join('')}…`;
}
