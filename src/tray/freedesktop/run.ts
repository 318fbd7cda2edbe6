import { homedir } from 'node:os';
import { reachOf } from '../attach.ts';
import { linkIn } from '../links.ts';
import { openSettings, settingsFileIn } from '../settings.ts';
import { stringsFor } from '../strings.ts';
import { startTray } from '../tray.ts';
import { openFreedesktop } from './desktop.ts';
import { watchHostOn } from './host.ts';
import { becomeTheOnly } from './instance.ts';
import { openSessionBus } from './session-bus.ts';

interface FreedesktopTrayOptions {
  readonly home: string;
  /** The home where nothing is said. */
  readonly usual: string;
  readonly startDaemon: () => void;
  /** As `startTray` has them. */
  readonly logFile: string;
  readonly installed: () => string | undefined;
  /** The directory of the icon's pictures. */
  readonly icons: string;
  /** What starts the tray again. */
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly hidden: boolean;
  readonly links: readonly string[];
}

/**
 * `minimix tray`: the tray of a freedesktop desktop, without Electron. Resolves with an exit code once the person quits it, a
 * signal ends it, or another tray of the home has taken over what was asked; rejects where there is no session bus.
 */
export async function runFreedesktopTray({ home, usual, startDaemon, logFile, installed, icons, command, env, hidden, links }: FreedesktopTrayOptions): Promise<number> {
  const bus = openSessionBus(env);
  if (!bus) throw new Error('There is no D-Bus session here: start the tray from a desktop.');
  const life = new AbortController();
  let early: { readonly fragment: string | undefined } | undefined;
  let show = (fragment?: string): void => {
    early = { fragment }; // for the start, which is still under way
  };
  let allow: (token: string | undefined) => void = () => undefined;
  const opened = (asked: readonly string[], token: string | undefined): void => {
    allow(token);
    show(linkIn(asked));
  };
  if (!(await becomeTheOnly({ bus, home, usual, opened }, links))) {
    await bus.close();
    return 0;
  }
  const ended = new Promise<void>((resolve) => life.signal.addEventListener('abort', () => resolve(), { once: true }));
  const quit = (): void => life.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, quit);
  const strings = stringsFor(localeOf(env));
  const watchHost = watchHostOn(bus);
  const freedesktop = await openFreedesktop({ bus, strings, icons, command, env, user: env['HOME'] || homedir(), watchHost, signal: life.signal, quit });
  ({ allow } = freedesktop);
  ({ open: show } = startTray({
    strings,
    settings: openSettings(settingsFileIn(home)),
    reach: reachOf(home, startDaemon),
    watchHost,
    logFile,
    installed,
    hidden: hidden && early === undefined,
    fragment: linkIn(links) ?? early?.fragment,
    signal: life.signal,
    desktop: freedesktop.desktop,
  }));
  await ended;
  await bus.close();
  return 0;
}

/** The language of the desktop's messages (locale(7)). */
function localeOf(env: NodeJS.ProcessEnv): string {
  return env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || 'en';
}
