// One bad stanza is one bad stanza: what cannot be taken is counted, told and answered, and the stream goes on.
import { afterEach, describe, expect, test } from 'vitest';
import { xml } from '../../src/xmpp/xml.ts';
import { startScripted } from '../support/servers/scripted-server.ts';
import type { Peer, ScriptedServer } from '../support/servers/scripted-server.ts';
import { watch, type WatchOptions } from './watch.ts';
import type { Watched } from './watch.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

const R = `<r xmlns='urn:xmpp:sm:3'/>`;
const BIG = `<body>${'&quot;'.repeat(250_000)}</body>`;
const BROKEN = `<message from='mallory@else.test/x' id='bad'><body>&#1;</body></message>`;

async function connecting(more: Partial<WatchOptions> = {}): Promise<{ server: ScriptedServer; watched: Watched; peer: Peer }> {
  const server = await startScripted();
  endings.push(() => server.stop());
  const watched = watch({
    jid: 'romeo@scripted.test',
    resource: 'test',
    password: () => Promise.resolve('pencil'),
    allowPlaintext: true,
    server: { host: '127.0.0.1', port: server.port },
    ...more,
  });
  endings.push(() => watched.connection.abandon());
  watched.connection.start();
  return { server, watched, peer: await server.next() };
}

async function online(more: Partial<WatchOptions> = {}): ReturnType<typeof connecting> {
  const all = await connecting(more);
  await all.peer.logIn();
  await all.watched.reaches('online');
  return all;
}

const handled = async (peer: Peer): Promise<string | undefined> => (await peer.expect(/<a\b[^>]*h=["'](\d+)/))[1];

describe('a stanza that cannot be taken', () => {
  test('a stranger says 250,000 quotes: they count as handled, and what follows arrives', async () => {
    const { server, watched, peer } = await online();
    peer.send(`<message from='mallory@else.test/x' id='big'>${BIG}</message><message id='next'/>${R}`);
    expect(await watched.stanzas.next(() => true)).toMatchObject({ id: 'next' });
    expect(watched.passedOver.all).toMatchObject([{ kind: 'message', from: 'mallory@else.test/x', id: 'big', cause: 'size' }]);
    expect(watched.passedOver.all[0]?.size).toBeGreaterThan(1_500_000);
    expect(watched.passedOver.all[0]?.head).toHaveLength(1024);
    expect(await handled(peer)).toBe('2');
    expect(watched.state()?.inbound).toBe(2);
    expect(server.peers.all).toHaveLength(1);
  });

  test('a prefix that nobody bound costs that stanza alone', async () => {
    const { watched, peer } = await online();
    peer.send(`<message from='mallory@else.test/x'><p:x/></message><message id='next'/>${R}`);
    expect(await watched.stanzas.next(() => true)).toMatchObject({ id: 'next' });
    expect(watched.passedOver.all).toMatchObject([{ cause: 'namespace', why: expect.stringContaining('"p"') }]);
    expect(await handled(peer)).toBe('2');
  });

  test('it is told in the same batch as what came with it, once', async () => {
    const { watched, peer } = await online();
    peer.send(`<message id='1'/><message id='2'><p:x/></message><message id='3'/>`);
    const { batch, state } = await watched.batches.next(({ batch: some }) => some.length > 0);
    expect(batch.map(({ id }) => id)).toEqual(['1', '3']);
    expect(state?.inbound).toBe(3);
    expect(watched.passedOver.all.map(({ id }) => id)).toEqual(['2']);
  });

  test('what was held for us and comes with the login is passed over, too', async () => {
    const { watched, peer } = await connecting();
    const held = `<message from='mallory@else.test/x' id='held'>${BIG}<delay xmlns='urn:xmpp:delay' from='scripted.test' stamp='2026-11-27T10:00:00Z'/></message>`;
    await peer.logIn({ before: `${held}<message id='next'/>` });
    expect(await watched.stanzas.next(() => true)).toMatchObject({ id: 'next' });
    expect(watched.passedOver.all).toMatchObject([{ kind: 'message', from: 'mallory@else.test/x', id: 'held', cause: 'size' }]);
    expect(await watched.reaches('online')).toMatchObject({ resumed: false });
  });

  test('a request that is passed over is answered with an error', async () => {
    const { peer } = await online();
    peer.send(`<iq type='get' id='q1' from='mallory@else.test/x'>${BIG}</iq>`);
    const [answer] = await peer.expect(/<iq [^>]*type="error"[^]*?<\/iq>/);
    expect(answer).toContain('to="mallory@else.test/x"');
    expect(answer).toContain('id="q1"');
    expect(answer).toContain('<policy-violation');
  });

  test('a question whose answer is passed over fails, and does not wait for its time', async () => {
    const { watched, peer } = await online();
    const answer = watched.connection.iq(xml('iq', { type: 'get', to: 'scripted.test' }, xml('q', { xmlns: 'u' })), { timeout: 1e6 });
    const [, id] = await peer.expect(/<iq[^>]*\bid=["']([^"']+)/);
    peer.send(`<iq type='result' id='${id}' from='scripted.test'>${BIG}</iq>`);
    expect(await answer).toMatchObject({ ok: false, error: { condition: 'passed-over', text: 'a stanza is too big' } });
  });

  test('nobody else can make a question fail like that', async () => {
    const { watched, peer } = await online();
    const answer = watched.connection.iq(xml('iq', { type: 'get', to: 'scripted.test' }, xml('q', { xmlns: 'u' })));
    const [, id] = await peer.expect(/<iq[^>]*\bid=["']([^"']+)/);
    peer.send(`<iq type='result' id='${id}' from='mallory@else.test/x'>${BIG}</iq><iq type='result' id='${id}' from='scripted.test'/>`);
    expect(await answer).toMatchObject({ ok: true });
  });

  test('where it cannot be told, the stream is dropped, and it is not acknowledged', async () => {
    const { server, watched, peer } = await online({
      receive: (_batch, _state, passedOver) => {
        if (passedOver.length > 0) throw new Error('the disk is full');
      },
    });
    peer.send(`<message><p:x/></message>${R}`);
    expect(await watched.reaches('waiting')).toMatchObject({ why: expect.stringContaining('disk is full') });
    expect(peer.sent()).not.toMatch(/<a\b[^>]*h=["']1/);
    const second = await server.next();
    await second.logIn();
    expect(second.sent()).toMatch(/<resume[^>]*h="0"/);
  });
});

describe('what is no XML', () => {
  test('ends the stream without a word, which is taken up again where it was', async () => {
    const { server, watched, peer } = await online();
    peer.send(`<message id='1'/>${BROKEN}`);
    expect(await watched.reaches('waiting')).toMatchObject({ unreadable: true });
    expect(peer.sent()).not.toContain('stream:error');
    const second = await server.next();
    expect(await second.logIn({ resumed: { h: 0 } })).toBe('resumed');
    expect(second.sent()).toMatch(/<resume[^>]*h="1"/);
    second.send(`<message id='2'/>`); // it was the line
    expect(await watched.stanzas.next(({ id }) => id === '2')).toBeDefined();
    expect(watched.passedOver.all).toEqual([]);
  });

  test('twice in a row is gone round with a count one past it, and is on record', async () => {
    const { server, watched, peer } = await online();
    peer.send(`<message id='1'/>${BROKEN}`);
    const second = await server.next();
    expect(await second.logIn({ resumed: { h: 0 } })).toBe('resumed');
    second.send(BROKEN);
    const third = await server.next();
    expect(await third.logIn({ resumed: { h: 0 } })).toBe('resumed');
    expect(third.sent()).toMatch(/<resume[^>]*h="2"/);
    third.send(`<message id='3'/>${R}`);
    expect(await watched.stanzas.next(({ id }) => id === '3')).toBeDefined();
    expect(watched.passedOver.all).toMatchObject([{ cause: 'not-xml', id: 'bad', from: 'mallory@else.test/x' }]);
    expect(await handled(third)).toBe('3');
  });

  test('a new session is made only where that fails, and the record is kept all the same', async () => {
    const { server, watched, peer } = await online();
    peer.send(BROKEN);
    const second = await server.next();
    await second.logIn({ resumed: { h: 0 } });
    second.send(BROKEN);
    const third = await server.next();
    expect(await third.logIn({ resumed: 'failed' })).toBe('bound');
    expect(await watched.passedOver.next(() => true)).toMatchObject({ cause: 'not-xml', id: 'bad' });
  });

  test('and after a third time, with nothing read between', async () => {
    const { server, watched, peer } = await online();
    peer.send(BROKEN);
    for (let again = 0; again < 2; again++) {
      const next = await server.next();
      expect(await next.logIn({ resumed: { h: 0 } })).toBe('resumed');
      next.send(BROKEN);
    }
    const last = await server.next();
    expect(await last.logIn({})).toBe('bound');
    expect(last.sent()).not.toContain('<resume');
    await watched.reaches('online');
  });
});
