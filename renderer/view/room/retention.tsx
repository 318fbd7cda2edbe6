import { useEffect, useId, useState } from 'react';
import { api } from '../../api/client.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { count } from '../../text/time.ts';
import { FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

type Kept = Awaited<ReturnType<typeof api.retention.query>>['retention'];

const choices: Readonly<Record<string, Kept>> = {
  forever: { keep: 'forever' },
  'days 365': { keep: 'days', days: 365 },
  'days 90': { keep: 'days', days: 90 },
  'days 30': { keep: 'days', days: 30 },
  'messages 10000': { keep: 'messages', messages: 10_000 },
  'messages 1000': { keep: 'messages', messages: 1000 },
  none: { keep: 'none' },
};

/** How long a room's messages are kept. What takes away is asked about: it cannot be undone. */
export function Retention({ name }: { name: RoomName }) {
  const { account, room } = name;
  const [kept, setKept] = useState<Kept>();
  const [wanted, setWanted] = useState<Kept>();
  const { busy, error, run } = useCall();
  const id = useId();
  useEffect(() => {
    let current = true;
    api.retention.query({ account, room }).then(
      (found) => current && setKept(found.retention),
      () => undefined, // the banner says when the daemon is away
    );
    return () => {
      current = false;
    };
  }, [account, room]);
  if (!kept) return null;
  const set = (retention: Kept): void =>
    inBackground('setting how long messages are kept', run(async () => {
      const answer = await api.setRetention.mutate({ account, room, retention });
      setKept(answer.retention);
      setWanted(undefined);
    }));
  const shown = wanted ?? kept;
  return (
    <section className="about-part field">
      <label htmlFor={id}>{strings.about.retention}</label>
      <select
        id={id}
        value={nameOf(shown)}
        disabled={busy}
        onChange={(event) => {
          const choice = choices[event.target.value];
          if (choice?.keep === 'forever') set(choice);
          else setWanted(choice);
        }}
      >
        {[...new Set([...Object.keys(choices), nameOf(shown)])].map((key) => (
          <option key={key} value={key}>
            {wordsOf(choices[key] ?? shown)}
          </option>
        ))}
      </select>
      {wanted && nameOf(wanted) !== nameOf(kept) && (
        <>
          <p className="field-said">{strings.about.shorter}</p>
          <button type="button" className="button button-small" disabled={busy} onClick={() => set(wanted)}>
            {strings.about.keep}
          </button>
        </>
      )}
      <FormError error={error} />
    </section>
  );
}

function nameOf(kept: Kept): string {
  if (kept.keep === 'days') return `days ${kept.days}`;
  return kept.keep === 'messages' ? `messages ${kept.messages}` : kept.keep;
}

function wordsOf(kept: Kept): string {
  if (kept.keep === 'days') return strings.about.days(kept.days);
  if (kept.keep === 'messages') return strings.about.messages(count(kept.messages));
  return strings.about[kept.keep];
}
