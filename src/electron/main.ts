import { app, dialog, Menu, nativeImage, Notification, Tray, type MenuItemConstructorOptions } from 'electron';
import { join } from 'node:path';
import { sentenceOf } from '../core/errors.ts';
import { connectTo, type DaemonAddress } from '../frontends/web/client/client.ts';
import { attachOrStart, reachOf } from './attach.ts';
import { HIDDEN, openAutostart } from './autostart.ts';
import { joinFragment, keyOfFragment, linkIn } from './links.ts';
import { createMentions } from './mentions.ts';
import { menuOf, statusLine, trayState, type MenuEntry, type TrayAction, type TrayChoices, type TrayView } from './menu.ts';
import { createNotices, type Notice } from './notices.ts';
import { openSettings } from './settings.ts';
import { stringsFor } from './strings.ts';
import { hasTrayHost } from './tray-host.ts';
import { watchDaemon } from './watch.ts';
import { openWindow, type PageWindow } from './window.ts';
import { inBackground } from '../core/background.ts';
import { trayLog } from './plain.ts';

export interface TrayOptions {
  /** The daemon's home. */
  readonly home: string;
  /** Starts `minimix run` in a process group of its own. */
  readonly startDaemon: () => void;
  /** The directory with one picture a state: `connected.png`, … */
  readonly icons: string;
  /** What starts the tray again, for autostart. */
  readonly command: readonly string[];
  /** Where the desktop keeps the person's configuration. */
  readonly config: string;
  readonly argv: readonly string[];
  readonly trayHost?: () => Promise<boolean>;
}

const CLOCK = 30_000; // milliseconds between two looks whether a pause is over
const NEEDS_NOBODY = new Set(['joined', 'joining', 'leaving', 'absent', 'service-down', 'nick-conflict', 'room-full', 'room-locked']);

/** Runs the tray until the person quits it; the daemon goes on. */
export async function runTray(options: TrayOptions): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const { trayHost = hasTrayHost } = options;
  let link = linkIn(options.argv);
  app.on('open-url', (event, url) => {
    event.preventDefault(); // macOS delivers links by this event, possibly before the app is ready
    link = joinFragment(url);
    if (app.isReady()) inBackground(trayLog, 'the tray’s work', open(link));
  });
  await app.whenReady();
  const strings = stringsFor(app.getLocale());
  const settings = openSettings();
  const autostart = openAutostart({ platform: process.platform, config: options.config, command: options.command, system: app });
  const reach = reachOf(options.home, options.startDaemon);
  const life = new AbortController();
  const mentions = createMentions();
  const tray = new Tray(iconOf(options.icons, 'offline'));
  const shown = { image: 'offline', menu: '' };
  const notifications = new Map<string, Notification>();
  let window: PageWindow | undefined;
  /** The token of the daemon's run that let the window in: one that was started again knows nobody, on the same port neither. */
  let served: string | undefined;
  let opening: Promise<void> | undefined;
  let moving = false;

  const lookingAt = (): string | undefined => keyOfFragment(window?.lookedAt() ?? '');
  const hear = createNotices({
    strings,
    markup: process.platform === 'linux',
    show: notify,
    wanted: () => settings.notify() && settings.pausedUntil(Date.now()) === undefined && Notification.isSupported(),
    hideText: settings.hideText,
    looking: (key) => lookingAt() === key,
    later(milliseconds, work) {
      setTimeout(work, milliseconds);
    },
  });
  const watching = watchDaemon({
    reach,
    signal: life.signal,
    changed: refresh,
    message(event, room) {
      if (mentions.hear(event, { own: room?.nick, name: room?.name })) refresh();
      hear(event, room?.name);
      looked();
    },
  });

  function notify({ title, body, fragment, key }: Notice): void {
    notifications.get(key)?.close();
    const notification = new Notification({ title, body });
    notification.on('click', () => {
      mentions.seen(key);
      openWindowAt(fragment);
    });
    notification.on('close', () => notifications.delete(key));
    notifications.set(key, notification); // a notification can be clicked only while it is referenced
    notification.show();
  }

  /** Mentions that are on screen no longer count. */
  function looked(): void {
    const key = lookingAt();
    if (key !== undefined && mentions.seen(key)) refresh();
  }

  async function open(fragment?: string): Promise<void> {
    if (window) return window.show(fragment);
    opening ??= openAnew(fragment)
      .catch((error: unknown) => dialog.showErrorBox('Minimix', sentenceOf(error)))
      .finally(() => (opening = undefined));
    await opening;
  }

  function openWindowAt(fragment?: string): void {
    inBackground(trayLog, 'opening the window', open(fragment));
  }

  async function openAnew(fragment = ''): Promise<void> {
    const found = await attachOrStart(reach, strings.noAnswer);
    if (!found.ok) throw new Error(found.error.message, { cause: found.error.cause });
    watching.look();
    const { url } = await connectTo(found.value).page.mutate();
    served = found.value.token;
    window = openWindow({
      url: `${url}${fragment}`,
      state: settings.window(),
      keep: settings.keepWindow,
      closed: () => (window = undefined),
      looked,
    });
  }

  function act(action: TrayAction): void {
    switch (action.do) {
      case 'open':
        if (action.seen !== undefined) mentions.seen(action.seen);
        return openWindowAt(action.fragment);
      case 'start-daemon':
        options.startDaemon();
        return watching.look();
      case 'stop-daemon':
        return stopDaemon(reach.read());
      case 'pause-notifications':
        settings.pause(action.until);
        return refresh();
      case 'pause-relay':
      case 'resume-relay':
        return rest(action);
      case 'choose':
        choose(action.choice, action.value);
        return refresh();
      case 'quit':
        return app.quit();
    }
  }

  function rest(action: Extract<TrayAction, { do: 'pause-relay' } | { do: 'resume-relay' }>): void {
    const address = watching.seen()?.address;
    if (!address) return;
    const { relay } = connectTo(address);
    const until = action.do === 'pause-relay' && action.until !== undefined ? { until: new Date(action.until).toISOString() } : {};
    const done = action.do === 'pause-relay' ? relay.pause.mutate(until) : relay.resume.mutate({});
    done.catch((error: unknown) => dialog.showErrorBox('Minimix', sentenceOf(error)));
  }

  function choose(choice: keyof TrayChoices, value: boolean): void {
    if (choice === 'notify') settings.setNotify(value);
    if (choice === 'hideText') settings.setHideText(value);
    if (choice === 'autostart') autostart.set(value);
    if (choice !== 'openLinks') return;
    if (value) app.setAsDefaultProtocolClient('xmpp');
    else app.removeAsDefaultProtocolClient('xmpp');
  }

  function viewOf(): TrayView {
    const seen = watching.seen();
    const now = Date.now();
    return {
      status: seen?.status,
      trouble: [...(seen?.rooms.values() ?? [])].filter(({ state }) => !NEEDS_NOBODY.has(state)),
      mentions: mentions.list(),
      held: seen?.held ?? 0,
      devicesOnline: seen?.devicesOnline ?? 0,
      notificationsPausedUntil: settings.pausedUntil(now),
      choices: {
        notify: settings.notify(),
        hideText: settings.hideText(),
        autostart: autostart.isOn(),
        openLinks: app.isDefaultProtocolClient('xmpp'),
      },
      now: now - (now % 60_000), // the menu is the same for a minute
    };
  }

  /** Replacing an open menu closes it, so it is replaced only when its content has changed. */
  function refresh(): void {
    const view = viewOf();
    const [image, menu] = [trayState(view), menuOf(view, strings)];
    if (shown.image !== image) tray.setImage(iconOf(options.icons, image));
    if (shown.menu !== JSON.stringify(menu)) {
      tray.setToolTip(`Minimix: ${statusLine(view, strings)}`);
      tray.setContextMenu(Menu.buildFromTemplate(menu.map((entry) => itemOf(entry, act))));
    }
    Object.assign(shown, { image, menu: JSON.stringify(menu) });
    const address = watching.seen()?.address;
    if (!window || !address || moving || (address.token === served && address.url === window.origin())) return;
    moving = true; // until the page’s address is known many events may come, and each address lets the window in once
    inBackground(trayLog, 'the tray’s work', moveWindow(address, window).finally(() => (moving = false)));
  }

  async function moveWindow(address: DaemonAddress, to: PageWindow): Promise<void> {
    try {
      to.move((await connectTo(address).page.mutate()).url);
      served = address.token;
    } catch {
      return; // the daemon is gone again; the next look reports it
    }
  }

  app.on('second-instance', (_event, argv) => openWindowAt(linkIn(argv)));
  app.on('activate', () => openWindowAt());
  // The tray lives on without a window, except where the desktop has no place for one: then nothing is hidden.
  app.on('window-all-closed', () => {
    inBackground(trayLog, 'the tray’s work', trayHost().then((there) => {
      if (!there && !window) app.quit();
    }));
  });
  app.on('will-quit', () => life.abort());
  tray.on('click', () => openWindowAt());
  setInterval(refresh, CLOCK).unref();
  refresh();
  if (link !== undefined || !options.argv.includes(HIDDEN) || !(await trayHost())) await open(link);
  else await attachOrStart(reach, strings.noAnswer).then(() => watching.look());
}

function stopDaemon(address: DaemonAddress | undefined): void {
  if (address) process.kill(address.pid, 'SIGTERM');
}

function iconOf(directory: string, state: string) {
  return nativeImage.createFromPath(join(directory, `${state}.png`));
}

function itemOf(entry: MenuEntry, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (entry.type) {
    case 'separator':
      return { type: 'separator' };
    case 'label':
      return { label: entry.label, enabled: false };
    case 'action':
      return { label: entry.label, click: () => act(entry.action) };
    case 'check':
      return { type: 'checkbox', label: entry.label, checked: entry.checked, click: () => act(entry.action) };
    case 'menu':
      return { label: entry.label, submenu: entry.entries.map((inner) => itemOf(inner, act)) };
  }
}
