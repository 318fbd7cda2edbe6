import { storedValues } from '../../archive/stored-values.ts';
import type { AccountContext } from '../context.ts';

/** From when on our archive has all that the room's own has, but for the gaps on record (milliseconds since the epoch). */
export function coveredFrom({ archive, jid }: Pick<AccountContext, 'archive' | 'jid'>, room: string): number | undefined {
  return archive.value(jid, storedValues.wholeFrom.of(room));
}

export function setCoveredFrom({ archive, jid }: Pick<AccountContext, 'archive' | 'jid'>, room: string, at: number): void {
  archive.setValue(jid, storedValues.wholeFrom.of(room), at);
}

/** The room's archive is read to its end: a first time from the oldest message that this has brought, else from now on. */
export function noteCovered(context: Pick<AccountContext, 'archive' | 'jid' | 'now'>, room: string, first: boolean): void {
  if (coveredFrom(context, room) !== undefined) return;
  const [oldest] = first ? context.archive.range({ account: context.jid, room, limit: 1 }) : [];
  setCoveredFrom(context, room, oldest?.at ?? context.now());
}
