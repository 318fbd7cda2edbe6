// What may differ between a dialogue told directly and the same behind a bouncer. Each reason stands in docs/interop.md.

interface Reason {
  /** Of these dialogues alone. */
  readonly dialogue: RegExp;
  /** As in docs/interop.md. */
  readonly why: string;
}

/** A line that may stand in one transcript alone. */
export interface Allowance extends Reason {
  readonly side: 'direct' | 'bouncer';
  readonly line: RegExp;
}

/** A part of a line that is not compared. */
export interface UncomparedPart extends Reason {
  readonly part: RegExp;
}

const occupant = 'What others ask an occupant, the daemon answers';
const again = 'A device that enters a room in which the account is tells nobody';
const later = 'Others see a leave a moment later, and only when nobody wants the room any more';
const known = 'What the bouncer knows itself it answers itself';
const spelling = 'An answer comes from the address as the device has spelled it';
const itself = 'ejabberd says goodbye for the room itself';
const entry = 'The subject on entry is as it was when it was set';

const removal = 'A device that answers with an error is told 110 and 333';
const page = 'A page of the room’s archive that the daemon has whole it answers itself';

export const allowances: readonly Allowance[] = [
  { dialogue: /self-ping|a ping of another|an answer to a question|an occupant’s software/, side: 'direct', line: /: <iq from='ROOM\/[^']*' to='[A-Z]+' type='get'>/, why: occupant },
  { dialogue: /entering twice/, side: 'direct', line: /^bob: <presence from='ROOM\/Ali' to='BOB'>/, why: again },
  { dialogue: /17\.4/, side: 'direct', line: /^bob: <presence from='ROOM\/Ali' to='BOB' type='unavailable'>/, why: later },
  { dialogue: /17\.4/, side: 'direct', line: /^alice: <presence from='ROOM\/Ali' to='ALICE' type='unavailable'><status>.*<status code='110'>/, why: removal },
  { dialogue: /17\.4/, side: 'bouncer', line: /^alice: <presence from='ROOM\/Ali' to='ALICE' type='unavailable'><x [^>]*><item [^>]*><\/><status code='110'><\/><status code='333'><\/><\/><\/>$/, why: removal },
  { dialogue: /a self-ping of who is out/, side: 'direct', line: /<iq from='ROOM\/Ali' to='ALICE' type='error'>.*not-acceptable/, why: known },
  { dialogue: /a self-ping of who is out/, side: 'bouncer', line: /<iq from='ROOM\/Ali' to='ALICE' type='error'>.*not-acceptable/, why: known },
  { dialogue: /variation selector/, side: 'direct', line: /<iq from='ROOM\/Sun/, why: spelling },
  { dialogue: /variation selector/, side: 'bouncer', line: /<iq from='ROOM\/Sun/, why: spelling },
  { dialogue: /out and in|a farewell|no change of it|17\.4|a self-ping of who is out|both leave/, side: 'direct', line: /^alice: <presence from='ROOM' to='ALICE' type='unavailable'><\/>$/, why: itself },
  { dialogue: /both leave/, side: 'direct', line: /^bob: <presence from='ROOM' to='BOB' type='unavailable'><\/>$/, why: itself },
  { dialogue: /10\.1\.2/, side: 'direct', line: /^alice: <presence from='fresh-ROOM' to='ALICE' type='unavailable'><\/>$/, why: itself },
  { dialogue: /the subject comes last/, side: 'direct', line: /<subject>Cauldrons/, why: entry },
  { dialogue: /the subject comes last/, side: 'bouncer', line: /<subject>Cauldrons/, why: entry },
];

export const uncompared: readonly UncomparedPart[] = [
  { dialogue: /XEP-0313/, part: /(?<=<delay) from='[^']*'|(?<=<set[^>]*>)<count>\d+<\/>/g, why: page },
];
