import type { StreamState } from '../../../xmpp/contract.ts';

/** How many of the server's stanzas the device has received, by the server's count (XEP-0198 h). */
interface HandledCount {
  /** One read of the server's stream brought stanzas; `next` is the stream's state after them. */
  batch(next: StreamState | undefined): void;
  /** One stanza goes to the device; the returned function is to be called once the device has it. */
  took(): () => void;
  /** How far the server may be told that everything has arrived; `undefined` for everything. */
  handled(): number | undefined;
  /** The listener is called when `handled` has increased. */
  onMoved(listener: () => void): void;
  /** Whether the server would hold the session. */
  resumable(): boolean;
  /** Forgets what is under way: nothing waits for the device any more. */
  forget(): void;
}

export function openHandledCount(): HandledCount {
  const waiting: { readonly before: number; delivered: boolean }[] = [];
  let stream: StreamState | undefined;
  /** The count before the stanzas that came in one read: where one of them waits, no more is acknowledged. */
  let before = 0;
  let telling = false;
  const listeners: (() => void)[] = [];

  function move(): void {
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
        move();
      };
    },
    handled: () => waiting[0]?.before,
    onMoved: (listener) => { listeners.push(listener); },
    resumable: () => stream !== undefined,
    forget: () => { waiting.length = 0; },
  };
}
