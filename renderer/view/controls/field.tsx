import { useId, type InputHTMLAttributes } from 'react';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with what was typed; takes the hint's place. */
  readonly problem?: string | undefined;
  readonly value: string;
  readonly onType: (text: string) => void;
}

/** A labelled line of input with its hint or its problem. */
export function Field({ label, hint, problem, value, onType, ...input }: Props) {
  const id = useId();
  const said = problem ?? hint;
  return (
    <div className={problem === undefined ? 'field' : 'field field-bad'}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
        value={value}
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={said === undefined ? undefined : `${id}-said`}
        onChange={(event) => onType(event.target.value)}
      />
      {said !== undefined && (
        <p id={`${id}-said`} className="field-said">
          {said}
        </p>
      )}
    </div>
  );
}

/** An error of the whole form; always there, so that it is spoken when it comes. */
export function FormError({ error }: { error: string | undefined }) {
  return (
    <p className="form-error" role="alert">
      {error}
    </p>
  );
}
