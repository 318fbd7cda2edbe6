import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Message, type MessageBus } from 'dbus-native';
import { sentenceOf } from '../../core/errors.ts';
import { trayLog } from '../plain.ts';

const MOST_BYTES = 1024 * 1024; // of one message; what is meant for us has some hundred

/** The person's session bus, which is connected anew if it is lost; `undefined` where the session has none. */
export function openSessionBus(env: NodeJS.ProcessEnv): MessageBus | undefined {
  const beside = join(env['XDG_RUNTIME_DIR'] ?? '', 'bus');
  const busAddress = env['DBUS_SESSION_BUS_ADDRESS'] || (env['XDG_RUNTIME_DIR'] && existsSync(beside) ? `unix:path=${beside}` : undefined);
  if (busAddress === undefined) return undefined;
  const bus = createClient({ busAddress, authMethods: ['EXTERNAL'], maxMessageSize: MOST_BYTES, reconnect: { minDelay: 500 } });
  const fault = (error: unknown): void => trayLog('error', `The session bus: ${sentenceOf(error)}`);
  bus.connection.on('error', fault);
  bus.connection.on('handlerError', fault); // a peer that calls what is not there must not end the tray
  bus.on('reconnectError', fault);
  return bus;
}

/** Hears a signal of whoever owns `sender`, until the signal of ours; resolves once the bus sends it. */
export async function hearSignal(
  bus: MessageBus,
  { sender, path, interface: face, member, heard, signal }: { readonly sender: string; readonly path: string; readonly interface: string; readonly member: string; heard: (body: readonly unknown[]) => void; signal: AbortSignal },
): Promise<void> {
  const event = bus.mangle(path, face, member);
  const listener = (body: unknown): void => heard(Array.isArray(body) ? body : []);
  bus.signals.on(event, listener);
  signal.addEventListener('abort', () => bus.signals.off(event, listener));
  await bus.addMatch(`type='signal',sender='${sender}',path='${path}',interface='${face}',member='${member}'`);
}

/** One call; rejects where nobody answers in time. */
export async function callMethod(bus: MessageBus, message: Message, timeout = 5000): Promise<unknown> {
  return await bus.invoke<unknown>(message, { timeout });
}
