// Two clients of alice's that edit her bookmarks at the same time, each in its own storage, at a person's pace.
import { setTimeout as pause } from 'node:timers/promises';
import { apiOf, type Home } from '../daemon.ts';
import { conference, publish, readAll, readPep, retract, sorted, writePep, type Shown } from '../clients/bookmarks.ts';
import { pick } from '../dice.ts';
import { connectPerson, type Person } from '../clients/person.ts';
import type { Account, SharedServer } from '../servers/server.ts';
import { until } from '../until.ts';

export interface Writers {
  edits(): number;
  /** Resolves once no edit is on its way. */
  rest(): Promise<void>;
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  write(): void;
  /** Whether all storages and the daemon end up with one list; what is held is put back. */
  agree(home: Home, deadline: number): Promise<boolean>;
}

const NAMES = Array.from({ length: 12 }, (_, n) => `bookmark${n}@elsewhere.example`);

/** Never autojoin: it is the lists that are looked at, not the rooms. */
function anything(random: () => number): Shown {
  return { ...(random() < 0.5 && { nick: pick(['Ali', 'Alice', 'Lis'], random) }), name: pick(['One', 'Two', 'Three'], random) };
}

/** `every`: milliseconds between two edits of one of them, on average. */
export function makeWriters(server: SharedServer, who: Account, random: () => number, every: number): Writers {
  let people: Person[] = [];
  let stop = new AbortController();
  let writing: Promise<unknown> = Promise.resolve();
  let edits = 0;

  async function one(edit: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(random() * 2 * every, undefined, { signal }).catch(() => undefined); // told to rest meanwhile
      if (signal.aborted) return;
      await edit();
      edits += 1;
    }
  }

  async function rest(): Promise<void> {
    stop.abort();
    await writing;
  }

  return {
    edits: () => edits,
    rest,
    async leave() {
      await rest();
      await Promise.all(people.map((person) => person.close()));
    },
    async comeBack() {
      people = await Promise.all(['study', 'desk'].map((resource) => connectPerson(server, who.user, who.password, { resource })));
    },
    write() {
      const [study, desk] = people;
      if (!study || !desk) throw new Error('nobody is there to write');
      stop = new AbortController();
      const native = async (): Promise<void> => {
        const room = pick(NAMES, random);
        if (random() < 0.2) await retract(study, room).catch(() => undefined); // it was not there
        else await publish(study, room, conference(anything(random)));
      };
      /** As old clients do: the whole list, read a moment ago. */
      const whole = async (): Promise<void> => writePep(desk, { ...(await readPep(desk)), [pick(NAMES, random)]: anything(random) });
      writing = Promise.all([one(native, stop.signal), one(whole, stop.signal)]);
      writing.catch(() => undefined); // looked at in `rest`
    },
    async agree(home, deadline) {
      const [reader] = people;
      if (!reader) return false;
      const agreed = async (): Promise<boolean> => {
        const { bookmarks } = apiOf(home);
        for (const { id } of await bookmarks.held.query({})) await bookmarks.restore.mutate({ id });
        const lists = Object.values(await readAll(reader));
        const own = (await bookmarks.list.query({})).map(({ room }) => room).toSorted().join();
        return new Set(lists.map(sorted)).size === 1 && lists.every((list) => Object.keys(list).toSorted().join() === own);
      };
      return until(agreed, { what: 'one list', deadline, every: 300 }).catch(() => false);
    },
  };
}
