import { api } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { useAnswer } from '../controls/use-answer.ts';
import { SECOND, useNow } from '../controls/use-now.ts';

const LOOK = 3 * SECOND;

/** What is wrong with the daemon itself, such as a settings file that cannot be read, asked anew every `interval` milliseconds. */
export function useDaemonProblems(interval: number) {
  const now = useNow(interval);
  return useAnswer(String(now), async () => (await api.status.query()).problems) ?? [];
}

/** A card of the daemon's own problems, if there are any. */
export function DaemonProblems() {
  const problems = useDaemonProblems(LOOK);
  if (problems.length === 0) return null;
  return (
    <section className="card card-problem" role="alert">
      <h2>{strings.settings.problems}</h2>
      <ul className="said-list">
        {problems.map(({ code, message }) => (
          <li key={code}>
            <bdi>{message}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}
