import type { start as english } from '../en/start.ts';

export const start: typeof english = {
  firstRun: {
    title: 'Ein Konto, in jedem Raum',
    text:
      'Minimix meldet sich neben deinen anderen Geräten an, tritt jedem deiner Räume einmal bei, speichert jede Nachricht und ' +
      'gibt sie an deine Geräte weiter. Auf deinem Server muss nichts installiert werden.',
  },

  account: {
    title: 'Konto hinzufügen',
    jid: 'XMPP-Adresse',
    jidHint: 'Zum Beispiel julia@example.org.',
    jidBad: 'Das ist keine XMPP-Adresse. Sie sieht aus wie julia@example.org.',
    password: 'Passwort',
    passwordHint: 'Wird im Schlüsselbund dieses Computers gespeichert oder in einer Datei, die nur du lesen kannst.',
    passwordBad: 'Gib dein Passwort ein.',
    details: 'Erweitert',
    detailsHint: 'Nur nötig, wenn Minimix den Server nicht selbst findet.',
    server: 'Server',
    serverHint: 'Host und Port, zum Beispiel xmpp.example.org:5222.',
    serverBad: 'Gib Host und Port an, zum Beispiel xmpp.example.org:5222.',
    directTls: 'Direktes TLS (meist Port 5223)',
    pin: 'Fingerabdruck des Zertifikats',
    pinHint: 'SHA-256 (hexadezimal). Falls angegeben, wird nur diesem Zertifikat vertraut.',
    ca: 'Zertifikat einer eigenen Zertifizierungsstelle (CA)',
    caHint: 'PEM-Text. Falls angegeben, wird nur dieser Stelle vertraut, und nur für dieses Konto.',
    go: 'Anmelden',
    going: 'Anmeldung läuft…',
  },

  untrusted: {
    title: 'Unbekanntes Zertifikat',
    text: 'Vergleiche diesen Fingerabdruck (SHA-256) mit dem, den die Betreiber deines Servers nennen. Weicht er ab, liest vielleicht jemand anders mit.',
    trust: 'Diesem Zertifikat vertrauen',
  },

  password: {
    title: 'Neues Passwort',
    text: (jid) => `Gib das Passwort ein, das ${jid} jetzt hat. Auf dem Server ändert sich dadurch nichts.`,
    field: 'Passwort',
    change: 'Passwort ändern',
    enter: 'Neues Passwort eingeben',
    go: 'Speichern und anmelden',
  },

  found: {
    title: 'Das haben wir gefunden',
    nothingYet: 'Minimix hat bisher nur nachgesehen: Es wurde nichts geändert und kein Raum betreten.',
    mam: (there) =>
      there
        ? 'Dein Server archiviert deine Nachrichten. Minimix führt zusätzlich ein eigenes Archiv, vollständig und durchsuchbar.'
        : 'Dein Server archiviert deine Nachrichten nicht. Minimix tut es ab jetzt.',
    resumes: (does) => (does ? 'Kurze Verbindungsabbrüche kosten keine Nachrichten.' : 'Nach einem Verbindungsabbruch tritt Minimix deinen Räumen neu bei.'),
    bookmarks: (n, where) =>
      n === 0
        ? 'Noch keine Lesezeichen: Räume, denen du hier beitrittst, bekommen eines.'
        : `${n === 1 ? 'Ein Lesezeichen' : `${n} Lesezeichen`}, in ${where}.`,
    bridged: (does) =>
      does
        ? 'Dein Server zeigt allen deinen Clients dieselbe Liste.'
        : 'Deine Clients speichern Lesezeichen an verschiedenen Orten; Minimix gleicht sie ab.',
    services: (list) => `Dein Server bietet Räume unter ${list} an.`,
    noServices: 'Dein Server bietet keine Räume an. Du kannst Räume auf jedem anderen Server nutzen.',
    upload: (most) => (most === '' ? 'Du kannst Dateien senden.' : `Du kannst Dateien bis ${most} senden.`),
    noUpload: 'Dein Server unterstützt das Hochladen von Dateien nicht.',
    now: 'Wird beigetreten',
    nowHint: 'Diese Räume sind auf automatisches Beitreten gestellt. Wähle einen ab, um ihn hier auszulassen; andere Clients sind nicht betroffen.',
    notNow: 'Lesezeichen, nicht beigetreten',
    notNowHint: 'Wähle Räume, denen Minimix auch beitreten soll. Deine anderen Clients treten ihnen dann ebenfalls bei.',
    away: 'Nicht erreichbar',
    awayHint: 'Diese Räume antworten nicht. Bei ausgewählten versucht Minimix es, bis sie antworten.',
    missing: 'gibt es nicht (Beitreten würde ihn anlegen)',
    unreachable: 'sein Server antwortet nicht',
    nobody: 'Noch keine Räume zum Beitreten.',
    back: 'Zurück',
    agree: (n) => (n === 0 ? 'Weiter' : n === 1 ? 'Einem Raum beitreten' : `${n} Räumen beitreten`),
    going: (n) => (n === 0 ? 'Einen Moment…' : 'Tritt bei…'),
  },

  welcome: {
    title: 'Minimix ist in deinen Räumen',
    joined: (joined, all) => `${joined} von ${all} Räumen beigetreten.`,
    none: 'Noch keine Räume. Tritt einem bei, und Minimix speichert ab dann seine Nachrichten.',
    kept: (n) => (n === '1' ? 'Eine Nachricht ist schon im Archiv.' : `${n} Nachrichten sind schon im Archiv.`),
    next: 'Als Nächstes: deine Geräte',
    nextText: 'Deine anderen Clients funktionieren weiter wie bisher. Clients, die sich über Minimix verbinden, verpassen keine Nachricht.',
    look: 'Meine Räume zeigen',
    later: 'Geräte kannst du jederzeit auf der Seite „Geräte“ verbinden.',
  },

  sandbox: {
    title: 'Oder erst ohne Konto ausprobieren',
    text: 'Startet einen kleinen Server auf diesem Computer, mit einem Raum, in dem jemand spricht. Entferne das Konto, und er wird gelöscht.',
    go: 'Mit der Sandbox ausprobieren',
    going: 'Startet…',
    missing: 'Die Sandbox braucht Prosody auf diesem Computer. Installiere es, zum Beispiel mit „apt install prosody“.',
  },
};
