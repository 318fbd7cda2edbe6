/** Runs what it is given at once, as long as no more than `most` are running; else when one has ended, in the order of the calls. */
export function fewAtOnce(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < most) running += 1;
    else await new Promise<void>((go) => { waiting.push(go); });
    try {
      return await work();
    } finally {
      const next = waiting.shift(); // its place goes over to the next
      if (next) next();
      else running -= 1;
    }
  };
}
