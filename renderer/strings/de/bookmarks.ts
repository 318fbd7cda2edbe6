import type { bookmarks as english } from '../en/bookmarks.ts';

export const bookmarks: typeof english = {
  bookmarks: {
    title: 'Lesezeichen',
    intro: 'Eine Liste von Räumen, gemeinsam für alle deine Clients.',
    none: 'Noch keine Lesezeichen.',
    advanced: (formats, inSync) => {
      if (formats === 0) return 'Erweitert: noch nicht abgeglichen';
      const where = formats === 1 ? 'einem Format' : `${formats} Formaten`;
      return `Erweitert: in ${where} gespeichert, ${inSync ? 'alle abgeglichen' : 'nicht alle abgeglichen'}`;
    },
    storages: { native: 'Lesezeichen 2 (XEP-0402)', pep: 'PEP (XEP-0048)', private: 'Privater Speicher (XEP-0049)' },
    sameAs: (name) => `eine Kopie von ${name}, vom Server angelegt`,
    rooms: (n) => (n === 1 ? '1 Raum' : `${n} Räume`),
    room: 'Raum',
    autojoin: 'Automatisch beitreten',
    notify: 'Benachrichtigen',
    notifies: { always: 'immer', 'on-mention': 'bei Erwähnung', never: 'nie' },
    notifyUnset: 'wie im Client eingestellt',
    same: 'abgeglichen',
    missing: 'fehlt',
    differs: (fields) => `anders: ${fields}`,
    fields: { name: 'Name', autojoin: 'automatisch beitreten', nick: 'Spitzname', password: 'Passwort' },
    dead: 'Gibt es nicht mehr, oder lange nicht erreichbar',
    unread: 'nicht lesbar',
    whyHeld: 'du musst über das Entfernen entscheiden',
    whyNow: 'wird abgeglichen',
    deadDays: 'Tage ohne Antwort, bis ein Raum als verschwunden gilt',
    here: 'Minimix',
    isHeld: 'Du musst über das Entfernen entscheiden',
    add: 'Lesezeichen hinzufügen',
    edit: 'Bearbeiten',
    editTitle: 'Lesezeichen bearbeiten',
    remove: 'Löschen',
    removeAsk: (room) => `Das Lesezeichen von ${room} löschen? Dann verlässt du den Raum, außer ein mit Minimix verbundenes Gerät ist darin.`,
    name: 'Name',
    nick: 'Spitzname',
    password: 'Passwort',
    save: 'Speichern',
    heldTitle: 'Diese Lesezeichen entfernen?',
    heldText: (n, storage) =>
      n === 1
        ? `Ein Raum ist auf einmal aus ${storage} verschwunden. Minimix hat ihn nicht verlassen.`
        : `${n} Räume sind auf einmal aus ${storage} verschwunden. Minimix hat keinen davon verlassen.`,
    heldOnline: (who) => `Zu dieser Zeit online: ${who}`,
    restore: 'Wiederherstellen',
    accept: 'Entfernen',
    log: 'Änderungen',
    logNone: 'Noch keine Änderungen.',
    undo: 'Rückgängig',
    added: 'hinzugefügt',
    removed: 'entfernt',
    changed: 'geändert',
    settings: 'Regeln',
    keepJoins: 'Beitreten schaltet automatisches Beitreten ein, Verlassen schaltet es aus',
    severalGone: 'Wenn mehrere Räume auf einmal verschwinden',
    gone: { hold: 'mich fragen', restore: 'wiederherstellen', accept: 'entfernen' },
  },

  take: {
    title: 'Export und Import',
    intro: 'Exportierte Dateien enthalten die Passwörter deiner Räume.',
    json: 'Als JSON exportieren',
    xml: 'Als XML exportieren (XEP-0402)',
    import: 'Aus Datei importieren',
    imported: (added, changed) => `${added} hinzugefügt, ${changed} aktualisiert.`,
    copyTo: (jid) => `Nach ${jid} kopieren`,
    restore: 'Eine frühere Liste wiederherstellen',
    restoreWhen: 'Stand vom',
    restoreGo: 'Wiederherstellen',
    restoreAsk: (when) =>
      `Die Liste vom ${when} wiederherstellen? Minimix verlässt dann seither hinzugefügte Räume und tritt entfernten wieder bei. Jede Änderung lässt sich rückgängig machen.`,
    restored: (n) => (n === 0 ? 'Die Liste war damals dieselbe.' : n === 1 ? 'Ein Lesezeichen geändert.' : `${n} Lesezeichen geändert.`),
  },
};
