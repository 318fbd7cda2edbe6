import { Variant, type MessageBus } from 'dbus-native';
import { z } from 'zod';
import { inBackground } from '../../core/background.ts';
import type { NoticeAnswers } from '../desktop.ts';
import type { Notice } from '../notices.ts';
import { trayLog } from '../plain.ts';
import type { TrayStrings } from '../strings.ts';
import { callMethod, hearSignal } from './session-bus.ts';

const SERVER = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
const MOST_ANSWER = 5000; // characters

interface NotificationOptions {
  readonly bus: MessageBus;
  readonly strings: TrayStrings;
  /** The name of the desktop file, without its ending: what the desktop's own settings list. */
  readonly desktopEntry: string;
  /** A token of the desktop's (xdg-activation) for what is opened next. */
  readonly activation: (token: string) => void;
  readonly signal: AbortSignal;
}

/** Desktop Notifications Specification 1.3, with KDE's `inline-reply`. */
export async function openNotifications({ bus, strings, desktopEntry, activation, signal }: NotificationOptions): Promise<(notice: Notice, answers: NoticeAnswers) => void> {
  const shown = new Map<number, { readonly key: string; readonly answers: NoticeAnswers }>();
  const from = { sender: SERVER, path: PATH, interface: SERVER };
  const withId = (work: (id: number, more: unknown) => void) => ([id, more]: readonly unknown[]): void => {
    if (typeof id === 'number' && shown.has(id)) work(id, more);
  };
  await hearSignal(bus, { ...from, member: 'ActivationToken', heard: withId((_id, token) => activation(String(token))), signal });
  await hearSignal(bus, { ...from, member: 'ActionInvoked', heard: withId((id, action) => {
    if (action === 'default') shown.get(id)?.answers.clicked();
  }), signal });
  await hearSignal(bus, { ...from, member: 'NotificationReplied', heard: withId((id, said) => {
    if (typeof said === 'string' && said.trim() !== '') shown.get(id)?.answers.replied(said.slice(0, MOST_ANSWER));
  }), signal });
  await hearSignal(bus, { ...from, member: 'NotificationClosed', heard: withId((id) => shown.delete(id)), signal });

  async function capabilities(): Promise<readonly string[]> {
    return z.array(z.string()).catch([]).parse(await callMethod(bus, { destination: SERVER, path: PATH, interface: SERVER, member: 'GetCapabilities' }));
  }

  async function show(notice: Notice, answers: NoticeAnswers): Promise<void> {
    const reply = notice.answer && (await capabilities()).includes('inline-reply') ? ['inline-reply', strings.answer] : [];
    const [before] = [...shown].find(([, { key }]) => key === notice.key) ?? [0];
    const hints = {
      'desktop-entry': new Variant<unknown>('s', desktopEntry),
      category: new Variant<unknown>('s', 'im.received'),
      'x-kde-reply-placeholder-text': new Variant<unknown>('s', strings.answer),
    };
    const body = ['Minimix', before, desktopEntry, notice.title, notice.body, ['default', strings.open, ...reply], hints, -1];
    const id = await callMethod(bus, { destination: SERVER, path: PATH, interface: SERVER, member: 'Notify', signature: 'susssasa{sv}i', body });
    shown.delete(before);
    if (typeof id === 'number') shown.set(id, { key: notice.key, answers });
  }
  return (notice, answers) => inBackground(trayLog, 'a notification', show(notice, answers));
}
