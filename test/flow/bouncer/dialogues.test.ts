// Dialogues by XEP and section: told once on direct connections, and again with the parties behind bouncers of their own; each
// party is told the same, but for what docs/interop.md lists. `npm run transcripts`: all of them, in all mixtures (MINIMIX_DIALOGUES=all;
// =both: all, with both behind a bouncer). Without it, in every run of the tests: twenty of them, with both behind a bouncer.
import { readFileSync } from 'node:fs';
import type { Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { openDoor } from '../../frontends/bouncer/door.ts';
import { allowances, leftOut, uncompared } from '../../frontends/bouncer/dialogues/allowances.ts';
import { dialogues } from '../../frontends/bouncer/dialogues/list.ts';
import { sampleOf, subjectOf, SUBJECTS } from '../../frontends/bouncer/dialogues/sample.ts';
import type { Dialogue } from '../../frontends/bouncer/dialogues/stage.ts';
import { told, type Party, type Way } from '../../frontends/bouncer/dialogues/told.ts';
import { difference } from '../../frontends/bouncer/transcript.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

type Closing = () => Promise<unknown>;
interface Entered {
  readonly person: Person;
  out(room: string): Promise<unknown>;
}
type Mixture = Readonly<Record<'alice' | 'bob', Way>>;

const direct: Mixture = { alice: 'direct', bob: 'direct' };
const both: Mixture = { alice: 'bouncer', bob: 'bouncer' };
const asked = process.env['MINIMIX_DIALOGUES'];
const mixtures: readonly Mixture[] = asked === 'all' ? [{ alice: 'bouncer', bob: 'direct' }, { alice: 'direct', bob: 'bouncer' }, both] : [both];
const names = Object.keys(dialogues);
const SAMPLE = 20;
const performed = asked === undefined ? sampleOf(names, SAMPLE) : names;

describe.each(servers)('on $kind', (server) => {
  async function enter(open: Closing[], who: Account, name: string, way: Way): Promise<Entered> {
    if (way === 'direct') {
      const person = await connectPerson(server, who.user, who.password, { resource: name });
      open.push(person.close);
      return { person, out: async () => undefined };
    }
    const door = await openDoor(server, who, { times: { leave: 50 } });
    open.push(door.stop);
    await door.minimix.online();
    const person = await door.person(name);
    open.push(person.close);
    // else the room would see the account away for a moment
    await until(() => door.minimix.account.sending.presence().by === name, { what: `${name}’s presence to be known` });
    const within = (room: string): boolean => ['joined', 'leaving'].includes(door.minimix.account.rooms.occupancy.room(room)?.state ?? 'absent');
    return { person, out: async (room) => until(() => !within(room), { what: `${name}’s account to be out of ${room}` }) };
  }

  /** What each of the two was told, in one list: alice's, then bob's, then the answers to their questions. */
  async function perform(dialogue: Dialogue, mixture: Mixture): Promise<string[]> {
    const open: Closing[] = [];
    try {
      return await listen(open, dialogue, mixture);
    } finally {
      for (const close of open.toReversed()) await close();
    }
  }

  async function listen(open: Closing[], dialogue: Dialogue, mixture: Mixture): Promise<string[]> {
    const [who, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true, owners: [other.jid] });
    const ids = new Set<string>();
    const bob = choosing(ids, (await enter(open, other, 'bob', mixture.bob)).person);
    await bob.join(room, 'bob');
    const entered = await enter(open, who, 'alice', mixture.alice);
    const alice = choosing(ids, entered.person);
    const parties: readonly Party[] = [
      { name: 'alice', way: mixture.alice, account: who.jid, person: alice, before: alice.heard.length },
      { name: 'bob', way: mixture.bob, account: other.jid, person: bob, before: bob.heard.length },
    ];
    await dialogue({ server, room, alice, bob, out: () => entered.out(room) });
    await Promise.all([alice.settle(), bob.settle()]);
    await Promise.all([bob.settle(), alice.settle()]);
    return told(parties, room, ids);
  }

  test.concurrent.each(performed)('%s', { timeout: 240_000 }, async (name) => {
    const dialogue = dialogues[name];
    if (!dialogue) throw new Error(`there is no dialogue ${name}`);
    const parts = uncompared.filter((one) => one.dialogue.test(name)).map(({ part }) => part);
    const compared = async (mixture: Mixture): Promise<string[]> => (await perform(dialogue, mixture)).map((line) => parts.reduce((so, part) => so.replaceAll(part, ''), line));
    const plain = await compared(direct);
    for (const mixture of mixtures) {
      const { onlyDirect = [], onlyBouncer = [] } = difference(plain, await compared(mixture)) ?? {};
      const not = (side: Way) => (line: string): boolean => !allowances.some((one) => one.side === side && one.line.test(line) && one.dialogue.test(name));
      const left = { onlyDirect: onlyDirect.filter(not('direct')), onlyBouncer: onlyBouncer.filter(not('bouncer')) };
      expect(left, `alice ${mixture.alice}, bob ${mixture.bob}`).toEqual({ onlyDirect: [], onlyBouncer: [] });
    }
  });
});

test('each difference that is allowed stands in docs/interop.md', () => {
  const text = readFileSync(new URL('../../../docs/interop.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
  for (const why of [...leftOut, ...[...allowances, ...uncompared].map((one) => one.why)]) expect(text).toContain(why);
});

test(`there are ${names.length} dialogues, each with its XEP and section, of which ${performed.length} are told, in ${mixtures.length + 1} mixtures`, () => {
  expect(names.length).toBeGreaterThanOrEqual(100);
  for (const name of names) expect(name).toMatch(/^XEP-\d{4} \d+(\.\d+)*: /);
});

test('those that are told in every run are twenty, and of every subject', () => {
  const sample = sampleOf(names, SAMPLE);
  expect(new Set(sample).size).toBe(SAMPLE);
  expect(sample.map(subjectOf)).toEqual(expect.arrayContaining([...SUBJECTS]));
});

/** The ids that a dialogue gives to what it sends are the same in each performance. */
function choosing(ids: Set<string>, person: Person): Person {
  const note = <T extends Element | string>(stanza: T): T => {
    if (typeof stanza !== 'string' && stanza.attrs['id'] !== undefined) ids.add(String(stanza.attrs['id']));
    return stanza;
  };
  return { ...person, send: (stanza) => person.send(note(stanza)), iq: (request, wait) => person.iq(note(request), wait) };
}
