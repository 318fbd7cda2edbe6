import { createHash } from 'node:crypto';
import { defineInterface, type MessageBus } from 'dbus-native';
import { callMethod } from './session-bus.ts';

const APPLICATION = 'org.freedesktop.Application';
const PRIMARY = [1, 4]; // of RequestName: we have the name, or had it already
const DO_NOT_QUEUE = 4;
const MOST_LINKS = 10;

interface InstanceOptions {
  readonly bus: MessageBus;
  readonly home: string;
  /** The home where nothing is said: its tray has the plain name. */
  readonly usual: string;
  /** Another one was started, or the desktop asks for this one; with the links that it was given. */
  readonly opened: (links: readonly string[], activation: string | undefined) => void;
}

/** The name and path of a home's tray on the bus. */
export function addressOfTray(home: string, usual: string): { readonly name: string; readonly path: string } {
  const more = home === usual ? '' : `.h${createHash('sha256').update(home).digest('hex').slice(0, 8)}`;
  const name = `im.minimix.Tray${more}`;
  return { name, path: `/${name.replaceAll('.', '/')}` };
}

/**
 * One tray for a home: resolves with true where this is it (as an org.freedesktop.Application, by which desktops and a second
 * start reach it), and with false where another is, which has then been asked to open `links`.
 */
export async function becomeTheOnly({ bus, home, usual, opened }: InstanceOptions, links: readonly string[]): Promise<boolean> {
  const { name, path } = addressOfTray(home, usual);
  const tokenOf = (data: Record<string, unknown>): string | undefined => {
    const token = data['activation-token'] ?? data['desktop-startup-id'];
    return typeof token === 'string' ? token : undefined;
  };
  const application = defineInterface({
    name: APPLICATION,
    methods: {
      Activate: {
        in: { platformData: 'a{sv}' },
        handler({ platformData }: { platformData: Record<string, unknown> }) {
          opened([], tokenOf(platformData));
          return null;
        },
      },
      Open: {
        in: { uris: 'as', platformData: 'a{sv}' },
        handler({ uris, platformData }: { uris: string[]; platformData: Record<string, unknown> }) {
          opened(uris.slice(0, MOST_LINKS), tokenOf(platformData));
          return null;
        },
      },
      ActivateAction: { in: { name: 's', parameter: 'av', platformData: 'a{sv}' }, handler: () => null },
    },
  });
  await bus.export(path, application);
  const result: unknown = await bus.requestName(name, DO_NOT_QUEUE);
  if (PRIMARY.includes(Number(result))) return true;
  const call = links.length === 0 ? { member: 'Activate', signature: 'a{sv}', body: [{}] } : { member: 'Open', signature: 'asa{sv}', body: [links, {}] };
  await callMethod(bus, { destination: name, path, interface: APPLICATION, ...call });
  return false;
}
