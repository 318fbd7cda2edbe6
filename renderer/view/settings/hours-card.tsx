import { useMemo } from 'react';
import { api } from '../../api/client.ts';
import { weekOf, type Week } from '../../state/hours.ts';
import { daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { count, hourName, weekdayName } from '../../text/time.ts';
import { Scrolled } from '../timeline/scrolled.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { HOUR, useNow } from '../controls/use-now.ts';

const CELL = 15;
const LEFT = 34; // pixels for the names of the days
const TOP = 16;

/** When in the week most is said, of the last 90 days: as a picture, and in words. */
export function HoursCard() {
  const accounts = useStore(daemon, (state) => state.accounts.map(({ account }) => account).join(' '));
  const hour = useNow(HOUR);
  const hours = useAnswer(`${hour} ${accounts}`, () =>
    Promise.all(accounts.split(' ').map((account) => api.hours.query({ account, zone: -new Date().getTimezoneOffset() }))),
  );
  const week = useMemo(() => (hours ? weekOf(hours) : undefined), [hours]);
  if (!week?.busiest) return null;
  return (
    <section className="card activity">
      <h2>{strings.hours.title}</h2>
      <p>{wordsOf(week)}</p>
      <Picture week={week} />
    </section>
  );
}

function wordsOf({ busiest, stretch, total }: Week): string {
  if (!busiest || stretch === undefined) return strings.activity.nothing;
  const { day, hour, messages } = busiest;
  return strings.hours.words({
    total: count(total), from: hourName(stretch), to: hourName((stretch + 3) % 24), day: weekdayName(day, 'long'), hour: hourName(hour), n: count(messages),
  });
}

function Picture({ week }: { week: Week }) {
  return (
    <Scrolled label={strings.hours.title} className="heatmap">
      <svg width={LEFT + 24 * CELL} height={TOP + 7 * CELL} role="img" aria-label={wordsOf(week)}>
        {[0, 6, 12, 18].map((hour) => (
          <text key={hour} className="heat-name" x={LEFT + hour * CELL} y={TOP - 5}>
            {hourName(hour)}
          </text>
        ))}
        {week.days.map((hours, day) => (
          <g key={day}>
            <text className="heat-name" x={0} y={TOP + day * CELL + 10}>
              {weekdayName(day, 'short')}
            </text>
            {hours.map(({ messages, level }, hour) => (
              <rect key={hour} className={`heat heat-${level}`} x={LEFT + hour * CELL} y={TOP + day * CELL} width={CELL - 3} height={CELL - 3} rx="2">
                <title>{strings.hours.cell(weekdayName(day, 'long'), hourName(hour), count(messages))}</title>
              </rect>
            ))}
          </g>
        ))}
      </svg>
    </Scrolled>
  );
}
