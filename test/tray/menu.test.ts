import { describe, expect, test } from 'vitest';
import { FOREVER, menuOf, statusLine, trayState, type MenuEntry, type TrayAction, type TrayView } from '../../src/tray/menu.ts';
import { createMentions } from '../../src/tray/mentions.ts';
import { stringsFor } from '../../src/tray/strings.ts';

type Account = NonNullable<TrayView['status']>['accounts'][number];
type Connection = Account['connection'];

const en = stringsFor('en-GB');
const NOON = new Date(2026, 10, 27, 12).getTime();
const HOUR = 3_600_000;
const online: Connection = { state: 'online', jid: 'romeo@example.org/minimix', resumed: false, since: 0 };
const waiting: Connection = { state: 'waiting', retryAt: 0, why: 'The server is silent.' };
const refused: Connection = { state: 'refused', why: 'The password is wrong.' };
const banned = { account: 'romeo0@example.org', room: 'hall@rooms.example.org', reason: 'You are banned from this room.' };
const mentioned = { key: 'a b', account: 'romeo0@example.org', room: 'hall@rooms.example.org', name: 'The Hall', count: 3, fragment: '#/room/a/b/7' };
const choices = { notify: true, hideText: false, autostart: false, openLinks: false };
const nobody: TrayView = { status: undefined, trouble: [], mentions: [], latest: [], unread: 0, newer: undefined, held: 0, devicesOnline: 0, notificationsPausedUntil: undefined, choices, now: NOON };

function view(connections: readonly Connection[], more: Partial<TrayView> = {}, account: Partial<Account> = {}): TrayView {
  const accounts = connections.map((connection, number): Account => ({ account: `romeo${number}@example.org`, connection, rooms: 3, joined: 2, messages: 10, ...account }));
  return { ...nobody, status: { version: '0', home: '/home', pid: 1, startedAt: '2026-11-23T00:00:00Z', accounts, problems: [] }, ...more };
}

const problem = { code: 'archive-damaged', message: 'The archive was damaged.', at: '2026-11-27T00:00:00Z' };
const paused = { relayPause: { until: new Date(NOON + HOUR).toISOString() } };
const troubled = view([online], { mentions: [mentioned], trouble: [banned] });
const broken = view([online]);

test.each([
  ['offline where no daemon answers', nobody, 'offline', 'Minimix is not running'],
  ['connected where all accounts are online', view([online, online]), 'connected', 'Connected, in 4 rooms'],
  ['connected before there is an account', view([]), 'connected', 'No account yet'],
  ['degraded while an account reconnects', view([online, waiting]), 'degraded', 'romeo1@example.org is reconnecting'],
  ['attention where a server refuses the account', view([waiting, refused]), 'attention', 'Login refused: romeo1@example.org'],
  ['attention where a room needs the person', troubled, 'attention', '1 room needs attention'],
  ['attention if the daemon has a problem', { ...broken, status: broken.status && { ...broken.status, problems: [problem] } }, 'attention', 'The archive was damaged.'],
  ['a mention’s where somebody has mentioned the person', view([online], { mentions: [mentioned], unread: 9 }), 'mention', '3 mentions'],
  ['that of unread messages where there are some', view([online], { unread: 9 }), 'unread', '9 unread messages'],
  ['paused while the relay rests', view([online], {}, paused), 'paused', /^The relay is paused until \d/],
  ['paused while the relay rests until it is resumed', view([online], {}, { relayPause: { until: null } }), 'paused', 'The relay is paused'],
  ['paused while notifications rest, mentions or not', view([online], { notificationsPausedUntil: NOON + HOUR, mentions: [mentioned] }), 'paused', /^Notifications are paused until \d/],
  ['degraded before it is paused', view([waiting], {}, paused), 'degraded', 'romeo0@example.org is reconnecting'],
] as const)('the icon is %s', (_name, state, icon, line) => {
  expect(trayState(state)).toBe(icon);
  expect(statusLine(state, en)).toMatch(line);
});

const name = (entry: MenuEntry): string => (entry.type === 'separator' ? '-' : entry.label);
const inside = (menu: readonly MenuEntry[], label: string): readonly MenuEntry[] => {
  const found = menu.find((entry) => entry.type === 'menu' && entry.label === label);
  return found?.type === 'menu' ? found.entries : [];
};
const actions = (menu: readonly MenuEntry[]): TrayAction[] =>
  menu.flatMap((entry) => (entry.type === 'menu' ? actions(entry.entries) : entry.type === 'action' || entry.type === 'check' ? [entry.action] : []));

test('without a daemon the menu offers to start one, and nothing that would need one', () => {
  const menu = menuOf(nobody, en);
  expect(menu.map(name)).toEqual(['Minimix is not running', '-', 'Start Minimix', 'Open the log', '-', 'Settings', '-', 'Quit tray icon']);
  expect(actions(menu).map((action) => action.do)).toEqual(['start-daemon', 'open-log', 'choose', 'choose', 'choose', 'choose', 'quit']);
});

test('with a daemon the menu has everything, and tells quitting the tray from stopping the daemon', () => {
  expect(menuOf(view([online], { held: 2, devicesOnline: 1 }), en).map(name)).toEqual([
    'Connected, in 2 rooms', '-', 'Open', 'Join…', 'Mentions', 'Bookmarks (2 need a decision)', 'What needs attention', 'Devices (1 online)', 'Connect a device…', '-',
    'Pause everything', 'Pause notifications', 'Pause relay', 'Settings', 'Log and diagnostics', '-', 'Quit tray icon (Minimix keeps running)', 'Stop Minimix',
  ]);
});

test('the newest mentions come first, with who, where and what; the text stays hidden where the person wants it so', () => {
  const latest = [{ key: 'a b', room: 'hall@x', name: 'The Hall', nick: 'bob', text: 'tea?', fragment: '#/room/a/b/9' }];
  const entries = (hideText: boolean): readonly MenuEntry[] => inside(menuOf(view([online], { latest, mentions: [mentioned], choices: { ...choices, hideText } }), en), 'Mentions');
  expect(entries(false).map(name)).toEqual(['bob in The Hall: tea?', '-', 'The Hall (3)']);
  expect(entries(false)[0]).toMatchObject({ action: { do: 'open', fragment: '#/room/a/b/9', seen: 'a b' } });
  expect(entries(true).map(name)[0]).toBe('bob in The Hall');
});

test('what needs attention is all that does: problems, refused logins, held bookmarks, rooms', () => {
  const all = view([refused], { held: 2, trouble: [banned] });
  const menu = menuOf({ ...all, status: all.status && { ...all.status, problems: [problem] } }, en);
  expect(inside(menu, 'What needs attention').map(name)).toEqual(['The archive was damaged.', 'Login refused: romeo0@example.org', 'Bookmarks (2 need a decision)', 'hall: You are banned from this room.']);
});

test('everything is resumed where everything is paused', () => {
  const rested = { ...paused, pushPause: { until: null } };
  expect(menuOf(view([online], { notificationsPausedUntil: FOREVER }, rested), en).map(name)).toContain('Resume everything');
  expect(menuOf(view([online], { notificationsPausedUntil: FOREVER }, paused), en).map(name)).toContain('Pause everything');
  expect(statusLine(view([online], { notificationsPausedUntil: FOREVER }), en)).toBe('Notifications are paused');
});

test('what is paused can be resumed, and nothing else of it', () => {
  const menu = menuOf(view([online], { notificationsPausedUntil: NOON + 1 }, paused), en);
  expect(menu.map(name)).toEqual(expect.arrayContaining(['Resume notifications', 'Resume relay']));
  expect(menu.map(name)).not.toContain('Pause relay');
});

test('a pause lasts an hour, or until eight in the morning of the next day', () => {
  const tomorrow = new Date(2026, 10, 28, 8).getTime();
  const menu = menuOf(view([online]), en);
  expect(actions(inside(menu, 'Pause notifications'))).toEqual([
    { do: 'pause-notifications', until: NOON + HOUR },
    { do: 'pause-notifications', until: tomorrow },
  ]);
  expect(actions(inside(menu, 'Pause relay'))).toEqual([
    { do: 'pause-relay', until: NOON + HOUR },
    { do: 'pause-relay', until: tomorrow },
    { do: 'pause-relay', until: undefined },
  ]);
});

test('rooms in trouble and rooms with mentions lead to their place on the page', () => {
  const menu = menuOf(troubled, en);
  expect(inside(menu, 'What needs attention')).toEqual([
    {
      type: 'action',
      label: 'hall: You are banned from this room.',
      action: { do: 'open', fragment: '#/room/romeo0%40example.org/hall%40rooms.example.org' },
    },
  ]);
  expect(inside(menu, 'Mentions')).toEqual([
    { type: 'action', label: 'The Hall (3)', action: { do: 'open', fragment: '#/room/a/b/7', seen: 'a b' } },
  ]);
});

test('the settings show what is chosen, and choose the other', () => {
  const checks = inside(menuOf(view([online], { choices: { ...choices, hideText: true } }), en), 'Settings').filter(({ type }) => type === 'check');
  expect(checks).toHaveLength(4);
  expect(checks[1]).toMatchObject({ checked: true, action: { do: 'choose', choice: 'hideText', value: false } });
});

test('the menu is whole in German', () => {
  const menu = menuOf(view([online]), stringsFor('de-AT'));
  expect(menu.map(name)).toContain('Symbol beenden (Minimix läuft weiter)');
  expect(Object.keys(stringsFor('de'))).toEqual(Object.keys(en));
});

describe('what a stranger wrote', () => {
  test('is one bounded line of plain text', () => {
    const hostile = { ...banned, name: '\u202Egnol\u0000', reason: `\u202Eno\nway & ${'x'.repeat(100_000)}` };
    const [entry] = inside(menuOf(view([online], { trouble: [hostile] }), en), 'What needs attention');
    const label = entry ? name(entry) : '';
    expect(label).toMatch(/^gnol: no way & x+…$/);
    expect(label.length).toBeLessThanOrEqual(60);
  });

  test('fills no menu without end', () => {
    const rooms = Array.from({ length: 500 }, (_, n) => ({ ...banned, room: `r${n}@x` }));
    expect(inside(menuOf(view([online], { trouble: rooms }), en), 'What needs attention')).toHaveLength(15);
  });
});

describe('mentions', () => {
  const message = (id: number, more = {}, alert: 'mention' | 'private' | 'room' | null = 'mention') => ({
    type: 'message' as const,
    fresh: true,
    refers: false,
    alert,
    message: {
      id, account: 'a@x', room: 'r@x', nick: 'bob', at: '', arrivedAt: '', kind: 'message' as const, body: 'hey', subject: null,
      stanzaId: null, messageId: null, spoiler: null, unstyled: false, originId: null, occupantId: null, claimedAt: null, delayed: false, file: null, mention: null, mentioned: [], encrypted: false, to: null, ...more,
    },
  });
  const about = { own: 'me', name: undefined };

  test('are counted by room, the newest room first, and lead to the first of them', () => {
    const mentions = createMentions();
    mentions.hear(message(1), about);
    mentions.hear(message(2, { room: 's@x' }), about);
    mentions.hear(message(3), about);
    expect(mentions.list().map(({ room, count, fragment }) => [room, count, fragment])).toEqual([
      ['r@x', 2, '#/room/a%40x/r%40x/1'],
      ['s@x', 1, '#/room/a%40x/s%40x/2'],
    ]);
  });

  test('what is no mention waits for nobody; what was seen, or answered, does not wait any more', () => {
    const mentions = createMentions();
    expect(mentions.hear(message(1, {}, 'room'), about)).toBe(false);
    expect(mentions.hear(message(2, {}, null), about)).toBe(false);
    mentions.hear(message(3), about);
    expect(mentions.hear(message(4, { nick: 'me' }, null), about)).toBe(true);
    expect(mentions.list()).toEqual([]);
    mentions.hear(message(5, { kind: 'private' }, 'private'), about);
    expect(mentions.list()).toMatchObject([{ fragment: '#/private/a%40x/r%40x' }]);
    expect(mentions.seen('a@x r@x private')).toBe(true);
  });
});
