import { useCallback, useEffect, useId, useState } from 'react';
import { api, sentenceOf, type ApiSetting } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { Field, FormError } from '../controls/field.tsx';
import { Switch } from '../controls/switch.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

type Value = string | number | boolean | string[] | undefined;

/** All settings of the daemon, as its schema tells of them, each changed where it stands. */
export function SettingsCards() {
  const [settings, setSettings] = useState<readonly ApiSetting[]>([]);
  const [error, setError] = useState<string>();
  const look = useCallback((): void => {
    api.settings.list.query().then(
      (list) => {
        setSettings(list);
        setError(undefined);
      },
      (reason: unknown) => setError(sentenceOf(reason)),
    );
  }, []);
  useEffect(look, [look]);
  return (
    <section className="card">
      <h2>{strings.settings.all}</h2>
      <p className="quiet">{strings.settings.allText}</p>
      <FormError error={error} />
      {groupsOf(settings).map(({ name, list }) => (
        <details key={name} className="more">
          <summary>
            <bdi>{name}</bdi>
          </summary>
          <div className="settings">
            {list.map((setting) => (
              <OneSetting key={`${setting.account ?? ''} ${setting.key}`} setting={setting} onDone={look} />
            ))}
          </div>
        </details>
      ))}
    </section>
  );
}

/** By the first part of the key; those of an account under its address. */
function groupsOf(settings: readonly ApiSetting[]): { name: string; list: ApiSetting[] }[] {
  const { groups } = strings.settings;
  const found = new Map<string, ApiSetting[]>();
  for (const setting of settings) {
    const [first = ''] = setting.key.split('.');
    const name = setting.account === null ? (groups[first] ?? groups['other'] ?? first) : `${groups['account'] ?? ''} ${setting.account}`;
    found.set(name, [...(found.get(name) ?? []), setting]);
  }
  return [...found].map(([name, list]) => ({ name, list }));
}

function OneSetting({ setting, onDone }: { setting: ApiSetting; onDone: () => void }) {
  const { key, account, kind, description, byDefault } = setting;
  const { error, run } = useCall();
  const [said, setSaid] = useState<string>();
  const label = strings.settings.describe(key, description).replaceAll('`', ''); // marks of the reference
  const set = async (value: Value): Promise<boolean> => {
    setSaid(undefined);
    const request = { key, ...(account !== null && { account }), ...(value !== undefined && value !== byDefault && { value }) };
    const done = await run(async () => {
      const { restart } = await api.settings.set.mutate(request);
      setSaid(restart ? strings.settings.savedForRestart : strings.settings.saved);
    });
    if (done) onDone();
    return done;
  };
  return (
    <div className="setting">
      {kind === 'flag' && <Switch label={label} checked={setting.value === true} onSet={set} />}
      {kind === 'choice' && <Choice setting={setting} label={label} onSet={set} />}
      {kind !== 'flag' && kind !== 'choice' && <Typed key={String(setting.value)} setting={setting} label={label} onSet={set} />}
      <p className="setting-about">
        <code>{key}</code> {aboutOf(setting)}
      </p>
      <p role="status" className="setting-said">
        {said}
      </p>
      <FormError error={error} />
    </div>
  );
}

function aboutOf({ kind, byDefault, least, most, effect, chosen }: ApiSetting): string {
  const range = kind === 'number' && least !== null && most !== null ? strings.settings.range(String(least), String(most)) : '';
  const fallback = chosen && byDefault !== null ? strings.settings.byDefault(String(byDefault)) : '';
  return [range, fallback, strings.settings.effects[effect] ?? ''].filter(Boolean).join(' · ');
}

interface Input {
  readonly setting: ApiSetting;
  readonly label: string;
  readonly onSet: (value: Value) => Promise<boolean>;
}

function Choice({ setting, label, onSet }: Input) {
  const id = useId();
  return (
    <div className="choice">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={String(setting.value ?? '')} onChange={({ target }) => inBackground('changing a setting', onSet(target.value))}>
        {setting.value === null && <option value="">–</option>}
        {setting.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A line that is saved when it is left or entered; emptied, it is left to its default. */
function Typed({ setting, label, onSet }: Input) {
  const { kind, value } = setting;
  const had = value === null ? '' : typeof value === 'object' ? value.join(' ') : String(value);
  const [text, setText] = useState(had);
  const save = (): void => {
    if (text !== had) inBackground('changing a setting', onSet(valueOf(kind, text.trim())));
  };
  return (
    <form
      className="form-inline"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field label={label} value={text} onType={setText} inputMode={kind === 'number' ? 'numeric' : undefined} autoComplete="off" spellCheck={false} />
      {text !== had && (
        <button type="submit" className="button button-small">
          {strings.settings.save}
        </button>
      )}
    </form>
  );
}

/** What is no number is sent as it was typed: the daemon says what it takes. */
function valueOf(kind: ApiSetting['kind'], text: string): Value {
  if (text === '') return undefined;
  if (kind === 'list') return text.split(/[\s,]+/).filter(Boolean);
  return kind === 'number' && /^-?\d+$/.test(text) ? Number(text) : text;
}
