/** The overview and its pictures. */
export const overview = {
  overview: {
    problems: 'Something is wrong',
    offline: (jid: string) => `${jid} is not online`,
    archive: 'Archive',
    growth: (size: string) => `About ${size} a month, as the last 30 days went`,
    backup: 'Last backup',
    noBackup: 'None was made yet',
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

  activity: {
    title: 'Messages a day',
    words: (total: string, days: number, day: string, most: string) =>
      `${total} messages on ${days === 1 ? 'one day' : `${days} days`} of the last year. The busiest was ${day}, with ${most}.`,
    nothing: 'Nothing was kept in the last year.',
    day: (day: string, n: string) => `${day}: ${n}`,
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
};
