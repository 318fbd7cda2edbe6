import { api } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { sizeOf } from '../../text/size.ts';
import { momentOf } from '../../text/time.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { useAnswer } from '../controls/use-answer.ts';
import { DAY, MINUTE, useNow } from '../controls/use-now.ts';

/** Days for which the page tells of it; `minimix doctor` has all. */
const SHOWN = 7;
const MOST = 5;

/** What came in the last days and could not be read: who sent it, why it was set aside, and how it begins. */
export function QuarantineCard() {
  const now = useNow(MINUTE);
  const all = useAnswer(String(now), () => api.quarantine.query({})) ?? [];
  const recent = all.filter(({ at }) => now - Date.parse(at) < SHOWN * DAY);
  if (recent.length === 0) return null;
  const words = strings.quarantine;
  return (
    <section className="card" aria-label={words.title(recent.length)}>
      <h2>{words.title(recent.length)}</h2>
      <p>{words.text}</p>
      <ul className="card-list">
        {recent.slice(0, MOST).map(({ id, account, sender, at, cause, tooBig, size, text }) => (
          <li key={`${account} ${id}`} title={cause}>
            <bdi className="card-name">{sender === null ? words.server : visibleNick(sender, words.server)}</bdi>
            <span className="card-note">
              {tooBig ? words.tooLarge(sizeOf(size)) : words.unreadable}, {momentOf(new Date(at), new Date(now))}
            </span>
            <details>
              <summary>{words.begins}</summary>
              <code className="quarantined">
                <bdi>{visibleText(text)}</bdi>
              </code>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
