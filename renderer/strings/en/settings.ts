/** Settings. */
export const settings = {
  settings: {
    title: 'Settings',
    language: 'Language',
    languageAuto: 'Browser default',
    typing: 'Show others when you are typing',
    accounts: 'Accounts',
    remove: 'Remove',
    removeAsk: (jid: string) => `Remove ${jid} from Minimix? Its bookmarks do not change, and its archive stays on this computer.`,
    describe: (_key: string, english: string) => english,
    groups: { log: 'Log', watch: 'Monitoring', web: 'Web page', bouncer: 'Local login (bouncer)', account: 'Account', other: 'Other' } as Readonly<
      Record<string, string>
    >,
    all: 'All settings',
    allText: 'Stored in one file. You can also edit it by hand or with “minimix settings set”.',
    byDefault: (value: string) => `Default: ${value}`,
    range: (least: string, most: string) => `${least} to ${most}`,
    effects: { 'at once': '', 'new login': 'reconnects the account', restart: 'takes effect after restart' } as Readonly<Record<string, string>>,
    save: 'Save',
    saved: 'Saved.',
    savedForRestart: 'Saved. Takes effect after Minimix is restarted.',
    problems: 'Minimix needs attention',
    keys: 'Keyboard',
    keyPalette: 'Go to any room or action',
    keyRooms: 'Previous room, next room',
    keyCorrect: 'In an empty message box: edit your last message',
    keyNick: 'While writing: complete a nickname',
  },
};
