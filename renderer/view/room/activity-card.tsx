import { useMemo } from 'react';
import { api } from '../../api/client.ts';
import { daysOf, type Activity } from '../../state/activity.ts';
import { daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { count, dateOf } from '../../text/time.ts';
import { Scrolled } from '../timeline/scrolled.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { HOUR, useNow } from '../controls/use-now.ts';

const CELL = 13;

/** A year of days as a picture, and what it shows in words. */
export function ActivityCard() {
  const accounts = useStore(daemon, (state) => state.accounts.map(({ account }) => account).join(' '));
  const hour = useNow(HOUR);
  const perDay = useAnswer(`${hour} ${accounts}`, () =>
    Promise.all(accounts.split(' ').map((account) => api.activity.query({ account }))),
  );
  const activity = useMemo(() => daysOf(perDay?.flat() ?? [], new Date(hour)), [perDay, hour]);
  if (!perDay) return null;
  return (
    <section className="card activity">
      <h2>{strings.activity.title}</h2>
      <p>{wordsOf(activity)}</p>
      {activity.busiest && <Heatmap activity={activity} />}
    </section>
  );
}

function wordsOf({ total, active, busiest }: Activity): string {
  if (!busiest) return strings.activity.nothing;
  return strings.activity.words({ total: count(total), days: active, day: dateOf(utc(busiest.day)), most: count(busiest.messages) });
}

function Heatmap({ activity }: { activity: Activity }) {
  const weeks = Math.ceil(activity.days.length / 7);
  return (
    <Scrolled label={strings.activity.title} className="heatmap" ref={toTheEnd}>
      <svg width={weeks * CELL} height={7 * CELL} role="img" aria-label={wordsOf(activity)}>
        {activity.days.map(({ day, messages, level }, index) => (
          <rect
            key={day}
            className={`heat heat-${level}`}
            x={Math.floor(index / 7) * CELL}
            y={(index % 7) * CELL}
            width={CELL - 3}
            height={CELL - 3}
            rx="2"
          >
            <title>{strings.activity.day(dateOf(utc(day)), count(messages))}</title>
          </rect>
        ))}
      </svg>
    </Scrolled>
  );
}

/** On a narrow screen the last weeks are in sight. */
function toTheEnd(element: HTMLElement | null): void {
  if (element) element.scrollLeft = element.scrollWidth;
}

/** Noon, so that the day is the same one wherever it is read. */
function utc(day: string): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date, 12);
}
