import { useEffect, useId, useState } from 'react';
import { api, sentenceOf, type ApiRegistration } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { closeDialog, Dialog, DialogFoot } from '../controls/dialog.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

type FormField = NonNullable<ApiRegistration['form']>['fields'][number];

/** Registers with a room (XEP-0045 7.10): its own form, as text alone. */
export function RegisterDialog({ account, room }: { account: string; room: string }) {
  const [told, setTold] = useState<ApiRegistration>();
  const [sent, setSent] = useState(false);
  const [problem, setProblem] = useState<string>();
  const { busy, error, run } = useCall();
  useEffect(() => {
    let current = true;
    api.registration.get.query({ account, room }).then(
      (found) => current && setTold(found),
      (reason: unknown) => current && setProblem(sentenceOf(reason)),
    );
    return () => {
      current = false;
    };
  }, [account, room]);
  const send = (values: Record<string, string>): void =>
    inBackground('registering with a room', run(async () => {
      setTold(await api.registration.submit.mutate({ account, room, values }));
      setSent(true);
    }));
  const remove = (): void =>
    inBackground('giving a registration up', run(async () => {
      await api.registration.remove.mutate({ account, room });
      closeDialog();
    }));
  const { register } = strings;
  const done = told?.registered === true || sent;
  return (
    <Dialog title={register.title}>
      <p className="dialog-subject">
        <bdi>{room}</bdi>
      </p>
      {done && <p className="dialog-text">{wordsOf(told)}</p>}
      {!done && told?.form && <Form form={told.form} busy={busy} error={error} onSend={send} />}
      {(done || !told?.form) && (
        <>
          <FormError error={problem ?? error} />
          <footer className="form-foot">
            {told?.registered && (
              <button type="button" className="button" disabled={busy} onClick={remove}>
                {register.remove}
              </button>
            )}
            <button type="button" className="button button-main" onClick={closeDialog} data-first>
              {register.done}
            </button>
          </footer>
        </>
      )}
    </Dialog>
  );
}

function wordsOf(told: ApiRegistration | undefined): string {
  const { register } = strings;
  if (!told?.registered) return register.pending;
  return told.nick === undefined ? register.registeredPlain : register.registered(visibleNick(told.nick, '?'));
}

function Form({ form, busy, error, onSend }: { form: NonNullable<ApiRegistration['form']>; busy: boolean; error: string | undefined; onSend: (values: Record<string, string>) => void }) {
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(form.fields.flatMap(({ name, value, type }) => (value === undefined && type !== 'boolean' ? [] : [[name, value ?? '0']]))),
  );
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSend(values);
      }}
    >
      {[form.title, form.instructions].map((text) => text !== undefined && <p key={text}>{visibleText(text)}</p>)}
      {form.fields.map((field) => (
        <Asked key={field.name} field={field} value={values[field.name] ?? ''} onSet={(value) => setValues((now) => ({ ...now, [field.name]: value }))} />
      ))}
      <FormError error={error} />
      <DialogFoot go={strings.register.go} busy={busy} />
    </form>
  );
}

function Asked({ field: { label, type, required, options, several }, value, onSet }: { field: FormField; value: string; onSet: (value: string) => void }) {
  const id = useId();
  const words = `${visibleText(label)}${required ? ' *' : ''}`;
  if (type === 'boolean') {
    return (
      <label className="check">
        <input type="checkbox" checked={value === '1' || value === 'true'} onChange={(event) => onSet(event.target.checked ? '1' : '0')} />
        {words}
      </label>
    );
  }
  if (options && !several) {
    return (
      <div className="field">
        <label htmlFor={id}>{words}</label>
        <select id={id} value={value} onChange={(event) => onSet(event.target.value)}>
          {!options.some((option) => option.value === value) && <option value={value}>—</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {visibleText(option.label)}
            </option>
          ))}
        </select>
      </div>
    );
  }
  if (several) {
    return (
      <div className="field">
        <label htmlFor={id}>{words}</label>
        <textarea id={id} rows={3} value={value} onChange={(event) => onSet(event.target.value)} />
      </div>
    );
  }
  return <Field label={words} value={value} onType={onSet} type={type === 'text-private' ? 'password' : 'text'} autoComplete="off" />;
}
