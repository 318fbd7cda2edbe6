// The relay rests for a while, and goes on with what was missed.
import { afterEach, describe, expect, test } from 'vitest';
import { makeHome } from '../../support/daemon.ts';
import { openMinimix } from '../../support/minimix.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, prosody, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const relayed = (who: Person): (string | null | undefined)[] =>
  who.stanzas.flatMap((stanza) => {
    const inner = stanza.getChild('received')?.getChild('forwarded')?.getChild('message');
    return inner?.getChild('body') ? [inner.getChildText('body')] : [];
  });

describe.each(servers)('on $kind', (server) => {
  test('while it is paused nothing is relayed, also after a restart; then what was missed comes, in order', async () => {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: false });
    let home = openMinimix(server, alice, { relayTimes: { after: 20 } });
    open.push(() => home.stop());
    await home.online();
    await home.account.rooms.join(room, { nick: 'Ali' });
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker.close);
    await talker.join(room, 'bob');
    const phone = await connectPerson(server, alice.user, alice.password, { resource: 'phone', features: ['urn:minimix:relay:0'] });
    open.push(phone.close);
    const known = () => until(() => home.account.devices.list().some(({ relay, online }) => relay && online), { what: 'the phone to be known' });
    const say = async (body: string): Promise<void> => {
      await talker.say(room, body);
      await until(() => home.bodies(room).includes(body), { what: `${body} to be kept` });
      await phone.settle();
    };
    await known();
    await say('one');
    const cursor = () => home.archive.cursor(alice.jid, `device:${home.account.devices.list()[0]?.id}`, room);
    await until(() => cursor() === home.archive.last(alice.jid, room)?.archiveId, { what: 'one to have arrived' });

    expect(home.account.devices.pauseRelay().relayPause).toEqual({ until: null });
    await say('two');
    expect(home.account.devices.list()[0]).toMatchObject({ relay: true, why: expect.stringContaining('the relay is paused until you resume it') });
    home = await home.reopen();
    await home.online();
    await known();
    await say('three');
    expect(home.account.status().relayPause).toEqual({ until: null });
    expect(relayed(phone)).toEqual(['one']);

    home.account.devices.resumeRelay();
    await until(() => relayed(phone).includes('three'), { what: 'what was missed' });
    expect(relayed(phone)).toEqual(['one', 'two', 'three']);

    const end = Date.now() + 400;
    expect(home.account.devices.pauseRelay(end).relayPause).toEqual({ until: new Date(end).toISOString() });
    await say('four');
    await until(() => relayed(phone).includes('four'), { what: 'the pause to end by the clock' });
    expect(Date.now()).toBeGreaterThanOrEqual(end);
    expect(home.account.status().relayPause).toBeUndefined();
  });
});

test('the command line pauses, tells and resumes', async () => {
  const alice = await newAccount(prosody, 'alice');
  const home = makeHome();
  open.push(() => home.remove());
  await home.addAccount(prosody, alice);
  await home.start();
  expect(await home.cli(['relay', 'pause'])).toMatchObject({ code: 0, stdout: `${alice.jid}: the relay is paused until you resume it.\n` });
  expect(await home.cli(['relay', 'pause', '--for', '2h'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/paused until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d\.\n$/) });
  expect((await home.cli(['status'])).stdout).toContain('the relay is paused until 20');
  expect(await home.json(['status'])).toMatchObject([{ relayPause: { until: expect.any(String) } }]);
  expect(await home.cli(['relay', 'pause', '--until', '2020-01-01'])).toMatchObject({ code: 2, stderr: expect.stringContaining('in the past') });
  expect(await home.cli(['relay', 'pause', '--for', 'long'])).toMatchObject({ code: 2 });
  expect(await home.cli(['relay', 'resume'])).toMatchObject({ code: 0, stdout: `${alice.jid}: the relay is resumed.\n` });
  expect(await home.json(['status'])).toMatchObject([{ relayPause: null }]);
});
