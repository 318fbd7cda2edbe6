// What Minimix knows of a room, as tests ask for it.
import type { Account } from '../../../src/account/contract.ts';
import type { LedgerRecord } from '../../../src/archive/contract.ts';
import { until } from '../until.ts';

/** What the ledger says of a room, as `event` or `event nick`. */
export function story(account: Account, room: string): string[] {
  return account.rooms.ledger(room, 1_000).map(({ event, nick }) => (nick === undefined ? event : `${event} ${nick}`));
}

/** The ledger's line for an event, once it is there. */
export function noted(account: Account, room: string, event: string, nick?: string): Promise<LedgerRecord | undefined> {
  const find = (): LedgerRecord | undefined =>
    account.rooms.ledger(room, 1_000).find((entry) => entry.event === event && (nick === undefined || entry.nick === nick));
  return until(find, { what: `${event} in the ledger` });
}

/** The nicks in a room as Minimix sees them, once they are these. */
export async function present(account: Account, room: string, nicks: readonly string[]): Promise<void> {
  const wanted = nicks.toSorted().join();
  await until(() => account.rooms.occupants(room).map(({ nick }) => nick).toSorted().join() === wanted, { what: `${wanted} in ${room}` });
}
