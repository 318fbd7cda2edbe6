/** The daemon's own sentences, which it says in English, to the letter. */
const sentences: Readonly<Record<string, string>> = {
  'Joining.': 'Wird betreten.',
  'Leaving.': 'Wird verlassen.',
  'You were kicked from this room.': 'Du wurdest aus diesem Raum geworfen.',
  'You are banned from this room.': 'Du bist aus diesem Raum verbannt.',
  'This room is for members only, and you are not one.': 'Dieser Raum ist nur für Mitglieder, und du bist keines.',
  'This room needs a password, or the one given is wrong.': 'Dieser Raum verlangt ein Passwort, oder das angegebene stimmt nicht.',
  'The nick is taken by somebody else.': 'Jemand anders hat diesen Spitznamen.',
  'This room wants you to register with it first.': 'Dieser Raum will, dass du dich erst bei ihm anmeldest.',
  'This room asks for a challenge (CAPTCHA) that only a client of yours can answer.':
    'Dieser Raum stellt eine Aufgabe (CAPTCHA), die nur eines deiner Programme lösen kann.',
  'The room is full.': 'Der Raum ist voll.',
  'The room does not exist yet, or its owner has not opened it.': 'Den Raum gibt es noch nicht, oder er wurde noch nicht geöffnet.',
  'The service does not let you create this room.': 'Der Dienst lässt dich diesen Raum nicht anlegen.',
  'The room has moved.': 'Der Raum ist umgezogen.',
  'The room was destroyed.': 'Der Raum wurde aufgelöst.',
  'The room cannot be reached.': 'Der Raum ist nicht zu erreichen.',
  'The room did not answer.': 'Der Raum hat nicht geantwortet.',
  'The room’s service takes no more of us at the moment.': 'Der Dienst des Raums nimmt gerade nichts mehr von uns an.',
  'The room had dropped us without a word.': 'Der Raum hatte uns ohne ein Wort fallen lassen.',
  'The connection to the server was lost.': 'Die Verbindung zum Server ist abgerissen.',
  'You lost your membership, and the room is for members only.': 'Du bist kein Mitglied mehr, und der Raum ist nur für Mitglieder.',
  'The room became members-only, and you are not a member.': 'Der Raum ist jetzt nur für Mitglieder, und du bist keines.',
  'The room’s service is shutting down.': 'Der Dienst des Raums wird heruntergefahren.',
  'The room removed us after a delivery error.': 'Der Raum hat uns nach einem Zustellfehler entfernt.',
  'The room does not answer; whether we are still in it is not known.': 'Der Raum antwortet nicht; ob wir noch darin sind, ist nicht bekannt.',
  'you switched it off': 'von dir ausgeschaltet',
  'you switched it on': 'von dir eingeschaltet',
  'it announces urn:minimix:relay:0': 'es sagt, dass es Weitergereichtes versteht (urn:minimix:relay:0)',
  'it has not said yet what it is': 'es hat noch nicht gesagt, was es ist',
  'its software is not known to take relayed carbons': 'von seinem Programm ist nicht bekannt, dass es Weitergereichtes annimmt',
  'it is connected through the bouncer': 'es ist über Minimix angemeldet',
  'it connects through the bouncer': 'es meldet sich über Minimix an',
};

const byLength = Object.keys(sentences).toSorted((a, b) => b.length - a.length);

/** A sentence of the daemon in German, others' words in it left alone; `undefined` where it is none of these. */
export function says(text: string): string | undefined {
  const known = byLength.find((sentence) => text.startsWith(sentence));
  if (known === undefined) return undefined;
  const rest = text.slice(known.length);
  const by = / By (.*?)\.(?= “| It names |$)/s;
  return `${sentences[known]}${rest.replace(by, ' Von $1.').replace(/ It names (\S+) instead\.$/, ' Er nennt stattdessen $1.')}`;
}
