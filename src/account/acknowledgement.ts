// XEP-0198: what the server may forget. A stanza is acknowledged once it is on disk, and not merely committed: a power
// cut takes back what is in the cache alone.
import { sentenceOf } from '../core/errors.ts';
import type { StreamState } from '../xmpp/contract.ts';
import type { Log } from '../core/log.ts';

interface Acknowledgement {
  /** The count (h) up to which the stream's stanzas are on disk; `undefined` where the stream cannot be resumed. */
  handled(): number | undefined;
  /** All that came up to this state is committed. */
  committed(state: StreamState | undefined): void;
  /** Resolves once all of it is on disk: before a stream is taken up again, which acknowledges it too. */
  settled(): Promise<void>;
  /** The id of the stream that what was committed last came by. */
  streamId(): string | undefined;
  subscribe(listener: AcknowledgementListener): void;
}

interface AcknowledgementListener {
  /** `handled` has moved on. */
  readonly moved: () => void;
  /** The disk did not take it: the stream goes, unacknowledged. */
  readonly failed: () => void;
}

interface AcknowledgementOptions {
  /** Of the archive. */
  readonly barrier: (soon?: 'soon') => Promise<void>;
  /** The state with which the account starts; `settled()` is waited for before it is told to anybody. */
  readonly from: StreamState | undefined;
  readonly log: Log;
}

/** Stanzas that are to be on disk soon: with twice as many the stream is read no further. */
const MANY = 100;

export function openAcknowledgement({ barrier, from, log }: AcknowledgementOptions): Acknowledgement {
  let now = from;
  let onDisk = from;
  const listeners: AcknowledgementListener[] = [];
  /** The sync that is to come, and what it covers. */
  let due: { readonly sync: Promise<void>; state: StreamState | undefined } | undefined;

  /** Stanzas of this stream that are not on disk. */
  function waits(): number {
    return (now?.inbound ?? 0) - (onDisk !== undefined && onDisk.id === now?.id ? onDisk.inbound : 0);
  }

  function wait(): void {
    const sync = barrier(waits() >= MANY ? 'soon' : undefined);
    if (due?.sync === sync) {
      due.state = now;
      return;
    }
    const waiting = { sync, state: now };
    due = waiting;
    sync.then(
      () => {
        onDisk = waiting.state;
        for (const { moved } of listeners) moved();
      },
      (error: unknown) => {
        log('error', `what came is not known to be on disk, and is not acknowledged: ${sentenceOf(error)}`, { error });
        for (const { failed } of listeners) failed();
      },
    );
  }

  return {
    handled() {
      if (now === undefined) return undefined;
      return onDisk?.id === now.id ? onDisk.inbound : 0; // of a new stream nothing is on disk yet
    },
    committed(state) {
      now = state;
      if (state === undefined) onDisk = undefined;
      else wait();
    },
    settled: () => barrier(),
    streamId: () => now?.id,
    subscribe: (listener) => { listeners.push(listener); },
  };
}
