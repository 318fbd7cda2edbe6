// A walk through a tray, over its session bus, as a person does it: each entry of the menu, a mention, an answer, a link, a
// second start, panels that come late and go, quit and stop. The tray with Electron and the one without take the same walk.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonClient } from '../../../src/frontends/web/client/client.ts';
import { until } from '../until.ts';
import type { NotificationServer } from './notification-server.ts';
import type { Panel } from './panel.ts';

export interface WalkedTray {
  /** Starts the tray's program; resolves with its exit code once it has ended. */
  start(args: readonly string[]): { readonly ended: Promise<number | null> };
  /** Whether the page shows what that fragment asks for, or the log is open, since the last look. */
  shows(what: string): Promise<boolean>;
  startPanel(): Promise<Panel>;
  readonly notifications: NotificationServer;
  /** Whether this tray's notifications have a field for an answer. */
  readonly answers: boolean;
  /** The daemon of the home that the tray is for, anew after each start of it. */
  api(): DaemonClient;
  isDaemonUp(): boolean;
  /** Somebody else says something in the room. */
  say(body: string): Promise<unknown>;
  /** What was said in the room, by the daemon's archive. */
  said(): Promise<readonly (string | null)[]>;
  readonly account: string;
  readonly room: string;
  /** Where the desktop keeps the person's choices. */
  readonly config: string;
  readonly desktopFile: string;
  readonly log: string;
}

export interface WalkedStep {
  readonly step: string;
  readonly ok: boolean;
  readonly why: string;
}

/** Takes the whole walk; a step that fails is told, and the next ones are tried all the same. */
export async function walk(tray: WalkedTray, told: (step: WalkedStep) => void = () => undefined): Promise<readonly WalkedStep[]> {
  const steps: WalkedStep[] = [];
  const step = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const row = await work().then(
      () => ({ step: what, ok: true, why: '' }),
      (error: unknown) => ({ step: what, ok: false, why: error instanceof Error ? error.message : String(error) }),
    );
    steps.push(row);
    told(row);
  };
  const { notifications, api, account, room } = tray;
  const shows = (what: string): Promise<unknown> => until(() => tray.shows(what), { what: `the page at ${what}`, every: 100 });
  const here = `#/room/${encodeURIComponent(account)}/${encodeURIComponent(room)}`;
  let panel = await tray.startPanel();
  const fresh = async (): Promise<void> => {
    await panel.leave();
    panel = await tray.startPanel();
  };
  const status = async () => (await api().status.query()).accounts[0];

  let running = tray.start(['--hidden']);
  await step('the icon is in the panel, and says where the account stands', () => panel.entry(/^Connected, in 1 room$/));
  if (steps.some(({ ok }) => !ok)) return steps; // there is no tray to walk through
  for (const [label, fragment] of [['Open', '#/'], ['Bookmarks', '#/bookmarks'], [/^Devices/, '#/devices'], ['Connect a device…', '#/devices'], ['Open settings', '#/settings'], ['Overview and diagnostics', '#/overview'], ['Join…', '#/join']] as const) {
    await step(`menu: ${label instanceof RegExp ? 'Devices' : label}`, async () => {
      await panel.click(label);
      await shows(fragment);
    });
  }
  await step('menu: What needs attention, Mentions: nothing yet', async () => {
    await panel.entry('None');
    await panel.entry('No mentions');
  });
  await step('menu: Open the log', async () => {
    await panel.click('Open the log');
    await shows(tray.log);
  });

  const inMenu = async (menu: string, label: string): Promise<void> => {
    const entry = await until(async () => (await panel.menu()).find((one) => one.label === menu)?.children.find((one) => one.label === label), { what: `${menu}, ${label}`, every: 50 });
    if (entry) await panel.clickId(entry.id);
  };
  for (const label of ['For 1 hour', 'Until tomorrow', 'Until I resume it']) {
    await step(`menu: Pause everything, ${label}; Resume everything`, async () => {
      await inMenu('Pause everything', label);
      await panel.entry('Resume everything');
      await until(async () => (await status())?.relayPause && (await status())?.pushPause, { what: 'relay and pushes to be paused' });
      await panel.click('Resume everything');
      await panel.entry('Pause everything');
      await until(async () => !(await status())?.relayPause && !(await status())?.pushPause, { what: 'relay and pushes to go on' });
    });
    await step(`menu: Pause relay, ${label}; Resume relay`, async () => {
      await inMenu('Pause relay', label);
      await panel.click('Resume relay');
      await panel.entry('Pause relay');
    });
  }
  for (const label of ['For 1 hour', 'Until tomorrow']) {
    await step(`menu: Pause notifications, ${label}; Resume notifications`, async () => {
      await inMenu('Pause notifications', label);
      await panel.click('Resume notifications');
      await panel.entry('Pause notifications');
    });
  }
  const toggled = async (label: string): Promise<void> => {
    const before = (await panel.entry(label)).checked;
    await panel.click(label);
    await until(async () => (await panel.entry(label)).checked === !before, { what: `${label} to be the other`, every: 50 });
  };
  for (const label of ['Notify me of mentions', 'Hide message text in notifications']) {
    await step(`menu: ${label}, off and on`, async () => {
      await toggled(label);
      await toggled(label);
    });
  }
  await step('menu: Start at login, on and off', async () => {
    await toggled('Start at login');
    if (!existsSync(join(tray.config, 'autostart/minimix.desktop'))) throw new Error('nothing starts it');
    await toggled('Start at login');
    if (existsSync(join(tray.config, 'autostart/minimix.desktop'))) throw new Error('it is still started');
  });
  await step('menu: Open xmpp: links here, on and off', async () => {
    const chosen = (): boolean => {
      const list = join(tray.config, 'mimeapps.list');
      return existsSync(list) && readFileSync(list, 'utf8').includes(`x-scheme-handler/xmpp=${tray.desktopFile}`);
    };
    await toggled('Open xmpp: links here');
    if (!chosen()) throw new Error('links go elsewhere');
    await toggled('Open xmpp: links here');
    if (chosen()) throw new Error('links still come here');
  });

  await step('a mention: notification, menu, and a click that leads to it', async () => {
    const before = notifications.shown.length;
    await tray.say('Ali, tea?');
    await until(() => notifications.shown.length > before, { what: 'the notification' });
    const { title, body, actions } = notifications.shown.at(-1) ?? {};
    if (!title?.startsWith('bob in ') || body !== 'Ali, tea?') throw new Error(`it says ${title}: ${body}`);
    if ((actions?.includes('inline-reply') ?? false) !== tray.answers) throw new Error(`its actions are ${String(actions)}`);
    await panel.entry(/^bob in .*: Ali, tea\?$/);
    notifications.click('a-token');
    await until(async () => (await api().history.query({ room })).some(({ body: text, id }) => text === 'Ali, tea?' && id > 0), { what: 'the message' });
    const id = (await api().history.query({ room })).find(({ body: text }) => text === 'Ali, tea?')?.id;
    await shows(`${here}/${id}`);
    await panel.entry('No mentions');
  });
  if (tray.answers) {
    await step('a mention is answered in its notification', async () => {
      const before = notifications.shown.length;
      await panel.entry('Pause notifications');
      await tray.say('Ali, when?');
      await until(() => notifications.shown.length > before, { what: 'the notification' });
      notifications.reply('at five');
      await until(async () => (await tray.said()).includes('at five'), { what: 'the answer in the room', every: 100 });
    });
  }
  await step('a link that is given to a second start is opened by the first, and the second ends', async () => {
    const code = await tray.start(['xmpp:cave@rooms.example.org?join']).ended;
    if (code !== 0) throw new Error(`it ended with ${code}`);
    await shows('#/join?link=xmpp%3Acave%40rooms.example.org%3Fjoin');
  });
  await step('a panel that is started anew has the icon again', async () => {
    await fresh();
    await panel.entry(/^Connected/);
  });
  await step('menu: Stop Minimix; the menu then starts it', async () => {
    await panel.click('Stop Minimix');
    await panel.entry('Start Minimix');
    await until(() => !tray.isDaemonUp(), { what: 'the daemon to end' });
    await panel.click('Start Minimix');
    await panel.entry(/^Connected, in 1 room$/);
  });
  await step('menu: Quit ends the tray alone', async () => {
    await panel.click('Quit tray icon (Minimix keeps running)');
    const code = await running.ended;
    if (code !== 0) throw new Error(`it ended with ${code}`);
    if (!tray.isDaemonUp()) throw new Error('the daemon ended with it');
  });
  await step('a panel that comes after the tray has its icon', async () => {
    await panel.leave();
    const before = (await status())?.account;
    running = tray.start(['--hidden']);
    if (before !== account) throw new Error('the daemon does not answer');
    panel = await tray.startPanel();
    await panel.entry(/^Connected/);
    await panel.click('Quit tray icon (Minimix keeps running)');
    await running.ended;
  });
  await panel.leave();
  return steps;
}
