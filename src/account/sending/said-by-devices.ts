import { storedValues, type SaidByDevice } from '../../archive/stored-values.ts';
import type { Transaction, AccountContext } from '../context.ts';

const MAX_REMEMBERED = 100;

/** Which device has said what through us: the last messages, kept on disk. */
export interface SaidByDevices {
  /** It was said already under that id, with the same words; what this transaction adds counts. */
  has(transaction: Transaction, id: string, digest: string): boolean;
  /** Inside a transaction; true for all others once it has committed. */
  add(transaction: Transaction, said: SaidByDevice): void;
  /** By the message's origin-id, as long as we remember. */
  find(originId: string): SaidByDevice | undefined;
}

export function openSaidByDevices({ archive, jid }: Pick<AccountContext, 'archive' | 'jid'>): SaidByDevices {
  let remembered: readonly SaidByDevice[] = archive.value(jid, storedValues.saidByDevices) ?? [];
  /** What a transaction has added. */
  const drafted = new WeakMap<Transaction, readonly SaidByDevice[]>();
  const seen = (transaction: Transaction): readonly SaidByDevice[] => drafted.get(transaction) ?? remembered;
  return {
    has: (transaction, id, digest) => seen(transaction).some((one) => one.id === id && one.digest === digest),
    add(transaction, said) {
      const next = [...seen(transaction), said].slice(-MAX_REMEMBERED);
      archive.setValue(jid, storedValues.saidByDevices, next);
      drafted.set(transaction, next);
      transaction.onCommit(() => (remembered = next));
    },
    find: (originId) => remembered.findLast(({ id }) => id === originId),
  };
}
