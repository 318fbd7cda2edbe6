/** A line that may stand in one transcript alone. Each reason stands in docs/interop.md. */
export interface Allowance {
  /** Of these dialogues alone. */
  readonly dialogue?: RegExp;
  readonly side: 'direct' | 'bouncer';
  readonly line: RegExp;
  /** As in docs/interop.md. */
  readonly why: string;
}

const occupant = 'What others ask an occupant, the daemon answers';
const again = 'A device that enters a room in which the account is tells nobody';
const later = 'Others see a leave a moment later, and only when nobody wants the room any more';
const known = 'What the bouncer knows itself it answers itself';
const spelling = 'An answer comes from the address as the device has spelled it';
const itself = 'ejabberd says goodbye for the room itself';
const entry = 'The subject on entry is as it was when it was set';

export const allowances: readonly Allowance[] = [
  { side: 'direct', line: /: <iq from='ROOM\/[^']*' to='[A-Z]+' type='get'>/, why: occupant },
  { dialogue: /entering twice/, side: 'direct', line: /^bob: <presence from='ROOM\/Ali' to='BOB'>/, why: again },
  { side: 'direct', line: /^bob: <presence from='ROOM\/Ali' to='BOB' type='unavailable'>/, why: later },
  { side: 'bouncer', line: /^bob: <presence from='ROOM\/Ali' to='BOB' type='unavailable'>/, why: later },
  { dialogue: /a self-ping of who is out/, side: 'direct', line: /<iq from='ROOM\/Ali' to='ALICE' type='error'>.*not-acceptable/, why: known },
  { dialogue: /a self-ping of who is out/, side: 'bouncer', line: /<iq from='ROOM\/Ali' to='ALICE' type='error'>.*not-acceptable/, why: known },
  { dialogue: /variation selector/, side: 'direct', line: /<iq from='ROOM\/Sun/, why: spelling },
  { dialogue: /variation selector/, side: 'bouncer', line: /<iq from='ROOM\/Sun/, why: spelling },
  { side: 'direct', line: /: <presence from='ROOM' to='[A-Z]+' type='unavailable'><\/>$/, why: itself },
  { dialogue: /the subject comes last/, side: 'direct', line: /<subject>Cauldrons/, why: entry },
  { dialogue: /the subject comes last/, side: 'bouncer', line: /<subject>Cauldrons/, why: entry },
];
