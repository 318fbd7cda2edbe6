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

  link: {
    connecting: 'Verbindung zum Dienst…',
    away: 'Der Dienst ist nicht da. Neuer Versuch…',
    unreachable: 'Der Dienst ist gerade nicht zu erreichen.',
  },

  locked: {
    title: 'Dieser Browser hat keinen Zutritt mehr',
    text: 'Der Dienst wurde neu gestartet, oder dieser Browser war lange weg. Eine Adresse, die einmal gilt, lässt ihn wieder ein.',
    todo: 'Das hier zeigt eine:',
    command: 'minimix page',
  },

  accounts: {
    title: 'Konten',
    add: 'Konto hinzufügen',
    only: (jid) => `Nur die Räume von ${jid} zeigen`,
    all: 'Die Räume aller Konten zeigen',
    offline: 'Getrennt',
    connecting: 'Verbindet…',
    connectingAgain: (attempt) => `Verbindet, Versuch ${attempt}…`,
    online: 'Verbunden',
    waiting: (seconds) => (seconds > 0 ? `Neuer Versuch in ${seconds} s` : 'Neuer Versuch…'),
    refused: 'Abgelehnt',
  },
};
