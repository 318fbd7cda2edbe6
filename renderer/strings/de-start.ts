import type { enStart } from './en-start.ts';

export const deStart: typeof enStart = {
  found: {
    title: 'Das wurde gefunden',
    nothingYet: 'Minimix hat sich einmal angemeldet und gelesen. Es wurde nichts geschrieben und kein Raum betreten.',
    mam: (there) =>
      there
        ? 'Dein Server führt ein Archiv deiner Nachrichten. Minimix führt daneben ein eigenes, vollständig und durchsuchbar.'
        : 'Dein Server führt kein Archiv deiner Nachrichten. Minimix führt von jetzt an eines.',
    resumes: (does) =>
      does ? 'Eine kurze Unterbrechung der Leitung kostet nichts.' : 'Nach einer Unterbrechung muss Minimix die Räume neu betreten.',
    bookmarks: (n, where) =>
      n === 0
        ? 'Noch keine Lesezeichen: Räume, die du hier betrittst, werden welche.'
        : `${n === 1 ? 'Ein Lesezeichen' : `${n} Lesezeichen`}, in ${where}.`,
    bridged: (does) =>
      does
        ? 'Dein Server zeigt allen deinen Programmen dieselbe Liste.'
        : 'Deine Programme suchen Lesezeichen an verschiedenen Orten; Minimix hält diese gleich.',
    services: (list) => `Räume gibt es bei ${list}.`,
    noServices: 'Dein Server hat keine eigenen Räume. Die anderer Server tun es genauso.',
    upload: (most) => (most === '' ? 'Dateien lassen sich senden.' : `Dateien bis ${most} lassen sich senden.`),
    noUpload: 'Dein Server nimmt keine Dateien an.',
    now: 'Wird jetzt betreten',
    nowHint: 'So sagen es deine Lesezeichen. Was du abwählst, bleibt hier aus; deine anderen Programme machen weiter wie bisher.',
    notNow: 'Lesezeichen, nicht betreten',
    notNowHint: 'Wähle, was Minimix auch betreten soll. Deine anderen Programme betreten es dann ebenfalls.',
    away: 'Gerade nicht zu erreichen',
    awayHint: 'Dort hat niemand geantwortet. Was gewählt ist, wird immer wieder versucht.',
    missing: 'dort ist niemand; wer ihn betritt, legt ihn an',
    unreachable: 'sein Server antwortet nicht',
    nobody: 'Noch nichts zu betreten.',
    back: 'Zurück',
    agree: (n) => (n === 0 ? 'Beginnen' : n === 1 ? 'Beginnen und einen Raum betreten' : `Beginnen und ${n} Räume betreten`),
    going: 'Beginnt…',
  },

  welcome: {
    title: 'Minimix ist in deinen Räumen',
    joined: (joined, all) => `${joined} von ${all} Räumen betreten.`,
    none: 'Noch keine Räume: betritt einen, und er bleibt von da an erhalten.',
    kept: (n) => (n === '1' ? 'Eine Nachricht ist schon im Archiv.' : `${n} Nachrichten sind schon im Archiv.`),
    next: 'Nun deine Geräte',
    nextText: 'Deine anderen Programme laufen weiter wie bisher. Die sich über Minimix anmelden, müssen keinen Raum selbst betreten und verpassen nichts.',
    look: 'Zu den Räumen',
    later: 'Geräte lassen sich jederzeit verbinden, auf der Seite Geräte.',
  },

  files: {
    attach: 'Datei senden',
    about: 'Zu sendende Datei',
    unnamed: 'eine Datei',
    send: 'Senden',
    sending: 'Sendet…',
    stop: 'Anhalten',
    stopped: 'Angehalten.',
    percent: (n) => `${n} %`,
    who: (most) => (most === '' ? 'alle im Raum können sie öffnen' : `bis ${most}; alle im Raum können sie öffnen`),
    nowhere: 'Dein Server nimmt keine Dateien an.',
    tooLarge: (most) => `Zu groß: dein Server nimmt Dateien bis ${most} an.`,
    empty: 'Die Datei ist leer.',
    show: 'Bild zeigen',
    hide: 'Bild ausblenden',
    open: 'Öffnen',
    picture: (name) => `Bild: ${name}`,
    notShown: 'Sie lässt sich hier nicht zeigen. Vielleicht öffnet sie der Link.',
  },

  browse: {
    title: 'Räume finden',
    find: 'Stattdessen nach Räumen suchen',
    intro: 'Sieh dir an, welche Räume es bei einem Dienst gibt, oder frage ein Verzeichnis. Vom Ansehen wird nichts betreten.',
    service: 'Räume eines Dienstes',
    known: 'Dienste',
    address: 'Dienst',
    addressHint: 'Eine Adresse wie rooms.example.org.',
    go: 'Ansehen',
    going: 'Sieht nach…',
    none: 'Dort wird kein Raum gezeigt.',
    some: (n, all) => (all === '' || all === n ? (n === '1' ? 'Ein Raum' : `${n} Räume`) : `${n} von ${all} Räumen`),
    more: 'Mehr',
    open: 'Öffnen',
    password: 'verlangt ein Passwort',
    membersOnly: 'nur für Mitglieder',
    directory: 'Öffentliches Verzeichnis',
    directoryText: 'Ein Verzeichnis kennt öffentliche Räume vieler Server. Es sieht die Wörter, nach denen du suchst, und deine Adresse.',
    directoryAddress: 'Verzeichnis',
    directoryHint: 'Eines, das XEP-0433 spricht. Es wird nicht gefragt, bevor du es einschaltest.',
    on: 'Einschalten',
    off: 'Verzeichnis ausschalten',
    words: 'Wörter',
    search: 'Suchen',
    sees: (service) => `Geht an ${service}.`,
  },

  date: {
    title: 'Zu einem Tag gehen',
    day: 'Tag',
    hint: 'Führt zu seiner ersten Nachricht, oder zur nächsten, die es gibt.',
    nothing: 'Von diesem Raum ist nichts im Archiv.',
    go: 'Gehen',
  },

  mute: {
    label: 'Diesen Raum stummschalten',
    on: 'Stummschalten: er zählt nicht mehr, hier und in Programmen, die das kennen',
    off: 'Stumm. Wieder melden lassen',
    muted: 'stumm',
  },

  hours: {
    title: 'Wann am meisten los ist',
    words: (total, from, to, day, hour, n) =>
      `Von ${total} Nachrichten der letzten 90 Tage kamen die meisten zwischen ${from} und ${to}. Am vollsten war ${day} um ${hour}, mit ${n}.`,
    cell: (day, hour, n) => `${day}, ${hour}: ${n}`,
  },

  delay: {
    title: 'Vom Raum zu deinen Geräten',
    words: (n, half, most) =>
      `Von ${n} Nachrichten seit dem Start des Dienstes war die Hälfte nachweislich binnen ${half} auf einem Gerät, neun von zehn binnen ${most}.`,
    upTo: (span) => `binnen ${span}`,
    longer: 'länger',
    endless: 'mehr als 5 s',
  },

  unsaid: {
    title: 'Wurde das gesagt?',
    text: 'Die Leitung brach ab, während es unterwegs war, und der Raum hat kein Archiv, das es zeigen könnte.',
    again: 'Noch einmal sagen',
    drop: 'Weglassen',
  },

  matrix: {
    title: 'Geräte nach Räumen',
    text: 'Was jedes Gerät von jedem Raum bekommt. „Wie sonst“ ist, was es von allen Räumen bekommt.',
    usual: (policy) => `wie sonst: ${policy}`,
  },

  sandbox: {
    title: 'Oder erst ohne Konto ausprobieren',
    text: 'Auf diesem Rechner startet ein kleiner eigener Server, mit einem Raum, in dem jemand spricht. Er verschwindet, sobald du sein Konto entfernst.',
    go: 'Mit dem Sandkasten ausprobieren',
    going: 'Startet…',
    missing: 'Für den Sandkasten muss auf diesem Rechner Prosody installiert sein, etwa mit „apt install prosody“.',
  },
};
