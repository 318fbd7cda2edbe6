// Alice's own words go the way of the outbox, whatever happens meanwhile; what is refused was not promised.
import { setTimeout as pause } from 'node:timers/promises';
import { apiOf, type Home } from '../daemon.ts';
import { pick } from '../dice.ts';
import { PEACE } from '../harm/harms.ts';
import { until } from '../until.ts';

export interface Taken {
  readonly room: string;
  readonly body: string;
}

export interface OwnWords {
  readonly taken: readonly Taken[];
  talk(): void;
  /** Resolves once the rooms have had all that was taken, or the person is asked about it. */
  hush(): Promise<void>;
}

/** `every`: milliseconds between two things that she says, on average. */
export function makeOwnWords(home: Home, rooms: readonly string[], random: () => number, every: number): OwnWords {
  const taken: Taken[] = [];
  let silence = new AbortController();
  let talking: Promise<void> = Promise.resolve();

  async function speak(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(random() * 2 * every, undefined, { signal }).catch(() => undefined); // hushed meanwhile
      if (signal.aborted) return;
      const one = { room: pick(rooms, random), body: `alice ${taken.length}.${Math.round(performance.now())}` };
      await apiOf(home).say.mutate(one).then(() => taken.push(one), () => undefined); // refused: she is out of the room
    }
  }

  return {
    taken,
    talk() {
      silence = new AbortController();
      talking = speak(silence.signal);
    },
    async hush() {
      silence.abort();
      await talking;
      const empty = async (): Promise<boolean> => (await apiOf(home).outbox.list.query({})).every(({ state }) => state === 'ask');
      await until(empty, { what: 'the outbox to be empty', deadline: PEACE, every: 200 });
    },
  };
}
