/** One thing that was looked at: `note` is for the person to know, `bad` for the person to do something about. */
export interface Finding {
  /** What was looked at: `dns`, `tls`, `archive`, … */
  readonly check: string;
  /** Of which account; null where it is the daemon's. */
  readonly account: string | null;
  readonly level: 'ok' | 'note' | 'bad';
  /** What was found, in one sentence. */
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly todo: string | null;
}

/** What is not as it should be always says what to do. */
type FindingParts = Pick<Finding, 'check' | 'message'> & ({ readonly level: 'ok' } | { readonly level: 'note' | 'bad'; readonly todo: string });

export function finding(parts: FindingParts, account?: string): Finding {
  const { check, level, message } = parts;
  return { check, account: account ?? null, level, message, todo: 'todo' in parts ? parts.todo : null };
}
