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
const id = 'What a device says to a room without an id gets one';

const mirror = 'The daemon keeps all lists of bookmarks the same';
const node = 'The bookmarks’ node is made at the daemon’s first login';
const guard = 'What would open the bookmarks to others is refused';
const addresses = 'Who becomes a moderator in a room that shows addresses to those alone';
const outside = 'What a device says to a room in which the account is not';
const probe = 'A probe of an occupant the bouncer answers from what the room has shown';
const stream = 'A stream at the bouncer is the bouncer’s own';
const inactive = 'What a server holds back from a device at which nobody looks';

/** What told.ts itself leaves out. */
export const leftOut = ['The daemon is one more session of the account', 'Words that a device says have an origin-id'] as const;

const NOT_INSIDE = `<not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'></>`;
const TEXT = `<text( xml:lang='en')? xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>[^<]*</>`;
const SELF_ITEM = `(<occupant-id id='of Ali' xmlns='urn:xmpp:occupant-id:0'></>)?`;
const OUT = `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' jid='ALICE' role='none'></><status code='110'></>`;

export const allowances: readonly Allowance[] = [
  { dialogue: /XEP-0410|a ping of another|an answer to a question/, side: 'direct', line: /: <iq from='ROOM\/[^']*' id='[^']*' to='(ALICE|BOB)' type='get'><ping xmlns='urn:xmpp:ping'><\/><\/>$/, why: occupant },
  { dialogue: /an occupant’s software/, side: 'direct', line: /^bob: <iq from='ROOM\/Ali' id='[^']*' to='BOB' type='get'><query xmlns='jabber:iq:version'><\/><\/>$/, why: occupant },
  { dialogue: /entering twice/, side: 'direct', line: /^bob: <presence from='ROOM\/Ali' to='BOB'>/, why: again },
  { dialogue: /11\.1/, side: 'direct', line: /^bob: <presence from='ROOM\/Ali' to='BOB' type='unavailable'>/, why: later },
  { dialogue: /11\.1/, side: 'direct', line: new RegExp(`^alice: <presence from='ROOM/Ali' to='ALICE' type='unavailable'>${SELF_ITEM}<status( xml:lang='en')?>[^<]*</>${OUT}(<status code='333'></>)?</></>$`), why: removal },
  { dialogue: /11\.1/, side: 'bouncer', line: new RegExp(`^alice: <presence from='ROOM/Ali' to='ALICE' type='unavailable'>${SELF_ITEM}${OUT}<status code='333'></></></>$`), why: removal },
  { dialogue: /a self-ping of who is out/, side: 'direct', line: new RegExp(`^alice: <iq from='ROOM/Ali' id='selfping' to='ALICE' type='error'>(<ping xmlns='urn:xmpp:ping'></>)?<error [^>]*>${NOT_INSIDE}${TEXT}</></>$`), why: known },
  { dialogue: /a self-ping of who is out/, side: 'bouncer', line: new RegExp(`^alice: <iq from='ROOM/Ali' id='selfping' to='ALICE' type='error'><error type='cancel'>${NOT_INSIDE}</></>$`), why: known },
  { dialogue: /a visitor may not speak/, side: 'direct', line: new RegExp(`^alice: <message from='ROOM' id='mute' to='ALICE' type='error'>(<body>may I\\?</>)?<error( by='ROOM')? type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'></>${TEXT}</></>$`), why: known },
  { dialogue: /a visitor may not speak/, side: 'bouncer', line: new RegExp(`^alice: <message from='ROOM' id='mute' to='ALICE' type='error'><error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'></>${TEXT}</></>$`), why: known },
  { dialogue: /a probe of an occupant/, side: 'direct', line: /^alice: <presence from='ROOM\/Ali' to='ALICE'>.*<item affiliation='none' jid='ALICE' role='participant'><\/><\/>/, why: probe },
  { dialogue: /a probe of an occupant/, side: 'bouncer', line: /^alice: <presence from='ROOM\/Ali' to='ALICE'>.*<item affiliation='none' jid='ALICE' role='participant'><\/><status code='110'><\/><\/>/, why: probe },
  { dialogue: /a probe of an occupant/, side: 'bouncer', line: /^alice: <presence from='ROOM\/bob' to='ALICE'>.*<item affiliation='owner' role='moderator'><\/><\/>/, why: probe },
  { dialogue: /variation selector/, side: 'direct', line: /<iq from='ROOM\/Sun/, why: spelling },
  { dialogue: /variation selector/, side: 'bouncer', line: /<iq from='ROOM\/Sun/, why: spelling },
  { dialogue: /out and in|a way out and in|said since a time|by the last one|a farewell|no change of it|11\.1|a self-ping of who is out|both leave/, side: 'direct', line: /^alice: <presence from='ROOM' id='[^']*' to='ALICE' type='unavailable'><\/>$/, why: itself },
  { dialogue: /both leave/, side: 'direct', line: /^bob: <presence from='ROOM' id='[^']*' to='BOB' type='unavailable'><\/>$/, why: itself },
  { dialogue: /10\.1\.2/, side: 'direct', line: /^alice: <presence from='fresh-ROOM' id='[^']*' to='ALICE' type='unavailable'><\/>$/, why: itself },
  { dialogue: /XEP-0402/, side: 'bouncer', line: /^alice: <message from='ALICE-BARE' to='ALICE(-BARE)?' type='headline'><addresses xmlns='http:\/\/jabber.org\/protocol\/address'><address jid='ALICE-DAEMON' type='replyto'><\/><\/><event xmlns='http:\/\/jabber.org\/protocol\/pubsub#event'><items node='storage:bookmarks'>/, why: mirror },
  { dialogue: /XEP-0402 3\.3: a bookmark (is added with the|that wants other) limits/, side: 'direct', line: /^alice: <iq from='ALICE-BARE' id='p\d+' to='ALICE' type='error'>.*<items node='urn:xmpp:bookmarks:1'><\/><\/><error type='cancel'><item-not-found /, why: node },
  { dialogue: /XEP-0402 3\.3: a bookmark (is added with the|that wants other) limits/, side: 'bouncer', line: /^alice: <iq from='ALICE-BARE' id='p\d+' to='ALICE' type='result'><pubsub xmlns='http:\/\/jabber.org\/protocol\/pubsub'><items node='urn:xmpp:bookmarks:1'><\/><\/><\/>$/, why: node },
  { dialogue: /a bookmark that anybody may read/, side: 'direct', line: /^alice: <iq( from='ALICE-BARE')? id='p\d+' to='ALICE' type='result'>/, why: guard },
  { dialogue: /a bookmark that anybody may read/, side: 'direct', line: /^alice: <message from='ALICE-BARE' to='ALICE(-BARE)?' type='headline'>.*<items node='urn:xmpp:bookmarks:1'><item id='ROOM'><conference name='Kitchen' xmlns='urn:xmpp:bookmarks:1'>/, why: guard },
  { dialogue: /a bookmark that anybody may read/, side: 'bouncer', line: /^alice: <iq( from='ALICE-BARE')? id='p\d+' to='ALICE' type='error'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'><\/><\/><\/>$/, why: guard },
  { dialogue: /the subject comes last/, side: 'direct', line: /<subject>Cauldrons/, why: entry },
  { dialogue: /the subject comes last/, side: 'bouncer', line: /<subject>Cauldrons/, why: entry },
];

export const uncompared: readonly UncomparedPart[] = [
  { dialogue: /XEP-0313/, part: /(?<=<delay) from='[^']*'|(?<=<set[^>]*>)<count>\d+<\/>/g, why: page },
  { dialogue: /XEP-0313/, part: /(?<=<result id='([^']*)' .*)<stanza-id by='ROOM' id='\1' xmlns='urn:xmpp:sid:0'><\/>/g, why: page },
  { dialogue: /nothing of what was done to oneself/, part: /(?<=^alice: <presence from='ROOM\/bob' .*) jid='BOB'/g, why: addresses },
  { dialogue: /an invitation that is declined/, part: /(?<=^bob: .*ALICE)-DEVICE/g, why: outside },
  { dialogue: /XEP-0198 5/, part: /(?<=<enabled[^>]*) max='\d+'|(?<=<delay) from='[^']*'|(?<= xmlns='urn:xmpp:delay'>)Resent/g, why: stream },
  { dialogue: /XEP-0352/, part: /(?<=^alice: <presence from='ROOM\/[^>]*>)<delay from='[^']*' stamp='STAMP' xmlns='urn:xmpp:delay'>(Client Inactive)?<\/>/g, why: inactive },
  { dialogue: /7\.8\.2|7\.8\.1|7\.9/, part: /(?<=^(alice|bob): <message from='ROOM') id='ID'/g, why: id },
];
