import type { self as english } from '../en/self.ts';

export const self: typeof english = {
  self: {
    title: 'Wie Räume dich sehen',
    now: (show, by) => `Jetzt: ${show}, wie ${by} sagt.`,
    nowNobody: (show) => `Jetzt: ${show}, denn keines deiner Geräte ist verbunden.`,
    offline: 'Wenn keines deiner Geräte verbunden ist',
    status: 'Status',
    statusHint: 'Ein Wort dazu, oder keines.',
    accountNick: 'Dein Spitzname',
    accountNickHint: 'Der des Kontos: für Räume, deren Lesezeichen keinen nennt, und für deine Kontakte.',
    save: 'Speichern',
    presence: 'Was dieser Raum von dir sieht',
    choices: { follow: 'deine Geräte, wie sie sind', hidden: 'nichts von deinen Geräten' },
    always: (show) => `immer: ${show}`,
    shows: { online: 'verfügbar', chat: 'gern im Gespräch', away: 'abwesend', xa: 'länger abwesend', dnd: 'bitte nicht stören' },
    notify: 'Programme melden ihn',
    notifies: { default: 'wie jedes von selbst', always: 'immer', 'on-mention': 'bei Erwähnung', never: 'nie' },
    from: {
      asked: 'Es ist der Spitzname des Lesezeichens.',
      bookmark: 'Es ist der Spitzname des Lesezeichens.',
      account: 'Es ist der Spitzname deines Kontos.',
      reserved: 'Es ist der Spitzname, den der Raum für dich bewahrt.',
      localpart: 'Es ist der erste Teil deiner Adresse, denn kein anderer wurde genannt.',
    },
    wanted: (nick) => `Du möchtest ${nick} heißen, und wirst es, sobald der Raum es erlaubt.`,
    refused: (why) => `Der Raum hat abgelehnt: ${why}`,
    register: 'Spitznamen beim Raum anmelden',
  },

  register: {
    title: 'Beim Raum anmelden',
    registered: (nick) => `Der Raum bewahrt den Spitznamen ${nick} für dich.`,
    registeredPlain: 'Du bist bei diesem Raum angemeldet.',
    pending: 'Der Raum hat es angenommen. Vielleicht muss dort noch jemand zustimmen.',
    go: 'Anmelden',
    remove: 'Aufgeben',
    done: 'Schließen',
  },
};
