import { setTimeout as pause } from 'node:timers/promises';
import { asError, sentenceOf } from '../core/errors.ts';
import { inBackground } from '../core/background.ts';
import { connectTo, type DaemonAddress } from '../frontends/web/client/client.ts';
import { attachOrStart, homeGivenBack, isSameRun, type DaemonReach } from './attach.ts';
import type { Desktop, WatchTrayHost } from './desktop.ts';
import { keyOfFragment } from './links.ts';
import { createMentions } from './mentions.ts';
import { FOREVER, menuOf, statusLine, trayState, type TrayAction, type TrayChoices, type TrayView } from './menu.ts';
import { createNotices, type Notice } from './notices.ts';
import { trayLog } from './plain.ts';
import type { TraySettings } from './settings.ts';
import type { TrayStrings } from './strings.ts';
import { watchDaemon } from './watch.ts';

export interface StartTrayOptions {
  readonly strings: TrayStrings;
  readonly settings: TraySettings;
  readonly reach: DaemonReach;
  readonly watchHost: WatchTrayHost;
  /** Starts without showing the page, unless the desktop has no place for the icon. */
  readonly hidden: boolean;
  /** A fragment of the page to begin with. */
  readonly fragment: string | undefined;
  readonly signal: AbortSignal;
  /** The desktop is made for what the page needs of the tray. */
  readonly desktop: (needs: PageNeeds) => Desktop;
  /** The daemon's newest log file. */
  readonly logFile: string;
  /** The version that is installed now; an update replaces it while the daemon runs. */
  readonly installed: () => string | undefined;
  /** Milliseconds that a hidden start waits for a place for its icon. */
  readonly patience?: number;
}

/** What a view of the page needs. */
export interface PageNeeds {
  /** A one-time address of the page, of the daemon that runs or is started for it, and the token of that daemon's run. */
  address(): Promise<{ readonly url: string; readonly token: string }>;
  /** The daemon that was seen last. */
  seen(): DaemonAddress | undefined;
  /** Called when the person may look at another view of the page. */
  looked(): void;
}

interface RunningTray {
  /** Shows the page; what goes wrong is told to the person. */
  open(fragment?: string): void;
  /** Whether the desktop has a place for the icon; `undefined` until it is known. */
  hasPlace(): boolean | undefined;
}

const CLOCK = 30_000; // milliseconds between two looks whether a pause is over
const PATIENCE = 60_000; // a panel may start after us
const NEEDS_NOBODY = new Set(['joined', 'joining', 'leaving', 'absent', 'service-down', 'nick-conflict', 'room-full', 'room-locked']);

/** What every tray does, on whatever desktop; it ends with `signal`, and the daemon goes on. */
export function startTray(options: StartTrayOptions): RunningTray {
  const { strings, settings, reach, watchHost, hidden, fragment, signal, patience = PATIENCE } = options;
  const mentions = createMentions();
  let shown = '';
  let place: boolean | undefined;

  const desktop = options.desktop({ address: pageAddress, seen: () => watching.seen()?.address, looked });
  const lookingAt = (): string | undefined => keyOfFragment(desktop.page.lookedAt() ?? '');
  const hear = createNotices({
    strings,
    markup: desktop.markup,
    show: notify,
    wanted: () => settings.notify() && settings.pausedUntil(Date.now()) === undefined && desktop.canNotify(),
    hideText: settings.hideText,
    looking: (key) => lookingAt() === key,
    later: (milliseconds, work) => told(pause(milliseconds, undefined, { signal }).then(work)),
  });
  const watching = watchDaemon({
    reach,
    signal,
    changed: refresh,
    message(event, room) {
      if (mentions.hear(event, { own: room?.nick, name: room?.name })) refresh();
      hear(event, room?.name);
      looked();
    },
  });

  function notify(notice: Notice): void {
    desktop.notify(notice, {
      clicked: () => told(act({ do: 'open', fragment: notice.fragment, seen: notice.key })),
      replied: (text) => told(answer(notice, text)),
    });
  }

  async function answer({ answer: what, key }: Notice, body: string): Promise<void> {
    const address = watching.seen()?.address;
    if (!address || !what) throw new Error(strings.notAnswered);
    await connectTo(address).say.mutate({ account: what.account, room: what.room, body, ...(what.to && { reply: what.to }) });
    mentions.seen(key);
    refresh();
  }

  /** Mentions that are on screen no longer count. */
  function looked(): void {
    const key = lookingAt();
    if (key !== undefined && mentions.seen(key)) refresh();
  }

  async function pageAddress(): Promise<{ url: string; token: string }> {
    const found = await runningDaemon();
    const { url } = await connectTo(found).page.mutate();
    return { url, token: found.token };
  }

  /** The daemon that runs, or is started now; rejects with a sentence where none comes up. */
  async function runningDaemon(): Promise<DaemonAddress> {
    const found = await attachOrStart(reach, strings.noAnswer, signal);
    if (!found.ok) throw asError(found);
    watching.look();
    return found.value;
  }

  /** Stops the daemon that answered, and no other process: a daemon.json that a killed daemon left may name a stranger's. */
  function stopDaemon(): DaemonAddress | undefined {
    const address = watching.seen()?.address;
    try {
      if (address) process.kill(address.pid, 'SIGTERM');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error; // it has ended already
    }
    return address;
  }

  async function restartDaemon(): Promise<void> {
    const stopped = stopDaemon();
    if (stopped) await homeGivenBack(reach, stopped, signal);
    const next = await runningDaemon();
    if (stopped && isSameRun(next, stopped)) throw new Error(strings.notStopped);
  }

  function open(at?: string): void {
    told(desktop.page.open(at));
  }

  /** Work that the person asked for: what fails is told, as long as the tray lives. */
  function told(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!signal.aborted) desktop.tell(sentenceOf(error));
    });
  }

  /** Async for its failures alone, which end no tray: all that needs no answer is done when it returns. */
  async function act(action: TrayAction): Promise<void> {
    switch (action.do) {
      case 'open':
        if (action.seen !== undefined) mentions.seen(action.seen);
        refresh();
        return await desktop.page.open(action.fragment);
      case 'start-daemon':
        await runningDaemon();
        return;
      case 'restart-daemon':
        return await restartDaemon();
      case 'stop-daemon':
        stopDaemon();
        return;
      case 'pause-notifications':
        settings.pause(action.until);
        return refresh();
      case 'pause-relay':
        return await rest('relay', action.until);
      case 'resume-relay':
        return await goOn('relay');
      case 'pause-all':
        settings.pause(action.until ?? FOREVER);
        await Promise.all([rest('relay', action.until), rest('push', action.until)]).finally(refresh);
        return;
      case 'resume-all':
        settings.pause(undefined);
        await Promise.all([goOn('relay'), goOn('push')]).finally(refresh);
        return;
      case 'open-log':
        return await desktop.openFile(options.logFile);
      case 'choose':
        return await choose(action.choice, action.value);
      case 'quit':
        return desktop.quit();
    }
  }

  async function rest(what: 'relay' | 'push', until: number | undefined): Promise<void> {
    const address = watching.seen()?.address;
    if (address) await connectTo(address)[what].pause.mutate(until === undefined ? {} : { until: new Date(until).toISOString() });
    watching.look(); // of pushes there is no event
  }

  async function goOn(what: 'relay' | 'push'): Promise<void> {
    const address = watching.seen()?.address;
    if (address) await connectTo(address)[what].resume.mutate({});
    watching.look();
  }

  /** What is installed, where the daemon that runs is another version: updates come by the system's package alone. */
  function newerThan(running: string | undefined): string | undefined {
    const installed = running === undefined ? undefined : options.installed();
    return installed === running ? undefined : installed;
  }

  async function choose(choice: keyof TrayChoices, value: boolean): Promise<void> {
    if (choice === 'notify') settings.setNotify(value);
    if (choice === 'hideText') settings.setHideText(value);
    try {
      if (choice === 'autostart') await desktop.autostart.set(value);
      if (choice === 'openLinks') await desktop.links.set(value);
    } finally {
      refresh();
    }
  }

  function viewOf(): TrayView {
    const seen = watching.seen();
    const now = Date.now();
    return {
      status: seen?.status,
      trouble: [...(seen?.rooms.values() ?? [])].filter(({ state }) => !NEEDS_NOBODY.has(state)),
      mentions: mentions.list(),
      latest: mentions.latest(),
      unread: seen?.unread ?? 0,
      newer: newerThan(seen?.status.version),
      held: seen?.held ?? 0,
      devicesOnline: seen?.devicesOnline ?? 0,
      notificationsPausedUntil: settings.pausedUntil(now),
      choices: { notify: settings.notify(), hideText: settings.hideText(), autostart: desktop.autostart.isOn(), openLinks: desktop.links.isOn() },
      now: now - (now % 60_000), // the menu is the same for a minute
    };
  }

  /** Replacing an open menu closes it, so it is replaced only when its content has changed. */
  function refresh(): void {
    if (signal.aborted) return;
    const view = viewOf();
    const picture = { icon: trayState(view), tip: `Minimix: ${statusLine(view, strings)}`, menu: menuOf(view, strings) };
    const text = JSON.stringify(picture);
    if (shown !== text) desktop.show(picture, (action) => told(act(action)));
    shown = text;
    desktop.page.follow();
  }

  /** What the desktop keeps may be changed elsewhere. */
  async function lookAtChoices(): Promise<void> {
    await Promise.all([desktop.autostart.look(), desktop.links.look()]);
    refresh();
  }

  function placeChanged(there: boolean): void {
    place = there;
    if (there && settings.toldOfPlace()) settings.setToldOfPlace(false); // where it goes again, it is told again
  }

  /** A tray without a place is seen by nobody: the page opens, and says once how to get one. */
  function placeIsMissing(): void {
    if (place === true || settings.toldOfPlace()) return;
    settings.setToldOfPlace(true);
    desktop.notify({ title: strings.noPlaceTitle, body: strings.noPlaceBody, fragment: '#/', key: 'no place', answer: undefined }, { clicked: () => open('#/'), replied: () => undefined });
    open('#/');
  }

  watchHost(placeChanged, signal);
  refresh();
  const clock = setInterval(() => inBackground(trayLog, 'looking at the desktop’s choices', lookAtChoices()), CLOCK);
  const waiting = hidden && fragment === undefined ? setTimeout(placeIsMissing, patience) : undefined;
  signal.addEventListener('abort', () => {
    clearInterval(clock);
    clearTimeout(waiting);
  });
  inBackground(trayLog, 'looking at the desktop’s choices', lookAtChoices());
  if (fragment !== undefined || !hidden) open(fragment);
  else told(runningDaemon());
  return { open, hasPlace: () => place };
}
