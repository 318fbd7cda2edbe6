// XEP-0357: the services at which a device has turned push on, so that a revoked device gets no more push messages.
import type { Account } from '../../../account/contract.ts';
import type { Archive } from '../../../archive/contract.ts';
import { storedValues } from '../../../archive/stored-values.ts';
import { xml } from '../../../xmpp/xml.ts';
import { NS_PUSH } from '../session/device-connection.ts';
import type { PushService } from '../session/device-connection.ts';
import { inBackground } from '../../../core/background.ts';
import type { Log } from '../../../core/log.ts';

const MOST = 20;

export interface Pushes {
  note(device: string, service: PushService, on: boolean): void;
  /** Asks the server to stop pushing for the device (6). */
  end(device: string): void;
}

export function openPushes(account: Account, archive: Archive, log: Log): Pushes {
  function read(device: string) {
    return archive.value(account.jid, storedValues.bouncerPush.of(device)) ?? [];
  }

  return {
    note(device, { jid, node }, on) {
      const others = read(device).filter((one) => one.jid !== jid || (one.node !== node && (on || node !== undefined)));
      const next = on ? [...others, { jid, ...(node !== undefined && { node }) }].slice(-MOST) : others;
      archive.setValue(account.jid, storedValues.bouncerPush.of(device), next.length > 0 ? next : undefined);
    },
    end(device) {
      for (const { jid, node } of read(device)) {
        const disable = xml('disable', { xmlns: NS_PUSH, jid, ...(node !== undefined && { node }) });
        inBackground(log, 'ending a device’s push', account.server.ask(xml('iq', { type: 'set' }, disable)));
      }
      archive.setValue(account.jid, storedValues.bouncerPush.of(device), undefined);
    },
  };
}
