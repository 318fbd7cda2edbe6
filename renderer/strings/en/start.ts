/** The way in: first run, adding an account, what was found there. */
export const start = {
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

  sandbox: {
    title: 'Or try it without an account',
    text: 'A small server of your own starts on this computer, with a room in which somebody talks. It is gone when you remove its account.',
    go: 'Try it with the sandbox',
    going: 'Starting…',
    missing: 'For a sandbox, Prosody has to be installed on this computer: “apt install prosody”, for one.',
  },
};
