import type { Account } from '../../../account/contract.ts';
import type { Guests } from '../../../account/rooms/shared-occupancy-contract.ts';
import type { DeviceSummary, Leaving } from '../../../account/devices/contract.ts';
import type { Result } from '../../../core/errors.ts';
import { ok } from '../../../core/errors.ts';
import { resourceOf } from '../../../core/jid.ts';
import type { BouncerDevice, DeviceBook } from '../credentials/device-credentials.ts';
import type { Sessions } from './sessions.ts';

interface House {
  readonly account: Account;
  readonly book: DeviceBook;
  readonly sessions: Sessions;
  readonly leaving: () => Leaving;
  changed(): void;
}

/** The bouncer's devices as the account lists them beside its others. */
export function guestsOf(house: House, now: () => number): Guests {
  const { account, book, sessions } = house;

  function summary({ id, name, lastSeen, addedAt, resource, policy, policies, leaves }: BouncerDevice): DeviceSummary {
    const session = sessions.all().find(({ login }) => login.device.id === id);
    const why = session ? 'it is connected through Minimix' : 'it connects through Minimix';
    return {
      account: account.jid,
      id,
      label: name,
      resource: session ? resourceOf(session.jid) : (resource ?? ''),
      online: session !== undefined,
      door: 'bouncer',
      relay: false,
      why,
      software: undefined,
      lastSeen: new Date(session ? now() : (lastSeen ?? addedAt)).toISOString(),
      policy,
      policies,
      leaves: leaves ?? house.leaving(),
    };
  }

  return {
    list: () => book.list().map(summary),
    change(name, change): Result<DeviceSummary> | undefined {
      const changed = book.change(name, change);
      if (!changed?.ok) return changed;
      house.changed();
      return ok(summary(changed.value));
    },
  };
}
