import type { MessageBus } from 'dbus-native';
import { inBackground } from '../../core/background.ts';
import type { WatchTrayHost } from '../desktop.ts';
import { trayLog } from '../plain.ts';
import { callMethod, hearSignal } from './session-bus.ts';

/** Who collects the tray icons of a desktop (freedesktop's StatusNotifierItem). */
export const WATCHER = 'org.kde.StatusNotifierWatcher';
export const WATCHER_PATH = '/StatusNotifierWatcher';
const BUS = { sender: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };

/**
 * Whether somebody shows tray icons, from now on: a watcher that is started anew is told of as gone and there again, for it
 * knows of no icon. Without a session bus nobody does.
 */
export function watchHostOn(bus: MessageBus | undefined): WatchTrayHost {
  return (changed, signal) => {
    if (!bus) return changed(false);
    let there: boolean | undefined;
    const say = (next: boolean): void => {
      if (there === next || signal.aborted) return;
      there = next;
      changed(next);
    };

    async function ask(): Promise<void> {
      const body = [WATCHER, 'IsStatusNotifierHostRegistered'];
      try {
        const answer = await callMethod(bus as MessageBus, { destination: WATCHER, path: WATCHER_PATH, interface: 'org.freedesktop.DBus.Properties', member: 'Get', signature: 'ss', body, flags: NO_AUTO_START });
        say(answer === true);
      } catch {
        say(false); // nobody owns the name, or it is going
      }
    }
    const look = (): void => inBackground(trayLog, 'looking for a place for the icon', ask());

    async function begin(on: MessageBus): Promise<void> {
      await hearSignal(on, { ...BUS, member: 'NameOwnerChanged', heard: ([name]) => {
        if (name !== WATCHER) return;
        say(false);
        look();
      }, signal });
      for (const member of ['StatusNotifierHostRegistered', 'StatusNotifierHostUnregistered']) {
        await hearSignal(on, { sender: WATCHER, path: WATCHER_PATH, interface: WATCHER, member, heard: look, signal });
      }
      await ask();
    }
    bus.on('reconnected', () => {
      say(false);
      look();
    });
    inBackground(trayLog, 'looking for a place for the icon', begin(bus));
  };
}

/** Of D-Bus: the question alone shall start nothing. */
const NO_AUTO_START = 2;
