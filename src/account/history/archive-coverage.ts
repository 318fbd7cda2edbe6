import type { Ground } from '../context.ts';

/** From when on our archive has all that the room's own has, but for the gaps on record (milliseconds since the epoch). */
export function wholeFrom({ archive, jid }: Pick<Ground, 'archive' | 'jid'>, room: string): number | undefined {
  const text = archive.value(jid, `whole-from:${room}`);
  return text === undefined ? undefined : Number(text);
}

export function setWholeFrom({ archive, jid }: Pick<Ground, 'archive' | 'jid'>, room: string, at: number): void {
  archive.setValue(jid, `whole-from:${room}`, String(at));
}

/** The room's archive is read to its end: a first time from the oldest message that this has brought, else from now on. */
export function noteWhole(ground: Pick<Ground, 'archive' | 'jid' | 'now'>, room: string, first: boolean): void {
  if (wholeFrom(ground, room) !== undefined) return;
  const [oldest] = first ? ground.archive.range({ account: ground.jid, room, limit: 1 }) : [];
  setWholeFrom(ground, room, oldest?.at ?? ground.now());
}
