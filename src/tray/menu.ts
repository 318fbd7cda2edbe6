import type { StatusAnswer } from './attach.ts';
import { roomFragment } from './links.ts';
import type { Mention, MentionedRoom } from './mentions.ts';
import { plain, roomTitle } from './plain.ts';
import type { TrayStrings } from './strings.ts';

/** What the tray's icon shows, by shape. */
export type TrayState = 'connected' | 'unread' | 'mention' | 'attention' | 'degraded' | 'paused' | 'offline';

interface TroubledRoom {
  readonly account: string;
  readonly room: string;
  readonly name?: string | undefined;
  readonly reason?: string | undefined;
}

export interface TrayView {
  /** `undefined` if no daemon answers. */
  readonly status: StatusAnswer | undefined;
  /** Rooms that need attention. */
  readonly trouble: readonly TroubledRoom[];
  readonly mentions: readonly MentionedRoom[];
  /** The newest mentions, newest first. */
  readonly latest: readonly Mention[];
  /** Messages in rooms that nobody has seen. */
  readonly unread: number;
  /** The version that is installed, where another one still runs. */
  readonly newer: string | undefined;
  /** Removed bookmarks that need a decision. */
  readonly held: number;
  readonly devicesOnline: number;
  /** Milliseconds since the epoch. */
  readonly notificationsPausedUntil: number | undefined;
  readonly choices: TrayChoices;
  readonly now: number;
}

export interface TrayChoices {
  readonly notify: boolean;
  readonly hideText: boolean;
  readonly autostart: boolean;
  readonly openLinks: boolean;
}

/** What a click on an entry asks for. Times are milliseconds since the epoch. */
export type TrayAction =
  | { readonly do: 'open'; readonly fragment: string; readonly seen?: string }
  | { readonly do: 'pause-notifications'; readonly until: number | undefined }
  | { readonly do: 'pause-relay'; readonly until: number | undefined }
  | { readonly do: 'resume-relay' }
  | { readonly do: 'pause-all'; readonly until: number | undefined }
  | { readonly do: 'resume-all' }
  | { readonly do: 'open-log' }
  | { readonly do: 'choose'; readonly choice: keyof TrayChoices; readonly value: boolean }
  | { readonly do: 'start-daemon' | 'stop-daemon' | 'restart-daemon' | 'quit' };

export type MenuEntry =
  | { readonly type: 'separator' }
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly action: TrayAction }
  | { readonly type: 'check'; readonly label: string; readonly checked: boolean; readonly action: TrayAction }
  | { readonly type: 'menu'; readonly label: string; readonly entries: readonly MenuEntry[] };

const MOST_ROOMS = 15;
const LONGEST = 60; // characters of a label
const HOUR = 3_600_000;
/** A pause that only the person ends, in milliseconds since the epoch as JSON can hold it. */
export const FOREVER = Number.MAX_SAFE_INTEGER;
const MORNING = 8; // o'clock: when tomorrow begins
const separator: MenuEntry = { type: 'separator' };

/** What needs the person comes first, then what recovers on its own, then what they paused, then what is new. */
export function trayState({ status, trouble, mentions, unread, held, notificationsPausedUntil }: TrayView): TrayState {
  if (!status) return 'offline';
  const states = status.accounts.map((account) => account.connection.state);
  if (trouble.length > 0 || held > 0 || status.problems.length > 0 || states.includes('refused')) return 'attention';
  if (states.some((state) => state !== 'online')) return 'degraded';
  if (relayPause(status) || notificationsPausedUntil !== undefined) return 'paused';
  if (mentions.length > 0) return 'mention';
  return unread > 0 ? 'unread' : 'connected';
}

/** The first line of the menu. */
export function statusLine(view: TrayView, strings: TrayStrings): string {
  const { status, trouble, mentions } = view;
  if (!status) return strings.notRunning;
  if (status.accounts.length === 0) return strings.noAccount;
  const [problem] = status.problems;
  if (problem) return label(problem.message);
  const refused = status.accounts.find((account) => account.connection.state === 'refused');
  if (refused) return label(strings.refused(refused.account));
  if (trouble.length > 0) return strings.needYou(trouble.length);
  const offline = status.accounts.filter((account) => account.connection.state !== 'online');
  const [first] = offline;
  if (first) return offline.length === 1 ? label(strings.reconnecting(first.account)) : strings.reconnectingMany(offline.length);
  const pause = relayPause(status);
  if (pause) return strings.relayPaused(pause.until === null ? undefined : clock(Date.parse(pause.until), view.now));
  if (view.notificationsPausedUntil !== undefined) return strings.notificationsPaused(view.notificationsPausedUntil === FOREVER ? undefined : clock(view.notificationsPausedUntil, view.now));
  if (mentions.length > 0) return strings.mentions(mentions.reduce((sum, { count }) => sum + count, 0));
  if (view.unread > 0) return strings.unread(view.unread);
  return strings.connected(status.accounts.reduce((sum, account) => sum + account.joined, 0));
}

/** The whole menu, as data. */
export function menuOf(view: TrayView, strings: TrayStrings): MenuEntry[] {
  const { status } = view;
  const head: MenuEntry[] = [{ type: 'label', label: statusLine(view, strings) }, separator];
  if (!status) return [...head, act(strings.start, { do: 'start-daemon' }), act(strings.openLog, { do: 'open-log' }), separator, settingsMenu(view, strings), separator, act(strings.quit, { do: 'quit' })];
  return [
    ...head,
    ...(view.newer === undefined ? [] : [act(strings.finishUpdate(view.newer), { do: 'restart-daemon' as const }), separator]),
    open(strings.open, '#/'),
    open(strings.join, '#/join'),
    mentionMenu(view, strings),
    open(strings.bookmarks(view.held), '#/bookmarks'),
    attentionMenu(view, strings),
    open(strings.devices(view.devicesOnline), '#/devices'),
    open(strings.connectDevice, '#/devices'),
    separator,
    everythingEntry(view, strings),
    notificationsEntry(view, strings),
    relayEntry(status, view.now, strings),
    settingsMenu(view, strings),
    { type: 'menu', label: strings.diagnostics, entries: [open(strings.overview, '#/overview'), act(strings.openLog, { do: 'open-log' }), { type: 'label', label: strings.version(status.version) }] },
    separator,
    act(strings.quitGoesOn, { do: 'quit' }),
    act(strings.stop, { do: 'stop-daemon' }),
  ];
}

/** The newest mentions first, then the rooms that have more of them. */
function mentionMenu({ latest, mentions, choices }: TrayView, strings: TrayStrings): MenuEntry {
  const newest = latest.map((one): MenuEntry => {
    const who = strings.noticeTitle(plain(one.nick ?? '', LONGEST / 3) || strings.somebody, roomTitle(one, LONGEST / 3));
    const what = choices.hideText || one.text === '' ? '' : `: ${one.text}`;
    return act(label(`${who}${what}`), { do: 'open', fragment: one.fragment, seen: one.key });
  });
  const rooms = mentions.slice(0, MOST_ROOMS).map((room): MenuEntry =>
    act(`${label(roomTitle(room, LONGEST - 10))} (${room.count})`, { do: 'open', fragment: room.fragment, seen: room.key }),
  );
  const entries = [...newest, ...(newest.length > 0 && rooms.length > 0 ? [separator] : []), ...rooms];
  return { type: 'menu', label: strings.mentionRooms, entries: entries.length > 0 ? entries : [{ type: 'label', label: strings.noMentions }] };
}

/** All that waits for the person, whatever it is of. */
function attentionMenu({ status, trouble, held }: TrayView, strings: TrayStrings): MenuEntry {
  const refused = (status?.accounts ?? []).filter(({ connection }) => connection.state === 'refused');
  const entries = [
    ...(status?.problems ?? []).map(({ message }) => open(label(message), '#/overview')),
    ...refused.map(({ account }) => open(label(strings.refused(account)), '#/overview')),
    ...(held > 0 ? [open(strings.bookmarks(held), '#/bookmarks')] : []),
    ...trouble.map((room): MenuEntry => {
      const title = roomTitle(room, LONGEST);
      return open(label(room.reason === undefined ? title : `${title}: ${room.reason}`), roomFragment(room));
    }),
  ].slice(0, MOST_ROOMS);
  return { type: 'menu', label: strings.attention, entries: entries.length > 0 ? entries : [{ type: 'label', label: strings.noProblems }] };
}

/** The relay, pushes and notifications together: quiet, and nothing is lost. */
function everythingEntry({ status, now, notificationsPausedUntil }: TrayView, strings: TrayStrings): MenuEntry {
  const pushes = (status?.accounts ?? []).every(({ pushPause }) => pushPause !== undefined);
  if (status && relayPause(status) && pushes && notificationsPausedUntil !== undefined) return act(strings.resumeAll, { do: 'resume-all' });
  const pause = (name: string, until: number | undefined): MenuEntry => act(name, { do: 'pause-all', until });
  return {
    type: 'menu',
    label: strings.pauseAll,
    entries: [pause(strings.oneHour, now + HOUR), pause(strings.untilTomorrow, tomorrow(now)), pause(strings.untilResumed, undefined)],
  };
}

function notificationsEntry({ notificationsPausedUntil, now }: TrayView, strings: TrayStrings): MenuEntry {
  if (notificationsPausedUntil !== undefined) return act(strings.resumeNotifications, { do: 'pause-notifications', until: undefined });
  const pause = (name: string, until: number): MenuEntry => act(name, { do: 'pause-notifications', until });
  return { type: 'menu', label: strings.pauseNotifications, entries: [pause(strings.oneHour, now + HOUR), pause(strings.untilTomorrow, tomorrow(now))] };
}

function relayEntry(status: StatusAnswer, now: number, strings: TrayStrings): MenuEntry {
  if (relayPause(status)) return act(strings.resumeRelay, { do: 'resume-relay' });
  const pause = (name: string, until: number | undefined): MenuEntry => act(name, { do: 'pause-relay', until });
  return {
    type: 'menu',
    label: strings.pauseRelay,
    entries: [pause(strings.oneHour, now + HOUR), pause(strings.untilTomorrow, tomorrow(now)), pause(strings.untilResumed, undefined)],
  };
}

function settingsMenu({ choices, status }: TrayView, strings: TrayStrings): MenuEntry {
  const check = (choice: keyof TrayChoices): MenuEntry => ({
    type: 'check',
    label: strings[choice],
    checked: choices[choice],
    action: { do: 'choose', choice, value: !choices[choice] },
  });
  const entries = [check('notify'), check('hideText'), check('autostart'), check('openLinks')];
  return { type: 'menu', label: strings.settings, entries: status ? [open(strings.openSettings, '#/settings'), separator, ...entries] : entries };
}

/** The relay counts as paused only if it is paused for all accounts. */
function relayPause(status: StatusAnswer): { readonly until: string | null } | undefined {
  const pauses = status.accounts.map((account) => account.relayPause);
  return pauses.every((pause) => pause !== undefined) ? pauses[0] : undefined;
}

function tomorrow(now: number): number {
  const day = new Date(now);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1, MORNING).getTime();
}

function clock(at: number, now: number): string {
  const near = at - now < 24 * HOUR;
  return new Intl.DateTimeFormat(undefined, near ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

function act(name: string, action: TrayAction): MenuEntry {
  return { type: 'action', label: name, action };
}

function open(name: string, fragment: string): MenuEntry {
  return act(name, { do: 'open', fragment });
}

function label(text: string): string {
  return plain(text, LONGEST);
}
