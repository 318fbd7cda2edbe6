// A thousand messages, devices that come and go, and a daemon that is killed.
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { dice } from '../../support/dice.ts';
import { newTail, once, smackLike, type Gadget, type Heard } from '../../support/clients/gadget.ts';
import { openMinimix } from '../../support/minimix.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { runProfanity } from '../../support/clients/profanity.ts';
import { daemonInRoom } from '../../support/rooms/daemon-in-room.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { startSlixmpp } from '../../support/clients/slixmpp.ts';
import { until } from '../../support/until.ts';

const CARBONS = 'urn:xmpp:carbons:2';
const MESSAGES = 1000;
/** What a device may get twice after one kill: src/frontends/relay/sender.ts. */
const BATCH = 100;

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  function slixmpp(who: Account): Gadget {
    const lives: ReturnType<typeof startSlixmpp>[] = [];
    let now: ReturnType<typeof startSlixmpp> | undefined;
    const gadget: Gadget = {
      heard: () => lives.flatMap(({ lines }) => lines.filter((line): line is Heard => typeof line === 'object' && line !== null && 'body' in line)),
      async on() {
        const life = startSlixmpp(server, who, 'listen', {}, `slixmpp.${newTail()}`);
        now = life;
        lives.push(life);
        await until(() => life.lines.length > 0, { what: 'slixmpp to be online', deadline: 20_000 });
        expect(life.lines[0]).toHaveProperty('online');
      },
      async off(kindly) {
        await (kindly ? now?.close() : now?.kill());
        now = undefined;
      },
      isOn: () => now !== undefined,
    };
    open.push(() => gadget.off(true));
    return gadget;
  }

  interface Scene {
    readonly alice: Account;
    readonly room: string;
    /** Called now and then while bob talks; true where the daemon was killed. */
    trouble(random: () => number): Promise<boolean>;
    relayed(): Promise<number>;
    /**
     * The order in which the daemon has bob's words. COMPAT: ejabberd 23.01 may swap neighbours when it hands the queue
     * of a lost session to the one that resumes it; then that is the order of the archive, and so of the devices.
     */
    kept?(): Promise<string[]>;
    /** What the daemon said. */
    log?(): string;
  }

  /** Bob talks, gadgets come and go; then both have all, in order, and nobody else has any of it. */
  async function play({ alice, room, trouble, relayed, kept, log }: Scene, seed: number): Promise<void> {
    const random = dice(seed);
    const bob = await newAccount(server, 'bob');
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker.close);
    await talker.join(room, 'bob');
    const strict = await runProfanity(server, alice);
    open.push(strict.close);
    const watcher = await connectPerson(server, alice.user, alice.password, { resource: 'watcher', carbons: true });
    open.push(watcher.close);
    const smack = smackLike(server, alice);
    open.push(() => smack.off(true));
    const gadgets = [slixmpp(alice), smack];
    for (const gadget of gadgets) await gadget.on();
    await until(async () => (await relayed()) === 2, { what: 'both to be known', deadline: 20_000, every: 100 });

    let kills = 0;
    for (let said = 0; said < MESSAGES; ) {
      const burst = Math.min(MESSAGES - said, 1 + Math.floor(random() * 30));
      for (let n = 1; n < burst; n += 1) talker.send(groupchat(room, `word ${(said += 1)}`));
      await talker.say(room, `word ${(said += 1)}`);
      if (random() < 0.25) {
        const gadget = gadgets[random() < 0.5 ? 0 : 1];
        const kindly = random() < 0.5;
        if (gadget?.isOn()) {
          kills += 1;
          await gadget.off(kindly);
        } else await gadget?.on();
      }
      kills += Number(await trouble(random));
    }
    for (const gadget of gadgets) if (!gadget.isOn()) await gadget.on();

    const words = Array.from({ length: MESSAGES }, (_, n) => `word ${n + 1}`);
    for (const gadget of gadgets) {
      await until(() => once(gadget.heard()).length >= MESSAGES, { what: 'all of it', deadline: 30_000, every: 100 }).catch(async (error: unknown) => {
        const heard = gadgets.map((one) => once(one.heard()).map(({ body }) => body));
        const lacking = heard.map((bodies) => words.filter((word) => !bodies.includes(word)));
        throw new Error(`each lacks ${JSON.stringify(lacking)} of ${MESSAGES}; kept: ${(await kept?.())?.length ?? '?'}; ${log?.().slice(-4_000) ?? ''}`, { cause: error });
      });
    }
    const order = server.kind === 'ejabberd' && kept ? await kept() : words;
    expect(order.toSorted()).toEqual(words.toSorted());
    for (const gadget of gadgets) {
      expect(once(gadget.heard()).map(({ body }) => body)).toEqual(order);
      expect(gadget.heard().length - MESSAGES).toBeLessThanOrEqual(kills * BATCH);
    }
    await nothingElsewhere(watcher, strict.log());
  }

  test('two devices that come and go have the room’s thousand in order; a strict client and the account’s archive have none of it', async () => {
    const alice = await newAccount(server, 'alice');
    const room = await server.room({ archive: false });
    const home = openMinimix(server, alice);
    open.push(home.stop);
    await home.online();
    await home.account.rooms.join(room, { nick: 'alice' });
    const relayed = async (): Promise<number> => home.account.devices.list().filter(({ relay, online }) => relay && online).length;
    await play({ alice, room, relayed, trouble: async () => false }, 5);
    expect(home.account.devices.list().find(({ software }) => software?.includes('rofanity'))).toMatchObject({ relay: false, why: expect.stringContaining('only from the bare JID') });
  }, 180_000);

  test('the same, with a daemon that is killed and started again while bob talks', async () => {
    const { alice, room, home } = await daemonInRoom(server, open, { archive: false });
    const relayed = async (): Promise<number> =>
      (await home.json<{ relay: boolean; online: boolean }>(['devices'])).filter(({ relay, online }) => relay && online).length;
    let deaths = 0;
    const trouble = async (random: () => number): Promise<boolean> => {
      if (random() > 0.08 || deaths >= 4) return false;
      deaths += 1;
      await home.kill();
      await home.start();
      return true;
    };
    const kept = async (): Promise<string[]> => {
      const page = (before: readonly string[]) =>
        home.json<{ id: number; nick: string; body: string | null }>(['history', room, '--limit', '500', ...before]);
      const all = await page([]);
      for (let first = all[0]; first; ) {
        const older = await page(['--before', String(first.id)]);
        all.unshift(...older);
        first = older[0];
      }
      return all.flatMap(({ nick, body }) => (nick === 'bob' && body !== null ? [body] : []));
    };
    await play({ alice, room, relayed, trouble, kept, log: home.log }, 7);
    expect(deaths).toBeGreaterThan(1);
  }, 240_000);
});

function groupchat(room: string, body: string): Element {
  return xml('message', { to: room, type: 'groupchat', id: `b-${body}` }, xml('body', {}, body));
}

async function nothingElsewhere(watcher: Person, strictLog: string): Promise<void> {
  await watcher.settle();
  expect(watcher.stanzas.filter((stanza) => stanza.name === 'message')).toEqual([]);
  await watcher.iq(xml('iq', { type: 'set' }, xml('query', { xmlns: 'urn:xmpp:mam:2', queryid: 'all' })));
  const archived = watcher.stanzas.filter((stanza) => stanza.getChild('result', 'urn:xmpp:mam:2'));
  expect(archived.filter((stanza) => stanza.toString().includes(CARBONS) || stanza.toString().includes('word '))).toEqual([]);
  const lines = strictLog.split('\n');
  expect(lines.some((line) => line.includes('RECV') || line.includes('SENT'))).toBe(true);
  expect(lines.filter((line) => line.includes('urn:xmpp:forward:0') && line.includes('RECV'))).toEqual([]);
  expect(lines.filter((line) => /SENT: <message[^>]*type="error"/.test(line))).toEqual([]);
}
