/** The hours of a week, each with its messages; as a picture and in words. */
export interface Week {
  /** By day from Monday on, by hour; `level` is 0 to 4. */
  readonly days: readonly (readonly { readonly messages: number; readonly level: number }[])[];
  readonly total: number;
  /** The hour of the week with the most; `undefined` where nothing was said. */
  readonly busiest: { readonly day: number; readonly hour: number; readonly messages: number } | undefined;
  /** The three hours of a day, one behind the other, with the most over the whole week: the first of them. */
  readonly stretch: number | undefined;
}

const HOURS = 24;

/** Of 168 numbers a list; several accounts are added up. Levels are quarters of the most. */
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

/** What the archive grows by in 30 days, in bytes, as the last 30 days went: messages by their mean weight. */
export function growthOf(perDay: readonly { readonly day: string; readonly messages: number }[], figures: { readonly archiveBytes: number; readonly messages: number }, now: number): number {
  const since = new Date(now - 30 * 86_400_000).toISOString().slice(0, 10);
  const recent = perDay.filter(({ day }) => day > since).reduce((sum, { messages }) => sum + messages, 0);
  return figures.messages === 0 ? 0 : Math.round((figures.archiveBytes / figures.messages) * recent);
}
