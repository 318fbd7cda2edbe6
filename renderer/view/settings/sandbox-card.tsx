import { api } from '../../api/client.ts';
import { go } from '../../state/route.ts';
import { strings } from '../../strings/strings.ts';
import { FormError } from '../controls/field.tsx';
import { useAnswer } from '../controls/use-answer.ts';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** A way to try all of it without an account; where that cannot be, it says what is missing. */
export function SandboxCard() {
  const status = useAnswer('', () => api.sandbox.status.query());
  const { busy, error, run } = useCall();
  if (!status) return null;
  const begin = (): void =>
    inBackground('starting the sandbox', run(async () => {
      const { account } = await api.sandbox.begin.mutate();
      go({ view: 'welcome', account });
    }));
  return (
    <section className="sandbox" aria-label={strings.sandbox.title}>
      <h2>{strings.sandbox.title}</h2>
      <p className="quiet">{status.available ? strings.sandbox.text : strings.sandbox.missing}</p>
      {status.available && (
        <button type="button" className="button" disabled={busy} onClick={begin}>
          {busy ? strings.sandbox.going : strings.sandbox.go}
        </button>
      )}
      <FormError error={error} />
    </section>
  );
}
