import { useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { dialog, daemon } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

type Format = 'json' | 'xml';

/** The list as a file, from a file, to another account, and as it was on a day. */
export function BookmarkFiles({ account, onDone }: { account: string; onDone: () => void }) {
  const accounts = useStore(daemon, (state) => state.accounts);
  const { busy, error, run } = useCall();
  const [told, setTold] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const { take } = strings;
  const save = (format: Format): void =>
    inBackground('saving bookmarks', run(async () => {
      const { text } = await api.bookmarks.export.query({ account, format });
      download(`bookmarks-${account}.${format}`, text, format === 'json' ? 'application/json' : 'application/xml');
    }));
  const add = async (to: string, text: () => Promise<string>): Promise<void> => {
    const done = await run(async () => {
      const { added, changed } = await api.bookmarks.import.mutate({ account: to, text: await text() });
      setTold(take.imported(added, changed));
    });
    if (done) onDone();
  };
  const others = accounts.filter((one) => one.account !== account);
  return (
    <section className="card" aria-label={take.title}>
      <h2>{take.title}</h2>
      <p className="quiet">{take.intro}</p>
      <div className="card-foot">
        {(['json', 'xml'] as const).map((format) => (
          <button key={format} type="button" className="button" disabled={busy} onClick={() => save(format)}>
            {take[format]}
          </button>
        ))}
        <button type="button" className="button" disabled={busy} onClick={() => input.current?.click()}>
          {take.import}
        </button>
        <input
          ref={input}
          type="file"
          hidden
          accept=".json,.xml,application/json,application/xml,text/xml"
          aria-label={take.import}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) inBackground('reading a file of bookmarks', add(account, () => file.text()));
            event.target.value = '';
          }}
        />
        {others.map((other) => (
          <button
            key={other.account}
            type="button"
            className="button"
            disabled={busy}
            onClick={() => inBackground('copying bookmarks', add(other.account, async () => (await api.bookmarks.export.query({ account, format: 'json' })).text))}
          >
            {take.copyTo(other.account)}
          </button>
        ))}
      </div>
      <Restore account={account} onTold={setTold} onDone={onDone} />
      <p role="status">{told}</p>
      <FormError error={error} />
    </section>
  );
}

/** The time machine: the whole list as it was at a moment. */
function Restore({ account, onTold, onDone }: { account: string; onTold: (text: string) => void; onDone: () => void }) {
  const [when, setWhen] = useState('');
  const { take } = strings;
  const at = new Date(when);
  const restore = async (): Promise<void> => {
    const { changed } = await api.bookmarks.restoreDate.mutate({ account, at: at.toISOString() });
    onTold(take.restored(changed));
    onDone();
  };
  return (
    <label className="choice">
      {take.restore}
      <span className="card-foot">
        <input type="datetime-local" aria-label={take.restoreWhen} value={when} onChange={(event) => setWhen(event.target.value)} />
        <button
          type="button"
          className="button button-small"
          disabled={Number.isNaN(at.getTime())}
          onClick={() => dialog.set({ name: 'ask', question: take.restoreAsk(momentOf(at, new Date())), go: take.restoreGo, act: restore })}
        >
          {take.restoreGo}
        </button>
      </span>
    </label>
  );
}

function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
