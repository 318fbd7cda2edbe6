/** The daemon's own sentences, exactly as it writes them in English, and their German. */
const sentences: Readonly<Record<string, string>> = {
  'Joining.': 'Tritt bei.',
  'Leaving.': 'Wird verlassen.',
  'The room does not allow you to do this.': 'Der Raum erlaubt dir das nicht.',
  'The room needs at least one owner.': 'Der Raum braucht mindestens einen Eigentümer.',
  'This person is no longer in the room.': 'Diese Person ist nicht mehr im Raum.',
  'You were kicked from this room.': 'Du wurdest aus diesem Raum geworfen.',
  'You are banned from this room.': 'Du bist aus diesem Raum verbannt.',
  'This room is for members only, and you are not a member.': 'Dieser Raum ist nur für Mitglieder, und du bist keines.',
  'This room needs a password, or the password is wrong.': 'Dieser Raum verlangt ein Passwort, oder das Passwort ist falsch.',
  'Somebody else has this nickname.': 'Jemand anders hat diesen Spitznamen.',
  'You have to register with this room first.': 'Du musst dich zuerst bei diesem Raum registrieren.',
  'This room asks for a CAPTCHA. Solve it with one of your other clients.':
    'Dieser Raum verlangt ein CAPTCHA. Löse es mit einem deiner anderen Clients.',
  'The room is full.': 'Der Raum ist voll.',
  'The room does not exist yet, or its owner has not opened it.': 'Den Raum gibt es noch nicht, oder sein Eigentümer hat ihn noch nicht geöffnet.',
  'The server does not let you create this room.': 'Der Server lässt dich diesen Raum nicht anlegen.',
  'The room has moved.': 'Der Raum ist umgezogen.',
  'The room was destroyed.': 'Der Raum wurde aufgelöst.',
  'The room cannot be reached.': 'Der Raum ist nicht erreichbar.',
  'The room did not answer.': 'Der Raum hat nicht geantwortet.',
  'The room’s server is busy. Minimix tries again later.': 'Der Server des Raums ist überlastet. Minimix versucht es später noch einmal.',
  'The room had silently dropped you.': 'Der Raum hatte dich unbemerkt entfernt.',
  'The connection to the server was lost.': 'Die Verbindung zum Server ging verloren.',
  'You are no longer a member, and the room is for members only.': 'Du bist kein Mitglied mehr, und der Raum ist nur für Mitglieder.',
  'The room became members-only, and you are not a member.': 'Der Raum ist jetzt nur für Mitglieder, und du bist keines.',
  'The room’s server is shutting down.': 'Der Server des Raums wird heruntergefahren.',
  'The room removed you after a delivery error.': 'Der Raum hat dich nach einem Zustellfehler entfernt.',
  'The room does not answer. You may no longer be in it.': 'Der Raum antwortet nicht. Vielleicht bist du nicht mehr darin.',
  'The server does not accept this address and password.': 'Der Server nimmt diese Adresse mit diesem Passwort nicht an.',
  'The server has disabled this account.': 'Der Server hat dieses Konto gesperrt.',
  'The password has expired. Change it with one of your other clients.': 'Das Passwort ist abgelaufen. Ändere es mit einem deiner anderen Clients.',
  'login timed out': 'die Anmeldung dauerte zu lange',
  'you turned it off': 'von dir ausgeschaltet',
  'you turned it on': 'von dir eingeschaltet',
  'it supports the relay (urn:minimix:relay:0)': 'es unterstützt die Weiterleitung (urn:minimix:relay:0)',
  'it has not announced its features yet': 'es hat noch nicht gemeldet, was es kann',
  'its client is not known to accept relayed messages': 'von seinem Client ist nicht bekannt, dass er weitergeleitete Nachrichten annimmt',
  'it is connected through Minimix': 'es ist über Minimix verbunden',
  'it connects through Minimix': 'es verbindet sich über Minimix',
};

const byLength = Object.keys(sentences).toSorted((a, b) => b.length - a.length);

/** A sentence of the daemon in German; words of other people in it stay as they are. `undefined` if the sentence is not in the list. */
export function says(text: string): string | undefined {
  const known = byLength.find((sentence) => text.startsWith(sentence));
  if (known === undefined) return undefined;
  const rest = text.slice(known.length);
  const by = / By (.*?)\.(?= “| The room suggests |$)/s;
  return `${sentences[known]}${rest.replace(by, ' Von $1.').replace(/ The room suggests (\S+) instead\.$/, ' Der Raum schlägt stattdessen $1 vor.')}`;
}
