import type { Log } from '../../core/log.ts';
import type { StreamManagement } from '../sm/stream-management.ts';
import type { PassedOver } from '../stanza.ts';

/**
 * What is no XML, and comes again when the stream is taken up again. `seen`: once, with so many stanzas handled before it.
 * `gone-round`: twice; it is counted as handled, and the record of it waits to be kept.
 */
type Trouble =
  | { readonly state: 'none' }
  | { readonly state: 'seen'; readonly at: number }
  | { readonly state: 'gone-round'; readonly at: number; readonly record: PassedOver | undefined };

/** Gets a stream past what is no XML, which the server sends again each time that the stream is taken up. */
interface BrokenText {
  /** The stream has ended by it. True where only a new stream may help. */
  isStuck(record: PassedOver | undefined): boolean;
  /** What was left out, told once there is a stream behind it. */
  leftOut(): readonly PassedOver[];
  /** A new stream has begun. */
  begin(): void;
}

export function createBrokenText(sm: Pick<StreamManagement, 'inbound' | 'received'>, log: Log): BrokenText {
  let trouble: Trouble = { state: 'none' };

  /** Once, it may have been the line; twice, it is gone round; where that does not help, only a new stream may. */
  function isStuck(record: PassedOver | undefined): boolean {
    const at = sm.inbound();
    const again = trouble.state !== 'none' && trouble.at === at;
    if (!again) trouble = { state: 'seen', at };
    else if (trouble.state === 'seen' && record !== undefined) {
      sm.received();
      trouble = { state: 'gone-round', at: at + 1, record };
      log('error', `a stanza that is no XML is left out: ${record.why}`, { from: record.from });
    } else {
      if (trouble.state === 'seen') trouble = { state: 'none' };
      return true;
    }
    return false;
  }

  function leftOut(): readonly PassedOver[] {
    if (trouble.state !== 'gone-round' || trouble.record === undefined) return [];
    const { record } = trouble;
    trouble = { ...trouble, record: undefined };
    return [record];
  }

  return { isStuck, leftOut, begin: () => { trouble = { state: 'none' }; } };
}
