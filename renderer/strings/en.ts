import { enMore } from './en-more.ts';
import { enSelf } from './en-self.ts';
import { enStart } from './en-start.ts';

/** Every word that the page shows. Another language is another table of this type. */
export const en = {
  ...enMore,
  ...enStart,
  ...enSelf,

  app: 'Minimix',
  unknownNick: '(no nick)',
  roomItself: 'The room',
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back to the rooms',
  reload: 'Reload',

  link: {
    connecting: 'Connecting to the daemon…',
    away: 'The daemon is away. Reconnecting…',
    unreachable: 'The daemon cannot be reached just now.',
  },

  locked: {
    title: 'This browser is no longer let in',
    text: 'The daemon has started anew, or this browser was away for long. A one-time address lets it in again.',
    todo: 'This prints one:',
    command: 'minimix page',
  },

  accounts: {
    title: 'Accounts',
    add: 'Add account',
    only: (jid: string) => `Show only the rooms of ${jid}`,
    all: 'Show the rooms of all accounts',
    offline: 'Offline',
    connecting: 'Connecting…',
    connectingAgain: (attempt: number) => `Connecting, attempt ${attempt}…`,
    online: 'Online',
    waiting: (seconds: number) => (seconds > 0 ? `Trying again in ${seconds} s` : 'Trying again…'),
    refused: 'Refused',
  },

  rooms: {
    title: 'Rooms',
    find: 'Find a room',
    clearFind: 'Clear',
    join: 'Join a room',
    none: 'No rooms yet.',
    noneFound: 'No room matches.',
    unread: (n: string) => `${n} unread`,
    mentions: (n: string) => `${n} unread, with your nick in them`,
    occupants: (n: number) => (n === 1 ? '1 occupant' : `${n} occupants`),
    asNick: 'as',
    more: '99+',
    draft: 'draft',
  },

  health: {
    well: 'In the room',
    unsure: 'In the room, as far as is known',
    working: 'On its way',
    waiting: 'Out, trying again by itself',
    trouble: 'Out, needs you',
  },

  room: {
    search: 'Search in this room',
    leave: 'Leave room',
    joinAgain: 'Join again',
    noSubject: 'No subject',
    messages: 'Messages',
    unknown: 'This room is not on the list.',
    unknownHint: 'It was left, or the link is an old one. What was said in it is still in the archive.',
    occupants: 'Occupants',
    showOccupants: 'Show occupants',
    hideOccupants: 'Hide occupants',
  },

  timeline: {
    today: 'Today',
    yesterday: 'Yesterday',
    loading: 'Loading…',
    start: 'The archive of this room begins here.',
    empty: 'Nothing of this room is in the archive yet.',
    fresh: 'New',
    newest: 'Newest messages',
    rail: 'Day that is shown',
    newBelow: (n: string) => `${n} new`,
    failed: 'The messages could not be loaded.',
    again: 'Try again',
    subjectSet: 'set the subject:',
    subjectCleared: 'cleared the subject.',
    subjectIs: 'The subject is:',
    subjectIsNone: 'The room has no subject.',
    edited: 'edited',
    private: 'private',
    retracted: 'Something that is not in the archive was taken back.',
    encrypted: 'This message is encrypted. Only the devices it was meant for can read it.',
    sending: 'Sending…',
    folded: (size: string) => `Show all of it (${size})`,
    fold: 'Show less',
    says: (nick: string, text: string) => `${nick}: ${text}`,
  },

  composer: {
    label: (room: string) => `Message to ${room}`,
    placeholder: 'Write a message',
    send: 'Send',
    hint: 'Enter sends, Shift and Enter begins a new line.',
    notJoined: 'You are not in this room just now, so nothing can be said.',
    tooLong: (over: string) => `Too long by ${over} characters.`,
  },

  roles: {
    moderator: 'Moderators',
    participant: 'Participants',
    visitor: 'Visitors',
    none: 'Others',
  },
  shows: {
    online: '',
    chat: 'free to chat',
    away: 'away',
    xa: 'away for long',
    dnd: 'do not disturb',
  },
  affiliations: {
    owner: 'owner',
    admin: 'admin',
    member: 'member',
    none: '',
    outcast: '',
  },

  join: {
    title: 'Join a room',
    address: 'Room',
    addressHint: 'An address such as garden@rooms.example.org, or an xmpp: link.',
    addressBad: 'This is not the address of a room.',
    nick: 'Nick',
    nickHint: 'Left empty: the one you are known by.',
    password: 'Password',
    passwordHint: 'Only where the room asks for one.',
    account: 'Account',
    go: 'Join',
    going: 'Joining…',
  },

  leave: {
    title: 'Leave this room?',
    text: 'You will no longer be in it on any device. What was said so far stays in your archive.',
    go: 'Leave',
    going: 'Leaving…',
  },

  search: {
    title: 'Search',
    label: 'Search the archive',
    placeholder: 'Words to look for',
    everywhere: 'All rooms',
    scope: 'Where',
    hits: (n: string, most: boolean) => (n === '1' ? '1 message' : most ? `The first ${n} messages` : `${n} messages`),
    none: 'Nothing was found.',
    noneHint: 'All the words must occur in one message; the last one may be the beginning of a word.',
    account: (jid: string) => `in ${jid}`,
    idle: 'Every message of every room is here, from the day the daemon joined.',
    busy: 'Searching…',
  },

  overview: {
    title: 'Overview',
    wellTitle: 'Nothing needs you',
    wellText: 'You are in every room. Minimix keeps what is said, whether or not a device of yours is online.',
    troubleTitle: 'These need you',
    emptyTitle: 'Which room first?',
    emptyText: 'Join one, and from then on you are in it for good: on every device, and with its whole history.',
    devices: 'Devices',
    noDevices: 'No other device of this account is online.',
    relays: 'Gets the rooms by relay',
    bouncer: 'Logged in through Minimix',
    noDoor: 'Gets nothing from Minimix',
    figures: 'Figures',
    joined: (joined: string, all: string) => `In ${joined} of ${all} rooms`,
    archived: (n: string) => (n === '1' ? '1 message kept' : `${n} messages kept`),
  },

  firstRun: {
    title: 'One account, in every room',
    text:
      'Minimix logs in beside your other devices, joins each of your rooms once, keeps all that is said, and hands it to ' +
      'your devices. Your server needs to know nothing of it.',
  },

  account: {
    title: 'Add an account',
    jid: 'Address',
    jidHint: 'Your XMPP address, such as juliet@example.org.',
    jidBad: 'This is not an address such as juliet@example.org.',
    password: 'Password',
    passwordHint: 'Kept in the keyring of this computer, or in a file that only you can read.',
    passwordBad: 'The password is missing.',
    details: 'Server details',
    detailsHint: 'Only where Minimix cannot find the server by itself.',
    server: 'Server',
    serverHint: 'Host and port, such as xmpp.example.org:5222.',
    serverBad: 'This is not a host and a port.',
    directTls: 'TLS from the first byte (often port 5223)',
    pin: 'Fingerprint of the certificate',
    pinHint: 'SHA-256, in hex. Trusted instead of any authority.',
    ca: 'Certificate of a private authority',
    caHint: 'PEM text, trusted for this account only.',
    go: 'Log in',
    going: 'Logging in…',
  },
};

export type Strings = typeof en;
