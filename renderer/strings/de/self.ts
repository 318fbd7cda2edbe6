import type { self as english } from '../en/self.ts';

export const self: typeof english = {
  self: {
    title: 'Wie Räume dich sehen',
    now: (show, by) => `Jetzt: ${show}, wie auf ${by} eingestellt.`,
    nowPage: (show) => `Jetzt: ${show}, weil du diese Seite benutzt.`,
    nowNobody: (show) => `Jetzt: ${show}, weil keines deiner Geräte online ist.`,
    offline: 'Während keines deiner Geräte online ist',
    status: 'Status',
    statusHint: 'Statustext, kann leer bleiben.',
    accountNick: 'Dein Spitzname',
    accountNickHint: 'Für Räume, deren Lesezeichen keinen Spitznamen hat. Auch deine Kontakte sehen ihn.',
    save: 'Speichern',
    presence: 'Deine Präsenz in diesem Raum',
    choices: { follow: 'wie deine Geräte', hidden: 'verborgen' },
    always: (show) => `immer: ${show}`,
    shows: { online: 'verfügbar', chat: 'gesprächsbereit', away: 'abwesend', xa: 'nicht verfügbar', dnd: 'bitte nicht stören' },
    notify: 'Benachrichtigungen',
    notifies: { default: 'wie im Client eingestellt', always: 'immer', 'on-mention': 'bei Erwähnung', never: 'nie' },
    from: {
      asked: 'Dieser Spitzname steht im Lesezeichen.',
      bookmark: 'Dieser Spitzname steht im Lesezeichen.',
      account: 'Das ist der Spitzname deines Kontos.',
      reserved: 'Der Raum hat diesen Spitznamen für dich reserviert.',
      localpart: 'Das ist der erste Teil deiner Adresse, weil du keinen Spitznamen gewählt hast.',
    },
    wanted: (nick) => `Du hast ${nick} gewählt. Minimix wechselt dazu, sobald der Raum es erlaubt.`,
    refused: (why) => `Der Raum hat abgelehnt: ${why}`,
    register: 'Spitznamen beim Raum registrieren',
  },

  register: {
    title: 'Beim Raum registrieren',
    registered: (nick) => `Der Raum hat den Spitznamen ${nick} für dich reserviert.`,
    registeredPlain: 'Du bist bei diesem Raum registriert.',
    pending: 'Anfrage gesendet. Vielleicht muss die Moderation noch zustimmen.',
    go: 'Registrieren',
    remove: 'Registrierung aufheben',
    done: 'Schließen',
  },
};
