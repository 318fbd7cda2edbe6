/** One thing that was looked at: `note` is for the person to know, `bad` for the person to do something about. */
export interface Finding {
  /** What was looked at: `dns`, `tls`, `archive`, … */
  readonly check: string;
  /** Of which account; null where it is the house's. */
  readonly account: string | null;
  readonly level: 'ok' | 'note' | 'bad';
  /** What was found, in one sentence. */
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly todo: string | null;
}

export type FindingParts = Omit<Finding, 'account' | 'todo'> & { readonly todo?: string };

export function finding({ todo, ...parts }: FindingParts, account?: string): Finding {
  return { ...parts, account: account ?? null, todo: todo ?? null };
}
