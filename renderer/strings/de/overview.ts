import type { overview as english } from '../en/overview.ts';

export const overview: typeof english = {
  overview: {
    problems: 'Etwas stimmt nicht',
    offline: (jid) => `${jid} ist nicht verbunden`,
    archive: 'Archiv',
    growth: (size) => `Etwa ${size} im Monat, wie die letzten 30 Tage waren`,
    backup: 'Letzte Sicherung',
    noBackup: 'Noch keine',
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

  activity: {
    title: 'Nachrichten am Tag',
    words: (total, days, day, most) =>
      `${total} Nachrichten an ${days === 1 ? 'einem Tag' : `${days} Tagen`} des letzten Jahres. Am meisten los war am ${day}: ${most}.`,
    nothing: 'Im letzten Jahr wurde nichts behalten.',
    day: (day, n) => `${day}: ${n}`,
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
};
