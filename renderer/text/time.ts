import { language, strings } from '../strings/strings.ts';

// The figures are in the language of the words; the person's own kind of it where they have one.
const usual = { en: 'en-GB', de: 'de-DE' } as const;
const locale = globalThis.navigator?.languages.find((tag) => tag.startsWith(language)) ?? usual[language];
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const sameYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const otherYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const shortWithYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const number = new Intl.NumberFormat(locale);

/** Hours and minutes. */
export function clockOf(at: Date): string {
  return clock.format(at);
}

/** A key for the local day, such as `2026-11-23`. */
export function dayKey(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

/** The day in words, seen from `now`. */
export function dayName(at: Date, now: Date): string {
  const key = dayKey(at);
  if (key === dayKey(now)) return strings.timeline.today;
  if (key === dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return strings.timeline.yesterday;
  return (at.getFullYear() === now.getFullYear() ? sameYear : otherYear).format(at);
}

/** Day and time, short: for a search hit. */
export function momentOf(at: Date, now: Date): string {
  if (dayKey(at) === dayKey(now)) return clock.format(at);
  const day = (at.getFullYear() === now.getFullYear() ? short : shortWithYear).format(at);
  return `${day}, ${clock.format(at)}`;
}

/** The hour where it was today, the weekday where it was within a week, else the day: for a list. */
export function shortMoment(at: Date, now: Date): string {
  if (dayKey(at) === dayKey(now)) return clock.format(at);
  const days = (now.getTime() - at.getTime()) / 86_400_000;
  if (days < 6 && days >= 0) return weekday.format(at);
  return (at.getFullYear() === now.getFullYear() ? short : shortWithYear).format(at);
}

/** A weekday by its number, Monday being 0. */
export function weekdayName(day: number, length: 'long' | 'short'): string {
  return new Intl.DateTimeFormat(locale, { weekday: length, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day)); // a Monday
}

/** A full hour of the day. */
export function hourName(hour: number): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1, hour));
}

export function count(n: number): string {
  return number.format(n);
}

/** The day in full, with its year. */
export function dateOf(at: Date): string {
  return otherYear.format(at);
}
