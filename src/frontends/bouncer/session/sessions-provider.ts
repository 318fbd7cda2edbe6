import type { Account } from '../../../account/contract.ts';
import type { DeviceProvider } from '../../../account/rooms/shared-occupancy-contract.ts';
import type { DeviceSummary, Leaving } from '../../../account/devices/contract.ts';
import type { Result } from '../../../core/errors.ts';
import { ok } from '../../../core/errors.ts';
import { resourceOf } from '../../../core/jid.ts';
import type { BouncerDevice, DeviceCredentials } from '../credentials/device-credentials.ts';
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

  function summary({ id, name, lastSeen, addedAt, resource, policy, policies, leaves }: BouncerDevice): DeviceSummary {
    const session = sessions.all().find(({ login }) => login.device.id === id);
    const why = session ? 'it is connected through Minimix' : 'it connects through Minimix';
    return {
      account: account.jid,
      id,
      label: name,
      resource: session ? resourceOf(session.jid) : (resource ?? ''),
      online: session !== undefined,
      frontend: 'bouncer',
      relay: false,
      why,
      software: undefined,
      lastSeen: new Date(session ? now() : (lastSeen ?? addedAt)).toISOString(),
      policy,
      policies,
      leaves: leaves ?? parts.leaving(),
    };
  }

  return {
    list: () => credentials.list().map(summary),
    change(name, change): Result<DeviceSummary> | undefined {
      const changed = credentials.change(name, change);
      if (!changed?.ok) return changed;
      parts.changed();
      return ok(summary(changed.value));
    },
  };
}
