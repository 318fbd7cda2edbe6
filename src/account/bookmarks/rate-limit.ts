/** Milliseconds, and how many writes of one thing are taken in that time: beyond, somebody else undoes them. */
const WINDOW = 60_000;
const ROOM_WRITES = 12;
const LIST_WRITES = 60;

/** Ends a quarrel with another program about what a storage should hold: neither gives in, so we slow down. */
export function createRateLimit(now: () => number): { allows(storage: string, things: readonly string[]): boolean } {
  const writes = new Map<string, number[]>();
  return {
    allows(storage, things) {
      const at = now();
      for (const [key, times] of writes) if ((times.at(-1) ?? 0) < at - WINDOW) writes.delete(key);
      const keys = things.map((thing) => ({ key: `${storage} ${thing}`, most: thing === storage ? LIST_WRITES : ROOM_WRITES }));
      const recent = (key: string): number[] => (writes.get(key) ?? []).filter((time) => time > at - WINDOW);
      if (keys.some(({ key, most }) => recent(key).length >= most)) return false;
      for (const { key } of keys) writes.set(key, [...recent(key), at]);
      return true;
    },
  };
}
