import { rooms } from './de/rooms.ts';
import { said } from './de/said.ts';
import { find } from './de/find.ts';
import { overview } from './de/overview.ts';
import { devices } from './de/devices.ts';
import { bookmarks } from './de/bookmarks.ts';
import { self } from './de/self.ts';
import { settings } from './de/settings.ts';
import { says } from './de/daemon.ts';
import { start } from './de/start.ts';
import type { Strings } from './en.ts';

/** German, whole. */
export const de: Strings = {
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
  unknownNick: '(ohne Spitznamen)',
  roomItself: 'Der Raum',
  says,
  close: 'Schließen',
  cancel: 'Abbrechen',
  back: 'Zurück zu den Räumen',
  skip: 'Zum Inhalt springen',

  link: {
    connecting: 'Verbindung zu Minimix…',
    away: 'Minimix läuft nicht. Neuer Versuch…',
    unreachable: 'Minimix ist nicht erreichbar.',
  },

  locked: {
    title: 'Sitzung abgelaufen',
    text: 'Minimix wurde neu gestartet, oder du warst lange weg. Melde dich mit einem einmaligen Link wieder an.',
    todo: 'Dieser Befehl gibt einen aus:',
    command: 'minimix page',
  },

  accounts: {
    title: 'Konten',
    add: 'Konto hinzufügen',
    only: (jid) => `Nur Räume von ${jid} zeigen`,
    all: 'Räume aller Konten zeigen',
    offline: 'Offline',
    connecting: 'Verbindet…',
    connectingAgain: (attempt) => `Verbindet, Versuch ${attempt}…`,
    online: 'Online',
    waiting: (seconds) => (seconds > 0 ? `Neuer Versuch in ${seconds} s` : 'Neuer Versuch…'),
    refused: 'Anmeldung abgelehnt',
  },
};
