// XEP-0313 on the daemon's own full JID.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openMinimix } from '../support/minimix.ts';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { newAccount, servers, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';

const MAM = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';

describe.each(servers)('the MAM service on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()));
  });

  /** Alice's daemon with `count` words of bob's in a room, and alice's laptop. */
  async function talked(count: number): Promise<{ alice: Account; room: string; daemon: string; laptop: Person; bob: Person }> {
    const [alice, other] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: false });
    const minimix = openMinimix(server, alice);
    open.push(minimix.stop);
    await minimix.online();
    await minimix.account.rooms.join(room);
    const bob = await connectPerson(server, other.user, other.password);
    open.push(bob.close);
    await bob.join(room, 'bob');
    for (let n = 1; n <= count; n += 1) await bob.say(room, `word ${n}`);
    await until(() => minimix.bodies(room).filter(Boolean).length === count, { what: 'all words to be kept' });
    const laptop = await connectPerson(server, alice.user, alice.password, { resource: 'laptop' });
    open.push(laptop.close);
    return { alice, room, daemon: `${alice.jid}/minimix`, laptop, bob };
  }

  function query(to: string, room: string, set: Element): Element {
    const field = (name: string, value: string) => xml('field', { var: name }, xml('value', {}, value));
    const form = xml('x', { xmlns: 'jabber:x:data', type: 'submit' }, field('FORM_TYPE', MAM), field('with', room));
    return xml('iq', { type: 'set', to }, xml('query', { xmlns: MAM, queryid: 'q' }, form, set));
  }

  async function page(who: Person, to: string, room: string, ...limits: Element[]): Promise<{ bodies: string[]; fin: Element }> {
    const before = who.stanzas.length;
    const answer = await who.iq(query(to, room, xml('set', { xmlns: RSM }, ...limits)));
    const results = who.stanzas.slice(before).flatMap((stanza) => stanza.getChild('result', MAM) ?? []);
    const bodies = results.map((one) => one.getChild('forwarded')?.getChild('message')?.getChildText('body') ?? '');
    return { bodies: bodies.filter(Boolean), fin: answer.getChild('fin', MAM) ?? xml('none') };
  }

  test('an own resource pages forward, backward, and to the end', async () => {
    const { room, daemon, laptop } = await talked(5);
    const max = xml('max', {}, '2');
    const last = await page(laptop, daemon, room, max, xml('before'));
    expect(last.bodies).toEqual(['word 4', 'word 5']);
    const first = last.fin.getChild('set')?.getChildText('first') ?? '';
    const earlier = await page(laptop, daemon, room, max, xml('before', {}, first));
    expect(earlier.bodies).toEqual(['word 2', 'word 3']);
    const after = earlier.fin.getChild('set')?.getChildText('first') ?? '';
    const onwards = await page(laptop, daemon, room, xml('after', {}, after));
    expect(onwards.bodies).toEqual(['word 3', 'word 4', 'word 5']);
    expect(onwards.fin.attrs['complete']).toBe('true');
  });

  test('what the server does not let through comes in short form, with its length, and the rest of the page with it', async () => {
    const { room, daemon, laptop, bob } = await talked(1);
    await bob.say(room, `quotes: ${'"'.repeat(100_000)}`); // each is six bytes on the wire
    await bob.say(room, 'behind');
    await until(async () => (await page(laptop, daemon, room)).bodies.includes('behind'), { what: 'the last word' });
    const { bodies } = await page(laptop, daemon, room);
    expect(bodies).toEqual(['word 1', expect.stringMatching(/^quotes: "+… \[This message has 600\d{3} bytes, /), 'behind']);
  });

  test('the service is announced, and tells its ends by the metadata query', async () => {
    const { daemon, laptop } = await talked(2);
    const info = await laptop.iq(xml('iq', { type: 'get', to: daemon }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })));
    expect(info.getChild('query')?.getChildren('feature').map(({ attrs }) => attrs['var'])).toContain(MAM);
    const answer = await laptop.iq(xml('iq', { type: 'get', to: daemon }, xml('metadata', { xmlns: MAM })));
    const ends = answer.getChild('metadata', MAM);
    expect(Number(ends?.getChild('end')?.attrs['id'])).toBeGreaterThan(Number(ends?.getChild('start')?.attrs['id']));
  });

  test('anybody else is forbidden to ask', async () => {
    const { room, daemon, bob } = await talked(1);
    const asked = bob.iq(query(daemon, room, xml('set', { xmlns: RSM })));
    await expect(asked).rejects.toMatchObject({ condition: /forbidden|service-unavailable/ });
  });

  test('an id that the archive does not hold is item-not-found', async () => {
    const { room, daemon, laptop } = await talked(1);
    const asked = page(laptop, daemon, room, xml('after', {}, '999999'));
    await expect(asked).rejects.toMatchObject({ condition: 'item-not-found' });
  });

  test('slixmpp’s own MAM code reads the whole room, page by page', async () => {
    const { alice, room, daemon } = await talked(12);
    const script = fileURLToPath(new URL('../support/clients/slixmpp-mam.py', import.meta.url));
    const args = [script, `${alice.jid}/slixmpp`, alice.password, server.host, String(server.port), server.caFile, daemon, room, '5'];
    const child = spawn('/usr/bin/python3', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    const lines = out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { body?: string; done?: number });
    expect(lines.flatMap(({ body }) => body || []), err).toEqual(Array.from({ length: 12 }, (_, n) => `word ${n + 1}`));
  });
});
