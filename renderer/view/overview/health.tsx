import type { Health } from '../../state/health.ts';
import { strings } from '../../strings/strings.ts';

/** A room's state by shape and colour: full disc, disc in a ring, ring, triangle, square on its corner. */
export function HealthDot({ health }: { health: Health }) {
  return (
    <svg className={`health health-${health}`} width="12" height="12" viewBox="0 0 12 12" role="img">
      <title>{strings.health[health]}</title>
      {shapes[health]}
    </svg>
  );
}

const shapes: Readonly<Record<Health, React.ReactNode>> = {
  well: <circle cx="6" cy="6" r="4" />,
  unsure: (
    <>
      <circle cx="6" cy="6" r="4.750" className="hollow" />
      <circle cx="6" cy="6" r="2.250" />
    </>
  ),
  working: <circle cx="6" cy="6" r="3.25" className="hollow" />,
  waiting: <path d="M6 1.400 11.200 10.500H.800Z" />,
  trouble: <path d="M6 .600 11.400 6 6 11.400.600 6Z" />,
};
