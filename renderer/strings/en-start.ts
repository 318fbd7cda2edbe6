/** The words of the way in: first run, what was found, rooms to choose from. A third part of `en.ts`. */
export const enStart = {
  found: {
    title: 'This is what was found',
    nothingYet: 'Minimix logged in once and read. Nothing was written and no room was joined.',
    mam: (there: boolean): string =>
      there
        ? 'Your server keeps an archive of your messages. Minimix keeps one of its own beside it, whole and searchable.'
        : 'Your server keeps no archive of your messages. Minimix keeps one from now on.',
    resumes: (does: boolean): string =>
      does ? 'A short break of the line loses nothing.' : 'After a break of the line Minimix has to enter the rooms anew.',
    bookmarks: (n: number, where: string) =>
      n === 0 ? 'No bookmarks yet: the rooms that you join here become bookmarks.' : `${n === 1 ? 'One bookmark' : `${n} bookmarks`}, in ${where}.`,
    bridged: (does: boolean): string =>
      does
        ? 'Your server shows the same list to all your clients.'
        : 'Your clients look for bookmarks in different places; Minimix keeps these the same.',
    services: (list: string) => `Rooms live at ${list}.`,
    noServices: 'Your server has no rooms of its own. Those of other servers are as good.',
    upload: (most: string) => (most === '' ? 'Files can be sent.' : `Files of up to ${most} can be sent.`),
    noUpload: 'Your server takes no files.',
    now: 'Joined now',
    nowHint: 'Your bookmarks say so. What you untick is left alone here; your other clients go on as before.',
    notNow: 'Bookmarked, not joined',
    notNowHint: 'Tick what Minimix shall join as well. It is then joined by your other clients, too.',
    away: 'Not reached just now',
    awayHint: 'Nobody answered there. Those that are ticked are tried again, without end.',
    missing: 'nobody is there; whoever joins it creates it',
    unreachable: 'its server does not answer',
    nobody: 'Nothing to join yet.',
    back: 'Back',
    agree: (n: number) => (n === 0 ? 'Begin' : n === 1 ? 'Begin, and join one room' : `Begin, and join ${n} rooms`),
    going: 'Beginning…',
  },

  welcome: {
    title: 'Minimix is in your rooms',
    joined: (joined: string, all: string) => `${joined} of ${all} rooms joined.`,
    none: 'No rooms yet: join one, and it is kept from then on.',
    kept: (n: string) => (n === '1' ? 'One message is in the archive already.' : `${n} messages are in the archive already.`),
    next: 'Now your devices',
    nextText: 'Your other clients go on as they are. Those that log in through Minimix need not join rooms themselves, and miss nothing.',
    look: 'Look at the rooms',
    later: 'Devices can be connected at any time, on the page Devices.',
  },

  files: {
    attach: 'Send a file',
    about: 'File to send',
    unnamed: 'a file',
    send: 'Send',
    sending: 'Sending…',
    stop: 'Stop',
    stopped: 'Stopped.',
    percent: (n: number) => `${n} %`,
    who: (most: string) => (most === '' ? 'everybody in the room can open it' : `up to ${most}; everybody in the room can open it`),
    nowhere: 'Your server takes no files.',
    tooLarge: (most: string) => `Too large: your server takes files of up to ${most}.`,
    empty: 'The file is empty.',
    show: 'Show picture',
    hide: 'Hide picture',
    open: 'Open',
    picture: (name: string) => `Picture: ${name}`,
    notShown: 'It cannot be shown here. The link may still open it.',
  },

  browse: {
    title: 'Find rooms',
    find: 'Look for rooms instead',
    intro: 'Look through a service of rooms, or ask a directory. Nothing is joined by looking.',
    service: 'Rooms of a service',
    known: 'Services',
    address: 'Service',
    addressHint: 'An address such as rooms.example.org.',
    go: 'Look',
    going: 'Looking…',
    none: 'No room is shown there.',
    some: (n: string, all: string) => (all === '' || all === n ? (n === '1' ? 'One room' : `${n} rooms`) : `${n} of ${all} rooms`),
    more: 'More',
    open: 'Open',
    password: 'asks for a password',
    membersOnly: 'for members only',
    directory: 'Public directory',
    directoryText: 'A directory knows public rooms of many servers. It sees the words that you look for, and your address.',
    directoryAddress: 'Directory',
    directoryHint: 'One that speaks XEP-0433. It is not asked before you switch it on.',
    on: 'Switch on',
    off: 'Switch the directory off',
    words: 'Words',
    search: 'Search',
    sees: (service: string) => `Goes to ${service}.`,
  },

  date: {
    title: 'Go to a day',
    day: 'Day',
    hint: 'Leads to its first message, or to the next one that there is.',
    nothing: 'Nothing of this room is in the archive.',
    go: 'Go',
  },

  mute: {
    label: 'Mute this room',
    on: 'Mute: it no longer counts, here and in clients that know of it',
    off: 'Muted. Let it call you again',
    muted: 'muted',
  },

  hours: {
    title: 'Busiest hours',
    words: (total: string, from: string, to: string, day: string, hour: string, n: string) =>
      `Of ${total} messages in the last 90 days most were said between ${from} and ${to}. The busiest hour was ${day} at ${hour}, with ${n}.`,
    cell: (day: string, hour: string, n: string) => `${day}, ${hour}: ${n}`,
  },

  delay: {
    title: 'From the room to your devices',
    words: (n: string, half: string, most: string) =>
      `Of ${n} messages since the daemon was started, half were known to be on a device within ${half}, nine of ten within ${most}.`,
    upTo: (span: string) => `within ${span}`,
    longer: 'longer',
    endless: 'more than 5 s',
  },

  unsaid: {
    title: 'Was this said?',
    text: 'The line broke while it was on its way, and the room has no archive to tell.',
    again: 'Say it again',
    drop: 'Leave it',
  },

  matrix: {
    title: 'Devices by room',
    text: 'What each device gets of each room. “As usual” is what the device gets of all rooms.',
    usual: (policy: string) => `as usual: ${policy}`,
  },

  sandbox: {
    title: 'Or try it without an account',
    text: 'A small server of your own starts on this computer, with a room in which somebody talks. It is gone when you remove its account.',
    go: 'Try it with the sandbox',
    going: 'Starting…',
    missing: 'For a sandbox, Prosody has to be installed on this computer: “apt install prosody”, for one.',
  },
};
