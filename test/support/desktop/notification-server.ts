// A desktop's notifications on a session bus (Desktop Notifications Specification 1.3, with KDE's inline reply).
import { defineInterface, type MessageBus } from 'dbus-native';

const NAME = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';

export interface ShownNotification {
  readonly id: number;
  readonly replaces: number;
  readonly title: string;
  readonly body: string;
  readonly actions: readonly string[];
  readonly hints: Readonly<Record<string, unknown>>;
}

export interface NotificationServer {
  readonly shown: readonly ShownNotification[];
  /** As the person does it with the newest that was shown. */
  click(token?: string): void;
  reply(text: string): void;
  close(): void;
}

export async function startNotificationServer(bus: MessageBus, capabilities: readonly string[] = ['body', 'actions', 'body-markup', 'inline-reply']): Promise<NotificationServer> {
  const shown: ShownNotification[] = [];
  let last = 0;
  const server = defineInterface({
    name: NAME,
    methods: {
      GetCapabilities: { out: { capabilities: 'as' }, handler: () => capabilities },
      GetServerInformation: { out: { name: 's', vendor: 's', version: 's', spec: 's' }, handler: () => ({ name: 'test', vendor: 'minimix', version: '1', spec: '1.2' }) },
      Notify: {
        in: { app: 's', replaces: 'u', icon: 's', title: 's', body: 's', actions: 'as', hints: 'a{sv}', timeout: 'i' },
        out: { id: 'u' },
        handler({ replaces, title, body, actions, hints }: Omit<ShownNotification, 'id'>) {
          const id = replaces === 0 ? (last += 1) : replaces;
          shown.push({ id, replaces, title, body, actions, hints });
          return id;
        },
      },
      CloseNotification: { in: { id: 'u' }, handler: () => null },
    },
    signals: {
      ActionInvoked: { args: { id: 'u', action: 's' } },
      ActivationToken: { args: { id: 'u', token: 's' } },
      NotificationReplied: { args: { id: 'u', text: 's' } },
      NotificationClosed: { args: { id: 'u', reason: 'u' } },
    },
  });
  await bus.export(PATH, server);
  await bus.requestName(NAME, 0);
  const newest = (): number => shown.at(-1)?.id ?? 0;
  return {
    shown,
    click(token) {
      if (token !== undefined) server.emit['ActivationToken']?.(newest(), token);
      server.emit['ActionInvoked']?.(newest(), 'default');
    },
    reply: (text) => server.emit['NotificationReplied']?.(newest(), text),
    close: () => server.emit['NotificationClosed']?.(newest(), 2),
  };
}
