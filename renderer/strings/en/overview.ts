/** The overview and its pictures. */
export const overview = {
  overview: {
    problems: 'Something is wrong',
    offline: (jid: string) => `${jid} is not online`,
    archive: 'Archive',
    growth: (size: string) => `About ${size} a month, based on the last 30 days`,
    backup: 'Last backup',
    noBackup: 'Never',
    title: 'Overview',
    wellTitle: 'All good',
    wellText: 'You are in every room. Minimix saves every message, even while all your devices are offline.',
    troubleTitle: 'Needs your attention',
    emptyTitle: 'Which room first?',
    emptyText: 'Join a room, and Minimix stays in it for you: on every device, with its whole history.',
    devices: 'Devices',
    noDevices: 'No other device of this account is online.',
    relays: 'Receives room messages (relay)',
    bouncer: 'Connected through Minimix',
    noDoor: 'Not connected to Minimix',
    figures: 'Statistics',
    joined: (joined: string, all: string) => `In ${joined} of ${all} rooms`,
    archived: (n: string) => (n === '1' ? '1 message saved' : `${n} messages saved`),
  },

  quarantine: {
    title: (n: number) => (n === 1 ? 'One incoming message could not be read' : `${n} incoming messages could not be read`),
    text: 'They were set aside; everything else arrived. If you miss something, ask its sender to send it again in smaller parts.',
    tooLarge: (size: string) => `too large (${size})`,
    unreadable: 'not readable',
    server: 'your server',
    begins: 'Show how it begins',
  },

  activity: {
    title: 'Messages per day',
    words: ({ total, days, day, most }: { total: string; days: number; day: string; most: string }) =>
      `${total} messages on ${days === 1 ? 'one day' : `${days} days`} of the last year. The busiest was ${day}, with ${most}.`,
    nothing: 'No messages in the last year.',
    day: (day: string, n: string) => `${day}: ${n}`,
  },

  hours: {
    title: 'Busiest hours',
    words: ({ total, from, to, day, hour, n }: { total: string; from: string; to: string; day: string; hour: string; n: string }) =>
      `Most of the ${total} messages of the last 90 days came between ${from} and ${to}. The busiest hour was ${day} at ${hour}, with ${n}.`,
    cell: (day: string, hour: string, n: string) => `${day}, ${hour}: ${n}`,
  },

  delay: {
    title: 'Delivery time to your devices',
    words: (n: string, half: string, most: string) =>
      `Of ${n} messages since Minimix was started, half were delivered within ${half}, 90 % within ${most}.`,
    upTo: (span: string) => `within ${span}`,
    longer: 'longer',
    endless: 'more than 5 s',
  },
};
