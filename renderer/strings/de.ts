import { deMore } from './de-more.ts';
import { deStart } from './de-start.ts';
import type { Strings } from './en.ts';

/** German, whole. */
export const de: Strings = {
  ...deMore,
  ...deStart,
  app: 'Minimix',
  unknownNick: '(ohne Spitznamen)',
  roomItself: 'Der Raum',
  close: 'Schließen',
  cancel: 'Abbrechen',
  back: 'Zurück zu den Räumen',
  reload: 'Neu laden',

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
    offline: 'Getrennt',
    connecting: 'Verbindet…',
    connectingAgain: (attempt) => `Verbindet, Versuch ${attempt}…`,
    online: 'Verbunden',
    waiting: (seconds) => (seconds > 0 ? `Neuer Versuch in ${seconds} s` : 'Neuer Versuch…'),
    refused: 'Abgelehnt',
  },

  rooms: {
    title: 'Räume',
    find: 'Raum finden',
    clearFind: 'Leeren',
    join: 'Raum betreten',
    none: 'Noch keine Räume.',
    noneFound: 'Kein Raum passt.',
    unread: (n) => `${n} ungelesen`,
    mentions: (n) => `${n} ungelesen, darunter dein Name`,
    occupants: (n) => (n === 1 ? '1 Person' : `${n} Personen`),
    asNick: 'als',
    more: '99+',
  },

  health: {
    well: 'Im Raum',
    working: 'Unterwegs',
    waiting: 'Draußen, versucht es von selbst wieder',
    trouble: 'Draußen, braucht dich',
  },

  room: {
    search: 'In diesem Raum suchen',
    leave: 'Raum verlassen',
    joinAgain: 'Wieder betreten',
    noSubject: 'Kein Thema',
    messages: 'Nachrichten',
    unknown: 'Dieser Raum steht nicht auf der Liste.',
    unknownHint: 'Er wurde verlassen, oder der Link ist alt. Was in ihm gesagt wurde, ist noch im Archiv.',
    occupants: 'Anwesende',
    showOccupants: 'Anwesende zeigen',
    hideOccupants: 'Anwesende verbergen',
  },

  timeline: {
    today: 'Heute',
    yesterday: 'Gestern',
    loading: 'Lädt…',
    start: 'Hier beginnt das Archiv dieses Raums.',
    empty: 'Von diesem Raum ist noch nichts im Archiv.',
    fresh: 'Neu',
    newest: 'Neueste Nachrichten',
    newBelow: (n) => `${n} neu`,
    failed: 'Die Nachrichten ließen sich nicht laden.',
    again: 'Noch einmal',
    subjectSet: 'hat das Thema gesetzt:',
    subjectCleared: 'hat das Thema entfernt.',
    subjectIs: 'Das Thema ist:',
    subjectIsNone: 'Der Raum hat kein Thema.',
    edited: 'bearbeitet',
    private: 'privat',
    retracted: 'Etwas, das nicht im Archiv ist, wurde zurückgenommen.',
    encrypted: 'Diese Nachricht ist verschlüsselt. Nur die Geräte, für die sie bestimmt war, können sie lesen.',
    sending: 'Wird gesendet…',
    folded: (size) => `Ganz zeigen (${size})`,
    fold: 'Weniger zeigen',
    says: (nick, text) => `${nick}: ${text}`,
  },

  composer: {
    label: (room) => `Nachricht an ${room}`,
    placeholder: 'Nachricht schreiben',
    send: 'Senden',
    hint: 'Enter sendet, Umschalt und Enter beginnt eine neue Zeile.',
    notJoined: 'Du bist gerade nicht in diesem Raum und kannst nichts sagen.',
    tooLong: (over) => `Um ${over} Zeichen zu lang.`,
  },

  roles: { moderator: 'Moderation', participant: 'Teilnehmende', visitor: 'Besuch', none: 'Andere' },
  shows: { online: '', chat: 'möchte plaudern', away: 'abwesend', xa: 'lange abwesend', dnd: 'bitte nicht stören' },
  affiliations: { owner: 'Eigentümer', admin: 'Verwaltung', member: 'Mitglied', none: '', outcast: '' },

  join: {
    title: 'Raum betreten',
    address: 'Raum',
    addressHint: 'Eine Adresse wie garten@raeume.example.org, oder ein xmpp:-Link.',
    addressBad: 'Das ist nicht die Adresse eines Raums.',
    nick: 'Spitzname',
    nickHint: 'Leer: der, unter dem man dich kennt.',
    password: 'Passwort',
    passwordHint: 'Nur wo der Raum eines verlangt.',
    account: 'Konto',
    go: 'Betreten',
    going: 'Betritt…',
  },

  leave: {
    title: 'Diesen Raum verlassen?',
    text: 'Du bist dann auf keinem Gerät mehr in ihm. Was bisher gesagt wurde, bleibt in deinem Archiv.',
    go: 'Verlassen',
    going: 'Verlässt…',
  },

  search: {
    title: 'Suche',
    label: 'Das Archiv durchsuchen',
    placeholder: 'Gesuchte Wörter',
    everywhere: 'Alle Räume',
    scope: 'Wo',
    hits: (n, most) => (n === '1' ? '1 Nachricht' : most ? `Die ersten ${n} Nachrichten` : `${n} Nachrichten`),
    none: 'Nichts gefunden.',
    noneHint: 'Alle Wörter müssen in einer Nachricht stehen; das letzte darf der Anfang eines Wortes sein.',
    account: (jid) => `in ${jid}`,
    idle: 'Hier ist jede Nachricht jedes Raums, vom Tag an, an dem der Dienst ihn betrat.',
    busy: 'Sucht…',
  },

  overview: {
    title: 'Übersicht',
    wellTitle: 'Nichts braucht dich',
    wellText: 'Du bist in jedem Raum. Minimix behält, was gesagt wird, ob eines deiner Geräte verbunden ist oder nicht.',
    troubleTitle: 'Diese brauchen dich',
    emptyTitle: 'Welcher Raum zuerst?',
    emptyText: 'Betritt einen, und von da an bist du ganz darin: auf jedem Gerät, mit allem, was gesagt wurde.',
    devices: 'Geräte',
    noDevices: 'Kein anderes Gerät dieses Kontos ist verbunden.',
    relays: 'Bekommt die Räume weitergereicht',
    bouncer: 'Über Minimix angemeldet',
    noDoor: 'Bekommt nichts von Minimix',
    figures: 'Zahlen',
    joined: (joined, all) => `In ${joined} von ${all} Räumen`,
    archived: (n) => (n === '1' ? '1 Nachricht behalten' : `${n} Nachrichten behalten`),
  },

  firstRun: {
    title: 'Ein Konto, in jedem Raum',
    text:
      'Minimix meldet sich neben deinen anderen Geräten an, betritt jeden deiner Räume einmal, behält alles, was gesagt ' +
      'wird, und gibt es deinen Geräten. Dein Server muss davon nichts wissen.',
  },

  account: {
    title: 'Konto hinzufügen',
    jid: 'Adresse',
    jidHint: 'Deine XMPP-Adresse, wie julia@example.org.',
    jidBad: 'Das ist keine Adresse wie julia@example.org.',
    password: 'Passwort',
    passwordHint: 'Im Schlüsselbund dieses Rechners, oder in einer Datei, die nur du lesen kannst.',
    passwordBad: 'Das Passwort fehlt.',
    details: 'Angaben zum Server',
    detailsHint: 'Nur wo Minimix den Server nicht von selbst findet.',
    server: 'Server',
    serverHint: 'Rechner und Port, wie xmpp.example.org:5222.',
    serverBad: 'Das sind nicht Rechner und Port.',
    directTls: 'TLS vom ersten Byte an (oft Port 5223)',
    pin: 'Fingerabdruck des Zertifikats',
    pinHint: 'SHA-256, hexadezimal. Ihm wird statt einer Zertifizierungsstelle vertraut.',
    ca: 'Zertifikat einer eigenen Zertifizierungsstelle',
    caHint: 'PEM-Text; ihm wird nur für dieses Konto vertraut.',
    go: 'Anmelden',
    going: 'Meldet an…',
  },
};
