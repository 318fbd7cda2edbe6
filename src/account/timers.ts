/** Timers by name, all ended by the signal. They keep no process alive. */
interface Timers {
  /** Runs the work after so many milliseconds, in place of what the name was set to. */
  set(name: string, wait: number, work: () => void): void;
  clear(name: string): void;
}

export function createTimers(signal: AbortSignal): Timers {
  const running = new Map<string, NodeJS.Timeout>();

  function clear(name: string): void {
    clearTimeout(running.get(name));
    running.delete(name);
  }

  signal.addEventListener('abort', () => {
    for (const name of running.keys()) clear(name);
  });
  return {
    clear,
    set(name, wait, work) {
      clear(name);
      if (signal.aborted) return;
      const timer = setTimeout(() => {
        running.delete(name);
        work();
      }, Math.max(0, wait));
      running.set(name, timer.unref());
    },
  };
}
