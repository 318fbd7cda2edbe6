import type { overview as english } from '../en/overview.ts';

export const overview: typeof english = {
  overview: {
    problems: 'Etwas stimmt nicht',
    offline: (jid) => `${jid} ist nicht verbunden`,
    archive: 'Archiv',
    growth: (size) => `Etwa ${size} im Monat, nach den letzten 30 Tagen`,
    backup: 'Letzte Sicherung',
    noBackup: 'Noch nie',
    title: 'Übersicht',
    wellTitle: 'Alles in Ordnung',
    wellText: 'Du bist in jedem Raum. Minimix speichert jede Nachricht, auch während alle deine Geräte offline sind.',
    troubleTitle: 'Braucht deine Aufmerksamkeit',
    emptyTitle: 'Welcher Raum zuerst?',
    emptyText: 'Tritt einem Raum bei, und Minimix bleibt für dich darin: auf jedem Gerät, mit dem ganzen Verlauf.',
    devices: 'Geräte',
    noDevices: 'Kein anderes Gerät dieses Kontos ist online.',
    relays: 'Empfängt Raumnachrichten (Weiterleitung)',
    bouncer: 'Über Minimix verbunden',
    noDoor: 'Nicht mit Minimix verbunden',
    figures: 'Statistik',
    joined: (joined, all) => `In ${joined} von ${all} Räumen`,
    archived: (n) => (n === '1' ? '1 Nachricht gespeichert' : `${n} Nachrichten gespeichert`),
  },

  quarantine: {
    title: (n) => (n === 1 ? 'Eine eingehende Nachricht war nicht lesbar' : `${n} eingehende Nachrichten waren nicht lesbar`),
    text: 'Sie wurden beiseitegelegt; alles andere ist angekommen. Wenn dir etwas fehlt, bitte den Absender, es in kleineren Teilen noch einmal zu senden.',
    tooLarge: (size) => `zu groß (${size})`,
    unreadable: 'nicht lesbar',
    server: 'dein Server',
    begins: 'Anfang anzeigen',
  },

  activity: {
    title: 'Nachrichten pro Tag',
    words: ({ total, days, day, most }) =>
      `${total} Nachrichten an ${days === 1 ? 'einem Tag' : `${days} Tagen`} des letzten Jahres. Am meisten los war am ${day}: ${most}.`,
    nothing: 'Keine Nachrichten im letzten Jahr.',
    day: (day, n) => `${day}: ${n}`,
  },

  hours: {
    title: 'Wann am meisten los ist',
    words: ({ total, from, to, day, hour, n }) =>
      `Die meisten der ${total} Nachrichten der letzten 90 Tage kamen zwischen ${from} und ${to}. Am meisten los war ${day} um ${hour}, mit ${n}.`,
    cell: (day, hour, n) => `${day}, ${hour}: ${n}`,
  },

  delay: {
    title: 'Zustellzeit zu deinen Geräten',
    words: (n, half, most) => `Von ${n} Nachrichten seit dem Start von Minimix wurde die Hälfte innerhalb von ${half} zugestellt, 90 % innerhalb von ${most}.`,
    upTo: (span) => `innerhalb von ${span}`,
    longer: 'länger',
    endless: 'mehr als 5 s',
  },
};
