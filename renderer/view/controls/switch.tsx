import { useState } from 'react';
import { inBackground } from '../../state/background.ts';

interface Props {
  readonly label: string;
  /** What the daemon has. */
  readonly checked: boolean;
  /** Tells the daemon; resolves with whether it agreed. */
  readonly onSet: (on: boolean) => Promise<boolean>;
  /** Where the label is for those who listen alone. */
  readonly bare?: boolean;
}

/** A checkbox that shows the wish at once, and what the daemon has as soon as that changes or the wish is refused. */
export function Switch({ label, checked, onSet, bare = false }: Props) {
  const [wish, setWish] = useState<boolean>();
  const [had, setHad] = useState(checked);
  if (had !== checked) {
    setHad(checked);
    setWish(undefined);
  }
  const set = async (on: boolean): Promise<void> => {
    setWish(on);
    if (!(await onSet(on))) setWish(undefined);
  };
  const box = (
    <input
      type="checkbox"
      checked={wish ?? checked}
      aria-label={bare ? label : undefined}
      onChange={(event) => inBackground('setting a switch', set(event.target.checked))}
    />
  );
  if (bare) return box;
  return (
    <label className="check">
      {box}
      {label}
    </label>
  );
}
