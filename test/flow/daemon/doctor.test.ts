// The doctor on a real home and real servers, with a daemon and without one.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bridges } from '../../support/clients/bookmarks.ts';
import { apiOf, makeHome, type Home } from '../../support/daemon.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';

interface Finding {
  readonly check: string;
  readonly account: string | null;
  readonly level: 'ok' | 'note' | 'bad';
  readonly message: string;
  readonly todo: string | null;
}

const undo = undoing();

function newHome(): Home {
  const home = makeHome();
  undo.push(home.remove);
  return home;
}

async function examine(home: Home, command: 'doctor' | 'reach' = 'doctor'): Promise<{ code: number; findings: Finding[]; of(check: string): Finding[] }> {
  const { code, stdout } = await home.cli([command, '--json']);
  const findings = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Finding);
  return { code, findings, of: (check) => findings.filter((one) => one.check === check) };
}

describe.each(servers)('on $kind', (server) => {
  test('all is looked at, with a daemon and without one, and nothing is changed', async () => {
    const home = newHome();
    const alice = await newAccount(server, 'alice');
    await home.addAccount(server, alice);
    const before = readFileSync(join(home.dir, 'settings.json'), 'utf8');
    const alone = await examine(home);
    expect(alone.findings.filter(({ level }) => level === 'bad')).toEqual([]);
    expect(alone.code).toBe(0);
    const checks = ['node', 'home', 'settings', 'disk', 'archive', 'backup', 'keyring', 'daemon', 'port', 'dns', 'tls', 'login', 'stream management', 'carbons', 'client state', 'push', 'pep', 'bookmarks bridging', 'clock'];
    for (const check of checks) expect(alone.of(check).length, check).toBeGreaterThan(0);
    for (const check of ['tls', 'login', 'stream management', 'carbons', 'clock', 'pep']) expect(alone.of(check)[0], check).toMatchObject({ level: 'ok', account: alice.jid });
    expect(alone.of('tls')[0]?.message).toMatch(/TLSv1\.3; its certificate is trusted for \d+ more days; it accepts .*SCRAM-SHA/);
    const [bridging] = alone.of('bookmarks bridging');
    const bridged = await bridges(server);
    expect(bridging?.level).toBe(bridged ? 'ok' : 'note');
    expect(bridging?.todo ?? '').toMatch(bridged ? /^$/ : /mod_private/);
    expect(alone.findings.filter(({ level, todo }) => level !== 'ok' && todo === null)).toEqual([]);
    expect(readFileSync(join(home.dir, 'settings.json'), 'utf8')).toBe(before);
    await home.start();
    const api = apiOf(home);
    await until(async () => (await api.status.query()).accounts[0]?.connection.state === 'online', { what: 'alice to be online' });
    await api.join.mutate({ room: await server.room({ archive: true }) });
    const beside = await examine(home);
    expect(beside.findings.filter(({ level }) => level === 'bad')).toEqual([]);
    for (const check of ['daemon', 'login', 'rooms', 'archive', 'bookmarks', 'clock']) expect(beside.of(check).at(-1), check).toMatchObject({ level: 'ok' });
    expect(beside.of('rooms')[0]?.message).toBe('1 rooms, all joined and verified.');
  });
});

test('what devices are offered at the bouncer is compared with what the account’s own server offers', async () => {
  const home = newHome();
  const [server] = servers;
  if (!server) throw new Error('no server');
  const alice = await newAccount(server, 'alice');
  await home.addAccount(server, alice);
  await home.start();
  expect((await examine(home)).of('device login')).toEqual([]); // the bouncer is off
  await home.cli(['bouncer', 'on', '--listen', '127.0.0.1:0', '--direct-tls', '127.0.0.1:0']);
  await home.cli(['device', 'add', 'Phone']);
  const { of } = await examine(home);
  expect(of('device login')).toEqual([expect.objectContaining({ account: alice.jid, level: 'ok', message: expect.stringContaining('by SCRAM-SHA-512-PLUS') })]);
});

test('each address of the bouncer is tried, and what is not there says so', async () => {
  const home = newHome();
  const [server] = servers;
  if (!server) throw new Error('no server');
  const alice = await newAccount(server, 'alice');
  await home.addAccount(server, alice);
  expect(await examine(home, 'reach')).toMatchObject({ code: 1, findings: [{ check: 'daemon', level: 'bad' }] });
  await home.start();
  expect(await examine(home, 'reach')).toMatchObject({ code: 1, findings: [{ check: 'bouncer', level: 'bad', todo: '`minimix bouncer on`' }] });
  await home.cli(['bouncer', 'on', '--listen', '127.0.0.1:0', '--direct-tls', '127.0.0.1:0', '--name', 'nowhere.invalid']);
  const { code, of, findings } = await examine(home, 'reach');
  expect(of('reach').map(({ level, message }) => [level, message])).toEqual([
    ['ok', expect.stringMatching(/^127\.0\.0\.1:\d+ \(STARTTLS\) answers with TLSv1\.3; its certificate names .*127\.0\.0\.1.*; it offers SCRAM-SHA-512-PLUS and SASL2\.$/)],
    ['ok', expect.stringMatching(/\(direct TLS\)/)],
  ]);
  expect(of('name')).toEqual([expect.objectContaining({ level: 'bad', message: expect.stringContaining('nowhere.invalid is not found') })]);
  expect(of('phone')).toHaveLength(1);
  expect(code).toBe(1); // for the name
  expect(findings.filter(({ level, todo }) => level !== 'ok' && todo === null)).toEqual([]);
});

test('what is wrong is bad, says what to do, and ends with 1', async () => {
  const home = newHome();
  const [server] = servers;
  if (!server) throw new Error('no server');
  const alice = await newAccount(server, 'alice');
  await home.addAccount(server, { ...alice, password: 'another one' });
  await home.cli(['settings', 'set', 'account.ca', '--default']);
  writeFileSync(join(home.dir, 'archive.db'), 'not a database, but long enough to be looked at as one '.repeat(200));
  chmodSync(join(home.dir, 'secrets.json'), 0o644);
  const { code, findings, of } = await examine(home);
  expect(code).toBe(1);
  expect(of('home')[0]).toMatchObject({ level: 'bad', todo: expect.stringContaining('chmod go-rwx') });
  expect(of('archive')[0]).toMatchObject({ level: 'bad', todo: expect.stringContaining('restore') });
  expect(of('tls')[0]).toMatchObject({ level: 'bad', todo: expect.stringMatching(/authority|pin/) });
  expect(of('login')[0]).toMatchObject({ level: 'bad' });
  for (const one of findings.filter(({ level }) => level === 'bad')) expect(one.todo, one.message).not.toBeNull();
  expect(readdirSync(home.dir)).not.toContain('settings.json.new');
  const { stdout } = await home.cli(['doctor', '--bad']);
  expect(stdout).toMatch(/^BAD {2}home: .*\n {7}-> chmod/m);
  expect(stdout).toMatch(/\d+ errors?, \d+ notes?\.\n$/);
});

test('a password that the server does not take is told apart from a server that cannot be reached', async () => {
  const home = newHome();
  const [server] = servers;
  if (!server) throw new Error('no server');
  const alice = await newAccount(server, 'alice');
  await home.addAccount(server, { ...alice, password: 'another one' });
  const { code, of } = await examine(home);
  expect(code).toBe(1);
  expect(of('tls')[0]?.level).toBe('ok');
  expect(of('login')[0]).toMatchObject({ level: 'bad', todo: expect.stringContaining('account password') });
});
