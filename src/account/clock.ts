/** A clock that never goes back, and that wakes; a test turns one by hand. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls `work` in so many milliseconds; what it returns prevents that. */
  after(milliseconds: number, work: () => void): () => void;
}

/** The machine's. What waits by it keeps no process alive. */
export const machineClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, Math.max(0, milliseconds));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
