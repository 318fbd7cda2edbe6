// The devices on the command line, over a real daemon.
import { afterEach, describe, expect, test } from 'vitest';
import { makeHome } from '../../support/daemon.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  test('a device is listed, labelled, told what it gets, detached, attached and forgotten', async () => {
    const alice = await newAccount(server, 'alice');
    const home = makeHome();
    open.push(home.remove);
    await home.addAccount(server, alice);
    await home.start();
    const phone = await connectPerson(server, alice.user, alice.password, { resource: 'phone', features: ['urn:minimix:relay:0'] });
    open.push(phone.close);
    const devices = () => home.json<Record<string, unknown>>(['devices']);
    await until(async () => (await devices()).some(({ relay }) => relay), { what: 'the phone to be known', every: 200 });
    const [first] = await devices();
    expect(Object.keys(first ?? {})).toEqual(['account', 'id', 'label', 'resource', 'online', 'frontend', 'relay', 'why']);
    expect(first).toMatchObject({ account: alice.jid, label: 'a test', resource: 'phone', online: true, frontend: 'relay', relay: true, why: 'it supports the relay (urn:minimix:relay:0)' });

    expect(await home.cli(['device', 'label', 'phone', 'Pocket'])).toMatchObject({ code: 0, stdout: 'Saved for Pocket: it receives room messages by relay (it supports the relay (urn:minimix:relay:0)).\n' });
    expect(await home.cli(['device', 'policy', 'Pocket', 'mentions'])).toMatchObject({ code: 0, stdout: expect.stringContaining('it receives room messages by relay (mentions) (it supports') });
    expect(await home.cli(['device', 'detach', 'Pocket'])).toMatchObject({ code: 0, stdout: expect.stringContaining('it receives no room messages (you turned it off).') });
    expect(await devices()).toMatchObject([{ frontend: 'none', relay: false, why: 'you turned it off' }]);
    expect(await home.cli(['device', 'attach', String(first?.['id'])])).toMatchObject({ code: 0, stdout: expect.stringContaining('it receives room messages by relay (mentions) (you turned it on).') });
    expect(await home.cli(['device', 'mentions', 'Pocket', 'tea', 'cake'])).toMatchObject({ code: 0 });
    expect(await home.cli(['device', 'limit', 'Pocket', '--messages', '20', '--hours', '48'])).toMatchObject({ code: 0 });
    expect(await home.cli(['device', 'digest', 'Pocket', 'on', '--quiet', '22:00-07:00'])).toMatchObject({ code: 0 });
    expect(await home.cli(['device', 'digest', 'Pocket', 'on', '--quiet', 'at night'])).toMatchObject({ code: 2 });
    expect(await home.cli(['device', 'test', 'Pocket'])).toMatchObject({ code: 0, stdout: expect.stringContaining('The test was delivered to Pocket.') });
    expect(await home.cli(['device', 'policy', 'Pocket', 'sometimes'])).toMatchObject({ code: 2 });
    expect(await home.cli(['device', 'label', 'tablet', 'x'])).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no device tablet') });

    await phone.close();
    await until(async () => (await devices()).every(({ online }) => !online), { what: 'the phone to be gone', every: 200 });
    expect(await devices()).toMatchObject([{ label: 'Pocket', online: false, why: 'you turned it on' }]);
    expect(await home.cli(['device', 'test', 'Pocket'])).toMatchObject({ code: 1, stderr: expect.stringContaining('Pocket is not online.') });
    expect(await home.cli(['device', 'forget', 'Pocket'])).toMatchObject({ code: 0, stdout: 'Forgot Pocket.\n' });
    expect(await devices()).toEqual([]);
  });
});
