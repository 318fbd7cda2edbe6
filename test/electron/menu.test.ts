import { expect, test } from 'vitest';
import { menuOf, statusLine, trayState, type MenuEntry, type TrayView } from '../../src/electron/menu.ts';

type Account = NonNullable<TrayView['status']>['accounts'][number];
type Connection = Account['connection'];

const online: Connection = { state: 'online', jid: 'romeo@example.org/minimix', resumed: false, since: 0 };
const waiting: Connection = { state: 'waiting', retryAt: 0, why: 'The server is silent.' };
const refused: Connection = { state: 'refused', why: 'The password is wrong.' };

function view(connections: readonly Connection[], trouble: TrayView['trouble'] = []): TrayView {
  const accounts = connections.map((connection, number): Account => ({
    account: `romeo${number}@example.org`,
    connection,
    rooms: 3,
    joined: 2,
    messages: 10,
  }));
  return { status: { version: '0', home: '/home', pid: 1, startedAt: '2026-11-23T00:00:00Z', accounts, problems: [] }, trouble };
}

const nobody: TrayView = { status: undefined, trouble: [] };
const banned = { account: 'romeo0@example.org', room: 'hall@rooms.example.org', reason: 'You are banned from this room.' };

const labels = (entries: readonly MenuEntry[]): string[] =>
  entries.flatMap((entry) => ('label' in entry ? [entry.label, ...('entries' in entry ? labels(entry.entries) : [])] : []));

test.each([
  ['offline where no daemon answers', nobody, 'offline', 'The daemon is not running'],
  ['connected where all accounts are online', view([online, online]), 'connected', 'Connected, in 4 rooms'],
  ['degraded while an account reconnects', view([online, waiting]), 'degraded', 'romeo1@example.org is reconnecting'],
  ['attention where a server refuses the account', view([waiting, refused]), 'attention', 'romeo1@example.org was refused by its server'],
  ['attention where a room needs the person', view([online], [banned]), 'attention', '1 room needs you'],
] as const)('the icon is %s', (_name, state, icon, line) => {
  expect(trayState(state)).toBe(icon);
  expect(statusLine(state)).toBe(line);
});

test('without a daemon the menu offers to start one, and nothing that would need one', () => {
  expect(labels(menuOf(nobody))).toEqual(['The daemon is not running', 'Start the daemon', 'Quit tray']);
});

test('with a daemon the menu tells quitting the tray from stopping the daemon', () => {
  const entries = labels(menuOf(view([online])));
  expect(entries).toEqual(['Connected, in 2 rooms', 'Open', 'Search…', 'Quit tray (daemon goes on)', 'Stop daemon']);
});

test('a room in trouble leads to its place on the page', () => {
  const menu = menuOf(view([online], [banned])).find((entry) => entry.type === 'menu');
  expect(menu?.entries).toEqual([
    {
      type: 'action',
      label: 'hall@rooms.example.org: You are banned from this room.',
      action: { do: 'open', fragment: '#/room/romeo0%40example.org/hall%40rooms.example.org' },
    },
  ]);
});

test('what a stranger wrote is one bounded line of plain text in the menu', () => {
  const hostile = { ...banned, reason: `\u202Eno\nway & ${'x'.repeat(500)}` };
  const menu = menuOf(view([online], [hostile])).find((entry) => entry.type === 'menu');
  const [label = ''] = labels(menu?.entries ?? []);
  expect(label).not.toMatch(/[\u202E\n]/);
  expect(label).toContain('&&');
  expect(label.length).toBeLessThanOrEqual(61);
});
