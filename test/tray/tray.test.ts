// What every tray does, on a desktop that only writes down what is asked of it.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DaemonReach, StatusAnswer } from '../../src/tray/attach.ts';
import type { Desktop, NoticeAnswers, TrayPicture } from '../../src/tray/desktop.ts';
import type { TrayAction } from '../../src/tray/menu.ts';
import { openSettings } from '../../src/tray/settings.ts';
import { stringsFor } from '../../src/tray/strings.ts';
import { startTray } from '../../src/tray/tray.ts';
import { openDoor, smallDaemon } from '../frontends/web/daemon-api.ts';
import { until } from '../support/until.ts';

const ALICE = 'alice@example.org';
const PID = 4_000_000;
const strings = stringsFor('en');
const status: StatusAnswer = { version: '0', home: '/home', pid: PID, startedAt: '2026-11-23T00:00:00Z', accounts: [], problems: [] };

let small: ReturnType<typeof smallDaemon>;
let door: Awaited<ReturnType<typeof openDoor>>;
let life: AbortController;
/** What daemon.json says. */
let named: ReturnType<DaemonReach['read']>;
/** Whether the daemon that it names answers. */
let answers: boolean;
let starts: number;
let told: string[];
let notices: NoticeAnswers[];
let picture: TrayPicture | undefined;
let click: (action: TrayAction) => void;
const kill = vi.spyOn(process, 'kill');

beforeEach(async () => {
  small = smallDaemon(ALICE);
  door = await openDoor(small.api);
  life = new AbortController();
  named = { pid: PID, url: `http://127.0.0.1:${door.port}`, token: 'the-cli-token' };
  [answers, starts, told, notices, picture] = [true, 0, [], [], undefined];
  kill.mockReset().mockReturnValue(true);
});
afterEach(async () => {
  life.abort();
  await door.stop();
});

function tray(more: Partial<DaemonReach> = {}): void {
  const choice = { isOn: () => false, look: async () => undefined, set: async () => undefined };
  const desktop: Desktop = {
    page: { open: async () => undefined, lookedAt: () => undefined, follow: () => undefined },
    autostart: choice,
    links: choice,
    markup: false,
    show(next, act) {
      [picture, click] = [next, act];
    },
    canNotify: () => true,
    notify: (_notice, done) => void notices.push(done),
    openFile: async () => undefined,
    tell: (sentence) => void told.push(sentence),
    quit: () => life.abort(),
  };
  const reach: DaemonReach = {
    read: () => named,
    ask: async () => (answers ? status : undefined),
    start: () => void (starts += 1),
    wait: async () => undefined,
    ...more,
  };
  startTray({
    strings, reach, settings: openSettings({ read: () => undefined, write: () => undefined }), watchHost: (changed) => changed(true),
    hidden: true, fragment: undefined, signal: life.signal, desktop: () => desktop, logFile: '/the.log', installed: () => undefined,
  });
}

const shows = (icon: string): Promise<unknown> => until(() => picture?.icon === icon, { what: `the icon ${icon}` });

/** The daemon ends, and leaves its daemon.json. */
async function daemonEnds(): Promise<void> {
  answers = false;
  await door.stop();
  await shows('offline');
}

test('a daemon that does not come up is told, at a hidden start and where the person starts it', async () => {
  [named, answers] = [undefined, false];
  tray();
  await until(() => told.length === 1, { what: 'the failure to be told' });
  click({ do: 'start-daemon' });
  await until(() => told.length === 2, { what: 'the second failure to be told' });
  expect(told).toEqual([strings.noAnswer, strings.noAnswer]);
  expect(starts).toBe(2);
});

test('a restart starts the next daemon once the old one has given back its home, and not before', async () => {
  const waits: (() => void)[] = [];
  tray({ wait: () => new Promise((resolve) => waits.push(resolve)) });
  await shows('connected');
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
  click({ do: 'restart-daemon' });
  expect(kill.mock.calls).toEqual([[PID, 'SIGTERM']]);
  await daemonEnds();
  expect(starts).toBe(0);
  named = undefined;
  await until(() => waits.length === 1, { what: 'the restart to wait' });
  waits[0]?.();
  await until(() => starts === 1, { what: 'the daemon to be started anew' });
  expect(told).toEqual([]);
});

test('a daemon that does not stop is told, and none is started beside it', async () => {
  tray();
  await shows('connected');
  click({ do: 'restart-daemon' });
  await until(() => told.length === 1, { what: 'the failure to be told' });
  expect(told).toEqual([strings.notStopped]);
  expect(starts).toBe(0);
});

test('no process is stopped by a daemon.json that a killed daemon left', async () => {
  tray();
  await shows('connected');
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
  await daemonEnds();
  click({ do: 'stop-daemon' });
  expect(kill).not.toHaveBeenCalled();
});

test('a click that fails is told, and ends nothing; a daemon that is gone already needs no stop', async () => {
  tray();
  await shows('connected');
  for (const code of ['ESRCH', 'EPERM']) {
    kill.mockImplementationOnce(() => {
      throw Object.assign(new Error(`kill ${code}`), { code });
    });
    click({ do: 'stop-daemon' });
  }
  await until(() => told.length > 0, { what: 'the failure to be told' });
  expect(told).toEqual(['kill EPERM']);
});

test('a clicked notification takes its mention out of icon and menu at once', async () => {
  tray();
  await shows('connected');
  await until(() => small.listeners() > 0, { what: 'the tray to listen' });
  small.tell('tell me');
  await shows('mention');
  await until(() => notices.length === 1, { what: 'the notification' });
  notices[0]?.clicked();
  expect(picture?.icon).toBe('connected');
});
