import { Variant } from 'dbus-native';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addressOfTray, becomeTheOnly } from '../../../src/tray/freedesktop/instance.ts';
import { startSessionBus, type SessionBus } from '../../support/desktop/session-bus.ts';

let bus: SessionBus;
beforeEach(async () => {
  bus = await startSessionBus();
});
afterEach(() => bus.stop());

test('the second tray of a home hands over what it was to open, and is not the one; another home has its own', async () => {
  const opened: unknown[] = [];
  const start = (home: string, links: string[] = []): Promise<boolean> =>
    becomeTheOnly({ bus: bus.connect(), home, usual: '/usual', opened: (asked, token) => void opened.push([home, asked, token]) }, links);
  expect(await start('/usual')).toBe(true);
  expect(await start('/usual', ['xmpp:a@b?join'])).toBe(false);
  expect(await start('/usual')).toBe(false);
  expect(await start('/other')).toBe(true);
  expect(opened).toEqual([['/usual', ['xmpp:a@b?join'], undefined], ['/usual', [], undefined]]);
});

test('the desktop asks it by the interface of applications, with its permission', async () => {
  const opened: unknown[] = [];
  await becomeTheOnly({ bus: bus.connect(), home: '/usual', usual: '/usual', opened: (asked, token) => void opened.push([asked, token]) }, []);
  const { name, path } = addressOfTray('/usual', '/usual');
  expect([name, path]).toEqual(['im.minimix.Tray', '/im/minimix/Tray']);
  const call = { destination: name, path, interface: 'org.freedesktop.Application' };
  const desktop = bus.connect();
  await desktop.invoke({ ...call, member: 'Activate', signature: 'a{sv}', body: [{ 'activation-token': new Variant<unknown>('s', 'token') }] });
  await desktop.invoke({ ...call, member: 'Open', signature: 'asa{sv}', body: [['xmpp:a@b'], {}] });
  expect(opened).toEqual([[[], 'token'], [['xmpp:a@b'], undefined]]);
});
