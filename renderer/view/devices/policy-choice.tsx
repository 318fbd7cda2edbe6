import { useId } from 'react';
import { strings } from '../../strings/strings.ts';

const policies = ['everything', 'mentions', 'nothing'] as const;
const choices = ['default', ...policies] as const;
type Policy = (typeof policies)[number];

interface SelectProps {
  readonly id?: string;
  readonly name?: string;
  readonly value: Policy | 'default';
  /** How “as for all rooms” reads, where that can be chosen. */
  readonly usual?: string | undefined;
  readonly busy: boolean;
  readonly onChoose: (policy: Policy | 'default') => void;
}

/** How much a device gets. */
export function PolicySelect({ id, name, value, usual, busy, onChoose }: SelectProps) {
  return (
    <select
      id={id}
      aria-label={name}
      className={value === 'default' ? 'matrix-default' : undefined}
      value={value}
      disabled={busy}
      onChange={(event) => {
        const chosen = choices.find((one) => one === event.target.value);
        if (chosen) onChoose(chosen);
      }}
    >
      {(usual === undefined ? policies : choices).map((one) => (
        <option key={one} value={one}>
          {one === 'default' ? usual : strings.devices.policies[one]}
        </option>
      ))}
    </select>
  );
}

/** The same, with its name before it. */
export function PolicyChoice({ label, ...select }: { label: string } & Omit<SelectProps, 'id' | 'name'>) {
  const id = useId();
  return (
    <div className="choice">
      <label htmlFor={id}>
        <bdi>{label}</bdi>
      </label>
      <PolicySelect id={id} {...select} />
    </div>
  );
}
