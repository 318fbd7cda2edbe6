/** The way in: first run, adding an account, what was found there. */
export const start = {
  firstRun: {
    title: 'One account, in every room',
    text:
      'Minimix logs in next to your other devices, joins each of your rooms once, saves every message and passes it on to ' +
      'your devices. Nothing needs to be installed on your server.',
  },

  account: {
    title: 'Add an account',
    jid: 'XMPP address',
    jidHint: 'For example juliet@example.org.',
    jidBad: 'This is not an XMPP address. One looks like juliet@example.org.',
    password: 'Password',
    passwordHint: 'Stored in the keyring of this computer, or in a file that only you can read.',
    passwordBad: 'Enter your password.',
    details: 'Advanced',
    detailsHint: 'Only needed if Minimix cannot find the server on its own.',
    server: 'Server',
    serverHint: 'Host and port, for example xmpp.example.org:5222.',
    serverBad: 'Enter a host and a port, for example xmpp.example.org:5222.',
    directTls: 'Direct TLS (usually port 5223)',
    pin: 'Certificate fingerprint',
    pinHint: 'SHA-256 (hex). If set, only this certificate is trusted.',
    ca: 'Certificate of a private authority (CA)',
    caHint: 'PEM text. If set, only this authority is trusted, for this account only.',
    go: 'Log in',
    going: 'Logging in…',
  },

  untrusted: {
    title: 'Unknown certificate',
    text: 'Compare this fingerprint (SHA-256) with the one your server’s admin gives you. If they differ, somebody else may be reading along.',
    trust: 'Trust this certificate',
  },

  password: {
    title: 'New password',
    text: (jid: string) => `Enter the password that ${jid} has now. This does not change it on the server.`,
    field: 'Password',
    change: 'Change password',
    enter: 'Enter new password',
    go: 'Save and log in',
  },

  found: {
    title: 'Here’s what we found',
    nothingYet: 'Minimix has only looked so far: nothing was changed and no room was joined.',
    mam: (there: boolean): string =>
      there
        ? 'Your server archives your messages. Minimix keeps its own archive as well, complete and searchable.'
        : 'Your server does not archive your messages. Minimix does, from now on.',
    resumes: (does: boolean): string => (does ? 'Short disconnects won’t lose messages.' : 'After a disconnect Minimix rejoins your rooms.'),
    bookmarks: (n: number, where: string) =>
      n === 0 ? 'No bookmarks yet: rooms you join here are bookmarked.' : `${n === 1 ? 'One bookmark' : `${n} bookmarks`}, in ${where}.`,
    bridged: (does: boolean): string =>
      does
        ? 'Your server shows the same list to all your clients.'
        : 'Your clients store bookmarks in different places; Minimix keeps them in sync.',
    services: (list: string) => `Your server hosts rooms at ${list}.`,
    noServices: 'Your server hosts no rooms. You can use rooms on any other server.',
    upload: (most: string) => (most === '' ? 'You can send files.' : `You can send files of up to ${most}.`),
    noUpload: 'Your server does not support file uploads.',
    now: 'Will be joined',
    nowHint: 'These are set to auto-join. Untick a room to leave it out here; other clients are not affected.',
    notNow: 'Bookmarked, not joined',
    notNowHint: 'Tick rooms Minimix should join too. Your other clients will then join them as well.',
    away: 'Unreachable',
    awayHint: 'No answer from these rooms. Ticked ones are retried until they answer.',
    missing: 'does not exist (joining would create it)',
    unreachable: 'its server does not answer',
    nobody: 'No rooms to join yet.',
    back: 'Back',
    agree: (n: number) => (n === 0 ? 'Continue' : n === 1 ? 'Join one room' : `Join ${n} rooms`),
    going: (n: number): string => (n === 0 ? 'One moment…' : 'Joining…'),
  },

  welcome: {
    title: 'Minimix is in your rooms',
    joined: (joined: string, all: string) => `${joined} of ${all} rooms joined.`,
    none: 'No rooms yet. Join one, and Minimix saves its messages from then on.',
    kept: (n: string) => (n === '1' ? 'One message is in the archive already.' : `${n} messages are in the archive already.`),
    next: 'Next: your devices',
    nextText: 'Your other clients keep working unchanged. Clients that connect through Minimix never miss a message.',
    look: 'Show my rooms',
    later: 'You can connect devices at any time on the Devices page.',
  },

  sandbox: {
    title: 'Or try it without an account',
    text: 'Starts a small server on this computer, with a room in which somebody talks. Remove the account and it is deleted.',
    go: 'Try it with the sandbox',
    going: 'Starting…',
    missing: 'The sandbox needs Prosody on this computer. Install it, for example with “apt install prosody”.',
  },
};
