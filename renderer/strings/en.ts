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
  unknownNick: '(no nickname)',
  roomItself: 'The room',
  /** A sentence of the daemon, which speaks English; `undefined` where this language has none for it. */
  says: (sentence: string): string | undefined => sentence,
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back to rooms',
  skip: 'Skip to content',

  link: {
    connecting: 'Connecting to Minimix…',
    away: 'Minimix is not running. Reconnecting…',
    unreachable: 'Minimix cannot be reached.',
  },

  locked: {
    title: 'Session expired',
    text: 'Minimix was restarted or you were away for a long time. Log in again with a one-time link.',
    todo: 'This command prints one:',
    command: 'minimix page',
  },

  accounts: {
    title: 'Accounts',
    add: 'Add account',
    only: (jid: string) => `Show only rooms of ${jid}`,
    all: 'Show rooms of all accounts',
    offline: 'Offline',
    connecting: 'Connecting…',
    connectingAgain: (attempt: number) => `Connecting, attempt ${attempt}…`,
    online: 'Online',
    waiting: (seconds: number) => (seconds > 0 ? `Reconnecting in ${seconds} s` : 'Reconnecting…'),
    refused: 'Login refused',
  },
};

export type Strings = typeof en;
