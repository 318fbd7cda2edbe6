import type { StreamState } from '../../../xmpp/contract.ts';

/** How far the device has what came from the server, by the server's count (XEP-0198 h). */
export interface HandledCount {
  /** One read of the server's stream has brought something; the stream's state behind it. */
  batch(next: StreamState | undefined): void;
  /** One stanza of it goes to the device; to be called once it is there. */
  took(): () => void;
  /** Up to where the server may be told that all has arrived; `undefined` for all. */
  handled(): number | undefined;
  /** The listener is told when `handled` has moved on. */
  onMoved(listener: () => void): void;
  /** Whether the server would hold the session. */
  resumable(): boolean;
  /** What is under way is looked after: nothing waits for the device any more. */
  forget(): void;
}

export function openHandledCount(): HandledCount {
  const waiting: { readonly before: number; delivered: boolean }[] = [];
  let stream: StreamState | undefined;
  /** The count before the stanzas that came in one read: where one of them waits, no more is acknowledged. */
  let before = 0;
  let telling = false;
  const listeners: (() => void)[] = [];

  function settle(): void {
    const waited = waiting.length;
    while (waiting[0]?.delivered) waiting.shift();
    if (waiting.length === waited || telling) return;
    telling = true;
    setImmediate(() => {
      telling = false;
      for (const moved of listeners) moved();
    });
  }

  return {
    batch(next) {
      if (next?.id !== stream?.id) waiting.length = before = 0; // another stream counts from the beginning
      else before = stream?.inbound ?? 0;
      stream = next;
    },
    took() {
      if (!stream) return () => undefined;
      const one = { before, delivered: false };
      waiting.push(one);
      return () => {
        one.delivered = true;
        settle();
      };
    },
    handled: () => waiting[0]?.before,
    onMoved: (listener) => { listeners.push(listener); },
    resumable: () => stream !== undefined,
    forget: () => { waiting.length = 0; },
  };
}
