import type { Figures } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';

/** How long messages took to the devices of the relay: as a picture, and in words. */
export function DelayCard({ relay }: { relay: Figures['relay'] }) {
  if (relay.count === 0) return null;
  const most = Math.max(...relay.steps.map((step) => step.count));
  const { delay } = strings;
  const words = delay.words(count(relay.count), spanOf(relay.half), spanOf(relay.most));
  return (
    <section className="card activity">
      <h2>{delay.title}</h2>
      <p>{words}</p>
      <dl className="bars">
        {relay.steps.map((step) => (
          <div key={step.upTo}>
            <dt>{step.upTo === null ? delay.longer : delay.upTo(spanOf(step.upTo))}</dt>
            <dd>
              <span className="bar" aria-hidden="true">
                <svg width="100%" height="10" preserveAspectRatio="none" viewBox="0 0 100 10">
                  <rect className="heat-4" width={(step.count / most) * 100} height="10" />
                </svg>
              </span>
              <span className="bar-count">{count(step.count)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function spanOf(milliseconds: number | null): string {
  if (milliseconds === null) return strings.delay.endless;
  return milliseconds >= 1000 ? `${milliseconds / 1000} s` : `${milliseconds} ms`;
}
