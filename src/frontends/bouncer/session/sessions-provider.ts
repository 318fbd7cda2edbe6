import type { Account } from '../../../account/contract.ts';
import type { DeviceProvider } from '../../../account/rooms/shared-occupancy-contract.ts';
import type { DeviceSummary } from '../../../account/devices/contract.ts';
import { summaryOf } from '../../../account/devices/device-profile.ts';
import type { Leaving, LoginDevice } from '../../../core/device.ts';
import type { Result } from '../../../core/errors.ts';
import { ok } from '../../../core/errors.ts';
import { resourceOf } from '../../../core/jid.ts';
import type { DeviceCredentials } from '../credentials/device-credentials.ts';
import type { BouncerSessions } from './sessions.ts';

interface SessionsProviderParts {
  readonly account: Account;
  readonly credentials: DeviceCredentials;
  readonly sessions: BouncerSessions;
  readonly leaving: () => Leaving;
  changed(): void;
}

/** The bouncer's devices as the account lists them beside its others. */
export function sessionsProvider(parts: SessionsProviderParts, now: () => number): DeviceProvider {
  const { account, credentials, sessions } = parts;

  function summary(device: LoginDevice): DeviceSummary {
    const session = sessions.all().find(({ login }) => login.device.id === device.id);
    const why = session ? 'it is connected through Minimix' : 'it connects through Minimix';
    const resource = session && resourceOf(session.jid);
    const lasting = { ...device, lastSeen: device.lastSeen ?? device.addedAt };
    const today = summaryOf(lasting, { account: account.jid, frontend: 'bouncer', why, resource, name: device.label, now: now() });
    return { ...today, awaited: session === undefined && device.lastSeen === undefined, leaves: device.leaves ?? parts.leaving() };
  }

  return {
    list: () => credentials.list().map(summary),
    change(name, change): Result<DeviceSummary> | undefined {
      const changed = credentials.change(name, change);
      if (!changed?.ok) return changed;
      parts.changed();
      return ok(summary(changed.value));
    },
    at: (resource) => sessions.all().find(({ jid }) => resourceOf(jid) === resource)?.login.device.id,
  };
}
