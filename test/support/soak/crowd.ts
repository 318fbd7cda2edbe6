// Those who talk in the soak's rooms, and the witness who hears it all. They can fall silent, go and come back.
import { setTimeout as pause } from 'node:timers/promises';
import { pick } from '../dice.ts';
import { wordsOf } from '../harm/ledger.ts';
import { connectPerson, type Person } from '../clients/person.ts';
import { newAccount, type Account, type SharedServer } from '../servers/server.ts';

export interface SoakRoom {
  readonly jid: string;
  readonly archive: boolean;
  readonly busy: boolean;
}

export interface Crowd {
  /** By room, in the room's order: all that was said while the witness was in, `nick: body`. */
  truth(): ReadonlyMap<string, readonly string[]>;
  /** Resolves once nothing is on its way and the witness has heard all. */
  hush(): Promise<void>;
  talk(): void;
  /** Everybody logs out; silent before. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  /** Somebody new in one of the rooms, under that nick. */
  stranger(room: string, nick: string): Promise<Person>;
  readonly host: () => Person;
  close(): Promise<void>;
}

export interface CrowdOptions {
  readonly server: SharedServer;
  readonly rooms: readonly SoakRoom[];
  /** Owns the rooms. */
  readonly host: Account;
  readonly random: () => number;
  /** Milliseconds between two things that somebody says in a busy room, on average. */
  readonly every: number;
}

const AT_ONCE = 20; // rooms that somebody enters at a time

export async function gather({ server, rooms, host, random, every }: CrowdOptions): Promise<Crowd> {
  const busy = rooms.filter((room) => room.busy);
  const quiet = rooms.filter((room) => !room.busy);
  const heard = new Map<string, string[]>(rooms.map(({ jid }) => [jid, []]));
  const roles = [
    { name: 'witness', who: await newAccount(server, 'witness'), rooms, speaks: false },
    { name: 'host', who: host, rooms: busy, speaks: false },
    { name: 'bob', who: await newAccount(server, 'bob'), rooms: busy, speaks: true },
    { name: 'carol', who: await newAccount(server, 'carol'), rooms: busy, speaks: true },
    { name: 'dora', who: await newAccount(server, 'dora'), rooms: quiet, speaks: true },
  ];
  const here = new Map<string, Person>();
  const strangers: Person[] = [];
  let silence = new AbortController();
  let talking: Promise<unknown> = Promise.resolve();
  let said = 0;

  const present = (name: string): Person => {
    const person = here.get(name);
    if (!person) throw new Error(`${name} is not here`);
    return person;
  };

  /** In the busy rooms lone words, bursts, and the same words again; in a quiet one a word now and then. */
  async function speak(name: string, of: readonly SoakRoom[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const person = present(name);
      const places = name === 'dora' ? [pick(of, random)] : of;
      const burst = random() < 0.03 ? 12 : 1;
      for (const { jid } of places) {
        said += 1;
        const words = (n: number): string => (said % 7 === 0 ? 'yes' : `${name} ${said}.${n}`);
        await Promise.all(Array.from({ length: burst }, (_, n) => person.say(jid, words(n))));
      }
      await pause(random() * 2 * every, undefined, { signal }).catch(() => undefined); // hushed meanwhile
    }
  }

  function note(ear: Person): void {
    for (const stanza of ear.stanzas) {
      const words = wordsOf(stanza);
      if (words) heard.get(words.room)?.push(words.words);
    }
  }

  async function hush(): Promise<void> {
    silence.abort();
    await talking;
    await here.get('witness')?.settle();
  }

  const crowd: Crowd = {
    truth() {
      const all = new Map([...heard].map(([room, words]) => [room, [...words]]));
      for (const stanza of here.get('witness')?.stanzas ?? []) {
        const words = wordsOf(stanza);
        if (words) all.get(words.room)?.push(words.words);
      }
      return all;
    },
    hush,
    talk() {
      silence = new AbortController();
      const { signal } = silence;
      talking = Promise.all(roles.filter(({ speaks }) => speaks).map(({ name, rooms: of }) => speak(name, of, signal)));
      talking.catch(() => undefined); // looked at in `hush`
    },
    async leave() {
      await hush();
      const ear = here.get('witness');
      await Promise.all([...here.values(), ...strangers.splice(0)].map((person) => person.close()));
      if (ear) note(ear);
      here.clear();
    },
    async comeBack() {
      await Promise.all(
        roles.map(async ({ name, who, rooms: of }) => {
          const person = await connectPerson(server, who.user, who.password);
          for (let at = 0; at < of.length; at += AT_ONCE) await Promise.all(of.slice(at, at + AT_ONCE).map(({ jid }) => person.join(jid, name)));
          here.set(name, person);
        }),
      );
    },
    async stranger(room, nick) {
      const who = await newAccount(server, 'stranger');
      const person = await connectPerson(server, who.user, who.password);
      strangers.push(person);
      await person.join(room, nick);
      return person;
    },
    host: () => present('host'),
    async close() {
      await crowd.leave();
    },
  };
  await crowd.comeBack();
  return crowd;
}
