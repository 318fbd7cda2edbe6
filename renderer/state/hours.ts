/** The message counts of each hour of a week, for a picture and a sentence. */
export interface Week {
  /** By day, Monday first, then by hour; `level` is 0 to 4. */
  readonly days: readonly (readonly { readonly messages: number; readonly level: number }[])[];
  readonly total: number;
  /** The busiest hour of the week; `undefined` if there were no messages. */
  readonly busiest: { readonly day: number; readonly hour: number; readonly messages: number } | undefined;
  /** The first of those three consecutive hours of the day in which, over the whole week, most messages came. */
  readonly stretch: number | undefined;
}

const HOURS = 24;

/** Adds up one list of 168 counts for each account. Each level is a quarter of the highest count. */
export function weekOf(accounts: readonly (readonly number[])[]): Week {
  const sums = Array.from({ length: 7 * HOURS }, (_, index) => accounts.reduce((sum, hours) => sum + (hours[index] ?? 0), 0));
  const most = Math.max(...sums);
  const total = sums.reduce((sum, one) => sum + one, 0);
  const at = sums.indexOf(most);
  const ofDay = Array.from({ length: HOURS }, (_, hour) => [0, 1, 2, 3, 4, 5, 6].reduce((sum, day) => sum + (sums[day * HOURS + hour] ?? 0), 0));
  const stretches = ofDay.map((_, hour) => [0, 1, 2].reduce((sum, step) => sum + (ofDay[(hour + step) % HOURS] ?? 0), 0));
  return {
    days: Array.from({ length: 7 }, (_, day) =>
      sums.slice(day * HOURS, (day + 1) * HOURS).map((messages) => ({ messages, level: most === 0 ? 0 : Math.ceil((messages / most) * 4) })),
    ),
    total,
    busiest: total === 0 ? undefined : { day: Math.floor(at / HOURS), hour: at % HOURS, messages: most },
    stretch: total === 0 ? undefined : stretches.indexOf(Math.max(...stretches)),
  };
}

/** An estimate of the archive's growth in 30 days, in bytes: the messages of the last 30 days times the mean size of a message. */
export function growthOf(perDay: readonly { readonly day: string; readonly messages: number }[], figures: { readonly archiveBytes: number; readonly messages: number }, now: number): number {
  const since = new Date(now - 30 * 86_400_000).toISOString().slice(0, 10);
  const recent = perDay.filter(({ day }) => day > since).reduce((sum, { messages }) => sum + messages, 0);
  return figures.messages === 0 ? 0 : Math.round((figures.archiveBytes / figures.messages) * recent);
}
