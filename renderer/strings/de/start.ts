import type { start as english } from '../en/start.ts';

export const start: typeof english = {
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

  sandbox: {
    title: 'Oder erst ohne Konto ausprobieren',
    text: 'Auf diesem Rechner startet ein kleiner eigener Server, mit einem Raum, in dem jemand spricht. Er verschwindet, sobald du sein Konto entfernst.',
    go: 'Mit dem Sandkasten ausprobieren',
    going: 'Startet…',
    missing: 'Für den Sandkasten muss auf diesem Rechner Prosody installiert sein, etwa mit „apt install prosody“.',
  },
};
