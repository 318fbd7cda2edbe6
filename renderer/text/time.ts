import { en } from '../strings/en.ts';

// The words are English, so the figures are too; the person's own English where they have one.
const locale = globalThis.navigator?.languages.find((tag) => tag.startsWith('en')) ?? 'en-GB';
const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const sameYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const otherYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const shortWithYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
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
  if (key === dayKey(now)) return en.timeline.today;
  if (key === dayKey(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return en.timeline.yesterday;
  return (at.getFullYear() === now.getFullYear() ? sameYear : otherYear).format(at);
}

/** Day and time, short: for a search hit. */
export function momentOf(at: Date, now: Date): string {
  if (dayKey(at) === dayKey(now)) return clock.format(at);
  const day = (at.getFullYear() === now.getFullYear() ? short : shortWithYear).format(at);
  return `${day}, ${clock.format(at)}`;
}

export function count(n: number): string {
  return number.format(n);
}
