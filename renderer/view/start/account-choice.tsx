import { useId } from 'react';
import { strings } from '../../strings/strings.ts';

/** Which account is meant, where there are several. */
export function AccountChoice(props: { accounts: readonly string[]; value: string; onChoose: (account: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{strings.join.account}</label>
      <select id={id} value={props.value} onChange={(event) => props.onChoose(event.target.value)}>
        {props.accounts.map((account) => (
          <option key={account}>{account}</option>
        ))}
      </select>
    </div>
  );
}
