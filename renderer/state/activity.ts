/** A year of message counts, by day. */
export interface Activity {
  /** Every day from a Monday to today; `level` is 0 to 4. */
  readonly days: readonly { readonly day: string; readonly messages: number; readonly level: number }[];
  readonly total: number;
  readonly active: number;
  readonly busiest: { readonly day: string; readonly messages: number } | undefined;
}

const DAY = 86_400_000;
const WEEKS = 52;

/** Takes days (UTC) with their counts; a day may occur once for each account. Each level is a quarter of the highest count. */
export function daysOf(perDay: readonly { readonly day: string; readonly messages: number }[], now: Date): Activity {
  const counts = new Map<string, number>();
  for (const { day, messages } of perDay) counts.set(day, (counts.get(day) ?? 0) + messages);
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const weekday = (new Date(today).getUTCDay() + 6) % 7;
  const first = today - (WEEKS * 7 + weekday) * DAY;
  const all: { day: string; messages: number }[] = [];
  for (let at = first; at <= today; at += DAY) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push({ day, messages: counts.get(day) ?? 0 });
  }
  const most = all.reduce((greatest, { messages }) => Math.max(greatest, messages), 0);
  return {
    days: all.map((one) => ({ ...one, level: most === 0 ? 0 : Math.ceil((one.messages / most) * 4) })),
    total: all.reduce((sum, { messages }) => sum + messages, 0),
    active: all.filter(({ messages }) => messages > 0).length,
    busiest: most === 0 ? undefined : all.findLast(({ messages }) => messages === most),
  };
}

/** The index, among days (UTC, oldest first), of the last day that is not after a time; 0 if all are later. */
export function dayIndex(days: readonly { readonly day: string }[], at: string): number {
  const day = at.slice(0, 10);
  return Math.max(0, days.findLastIndex((one) => one.day <= day));
}
