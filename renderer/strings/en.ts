import { rooms } from './en/rooms.ts';
import { said } from './en/said.ts';
import { find } from './en/find.ts';
import { overview } from './en/overview.ts';
import { devices } from './en/devices.ts';
import { bookmarks } from './en/bookmarks.ts';
import { self } from './en/self.ts';
import { settings } from './en/settings.ts';
import { start } from './en/start.ts';

/** Every word that the page shows, by what it is about. Another language is another table of this type. */
export const en = {
  ...rooms,
  ...said,
  ...find,
  ...overview,
  ...devices,
  ...bookmarks,
  ...self,
  ...settings,
  ...start,

  app: 'Minimix',
  unknownNick: '(no nick)',
  roomItself: 'The room',
  /** A sentence of the daemon, which speaks English; `undefined` where this language has none for it. */
  says: (sentence: string): string | undefined => sentence,
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back to the rooms',

  link: {
    connecting: 'Connecting to the daemon…',
    away: 'The daemon is away. Reconnecting…',
    unreachable: 'The daemon cannot be reached just now.',
  },

  locked: {
    title: 'This browser is no longer let in',
    text: 'The daemon has started anew, or this browser was away for long. A one-time address lets it in again.',
    todo: 'This prints one:',
    command: 'minimix page',
  },

  accounts: {
    title: 'Accounts',
    add: 'Add account',
    only: (jid: string) => `Show only the rooms of ${jid}`,
    all: 'Show the rooms of all accounts',
    offline: 'Offline',
    connecting: 'Connecting…',
    connectingAgain: (attempt: number) => `Connecting, attempt ${attempt}…`,
    online: 'Online',
    waiting: (seconds: number) => (seconds > 0 ? `Trying again in ${seconds} s` : 'Trying again…'),
    refused: 'Refused',
  },
};

export type Strings = typeof en;
