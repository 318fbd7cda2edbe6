// The same client, directly and through the bouncer, is told the same; where not, it is on record why.
// `RECORD_DIFFERENCES=1` writes what is found to the file; the reasons are for a person to write.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Element } from 'ltx';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { openDoor } from '../../frontends/bouncer/door.ts';
import { scenarios } from '../../frontends/bouncer/scenarios.ts';
import { difference, transcript, type Difference } from '../../frontends/bouncer/transcript.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';

interface Recorded extends Difference {
  readonly why: string;
}

const path = fileURLToPath(new URL('../../frontends/bouncer/differences.json', import.meta.url));
const known = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Recorded>>;
const recording = process.env['RECORD_DIFFERENCES'] !== undefined;
const found: Record<string, Recorded> = {};

afterAll(() => {
  if (recording) writeFileSync(path, `${JSON.stringify(found, undefined, 2)}\n`);
});

describe.each(servers)('on $kind', (server) => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  async function perform(run: (typeof scenarios)[string], enter: (who: Account) => Promise<Person>): Promise<string[]> {
    const [who, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: false, owners: [other.jid] });
    const bob = await connectPerson(server, other.user, other.password, { resource: 'bob' });
    open.push(bob);
    await bob.join(room, 'bob');
    const alice = await enter(who);
    open.push(alice);
    await run({ server, room, alice, bob });
    await bob.settle();
    await alice.settle();
    const names = [[room, 'ROOM'], [alice.jid, 'ALICE'], [who.jid, 'ALICE-BARE'], [bob.jid, 'BOB'], [other.jid, 'BOB-BARE']] as const;
    return transcript(alice.stanzas.filter(isWhole), room, names);
  }

  test.each(Object.entries(scenarios))('who %s', async (name, run) => {
    const direct = await perform(run, async (who) => connectPerson(server, who.user, who.password, { resource: 'alice' }));
    const bouncer = await perform(run, async (who) => {
      const door = await openDoor(server, who);
      open.push({ close: door.stop });
      await door.minimix.online();
      return door.person('alice');
    });
    const differs = difference(direct, bouncer);
    const key = `${name} (${server.kind})`;
    if (recording && differs) found[key] = { why: known[key]?.why ?? '', ...differs };
    if (recording) return;
    const { why, ...expected } = known[key] ?? { why: 'nothing differs' };
    expect(differs ?? {}, why).toEqual(expected);
    expect(why).not.toBe('');
  });
});

const isWhole = (stanza: Element): boolean => ['message', 'presence'].includes(stanza.name);
