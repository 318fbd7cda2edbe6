// The command line where no daemon runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { makeCertificates } from '../support/servers/certificates.ts';
import { bin, makeHome, type Home } from '../support/daemon.ts';

const ALICE = 'alice@example.org';
const PIN = 'AB'.repeat(32);
let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home.remove());

const settings = async () =>
  JSON.parse(await readFile(join(home.dir, 'settings.json'), 'utf8')) as { accounts: unknown[] };
const add = (...args: string[]) =>
  home.cli(['account', 'add', ALICE, '--password-stdin', ...args], 'hunter2\n');

test.each([
  ['status'],
  ['rooms'],
  ['devices'],
  ['page'],
  ['join', 'cave@muc.example.org'],
  ['leave', 'cave@muc.example.org'],
  ['say', 'cave@muc.example.org', 'hello'],
  ['history', 'cave@muc.example.org'],
  ['search', 'hello'],
  ['rooms', 'cave@muc.example.org', '--log'],
  ['follow', 'cave@muc.example.org'],
  ['room', 'set', 'cave@muc.example.org', '--never-create', 'on'],
  ['nick', 'cave@muc.example.org', 'Ali'],
  ['voice', 'cave@muc.example.org'],
  ['outbox'],
  ['invites'],
  ['invites', 'accept', 'cave@muc.example.org'],
  ['invites', 'decline', 'cave@muc.example.org', '--reason', 'no'],
  ['retention', 'cave@muc.example.org', '30d'],
])('`%s` says in one sentence that no daemon runs, and exits with 3', async (...args) => {
  const { code, stdout, stderr } = await home.cli(args);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toBe(`minimix: No daemon runs on ${home.dir}: start one with \`minimix run\`.\n`);
  expect(await readdir(home.dir)).toEqual([]);
});

test.each([
  [['jump']],
  [['join']],
  [['join', 'not a room']],
  [['join', 'cave@muc.example.org', '--nick', 'a\u0007']],
  [['history', 'cave@muc.example.org', '--limit', '0']],
  [['history', 'cave@muc.example.org', '--limit', '501']],
  [['history', 'cave@muc.example.org', '--before', 'x']],
  [['rooms', '--colour']],
  [['rooms', '--log']],
  [['room', 'set', 'cave@muc.example.org']],
  [['room', 'set', 'cave@muc.example.org', '--never-create', 'perhaps']],
  [['nick', 'cave@muc.example.org']],
  [['retention', 'cave@muc.example.org', '0d']],
  [['retention', 'cave@muc.example.org', 'sometimes']],
  [['search', 'x', '--order', 'size']],
  [['export', 'file', '--from', 'yesterday']],
  [['export', 'file', '--format', 'pdf']],
  [['--account', 'alice', 'rooms']],
  [['account', 'add', 'alice']],
  [['account', 'add', ALICE, '--server', 'host:port']],
  [['account', 'add', ALICE, '--server', 'a:70000']],
  [['account', 'add', ALICE, '--pin', 'abc']],
  [['account', 'add', ALICE, '--ca', '/nowhere.pem']],
  [['account', 'add', ALICE, '--ca', bin]],
  [['account', 'add', ALICE, '--direct-tls']],
  [['account', 'add', ALICE]],
])('wrong usage %j is told in one line, and exits with 2', async (args) => {
  const { code, stdout, stderr } = await home.cli(args);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr.trim().split('\n').length, stderr).toBeLessThanOrEqual(2);
  expect(await readdir(home.dir)).toEqual([]);
});

test.each([
  ['run'],
  ['status'],
  ['devices'],
  ['page'],
  ['join'],
  ['leave'],
  ['rooms'],
  ['say'],
  ['history'],
  ['search'],
  ['follow'],
  ['room', 'set'],
  ['nick'],
  ['voice'],
  ['invites'],
  ['invites', 'accept'],
  ['invites', 'decline'],
  ['outbox'],
  ['outbox', 'again'],
  ['outbox', 'drop'],
  ['retention'],
  ['export'],
  ['import'],
  ['backup'],
  ['restore'],
  ['account', 'add'],
  ['account', 'list'],
  ['account', 'remove'],
])('`%s %s` has --help', async (...words) => {
  const { code, stdout } = await home.cli([...words.filter(Boolean), '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: minimix ${words.filter(Boolean).join(' ')}`);
  expect(stdout).toContain('--home');
});

describe('accounts', () => {
  test('an account is added, listed and removed; the command says where the password is', async () => {
    const added = await add(
      '--server',
      '[::1]:5299',
      '--pin',
      PIN.replaceAll(/..(?!$)/g, '$&:'),
      '--resource',
      'r',
    );
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toContain('secrets.json');
    expect((await settings()).accounts).toEqual([
      { jid: ALICE, resource: 'r', server: { host: '::1', port: 5299 }, pin: PIN.toLowerCase() },
    ]);
    expect(await home.json<Record<string, unknown>>(['account', 'list'])).toEqual([{ account: ALICE, state: 'not running' }]);
    expect(await home.cli(['account', 'remove', ALICE])).toMatchObject({ code: 0, stderr: '' });
    expect(await home.json<Record<string, unknown>>(['account', 'list'])).toEqual([]);
    expect(await readFile(join(home.dir, 'secrets.json'), 'utf8')).not.toContain('hunter2');
  });

  test('the stored password is changed, and that of no account that is not here', async () => {
    await add();
    expect(await home.cli(['account', 'password', ALICE, '--password-stdin'], 'hunter3\n')).toMatchObject({ code: 0, stdout: expect.stringContaining(`Changed the password of ${ALICE}`) });
    expect(JSON.parse(await readFile(join(home.dir, 'secrets.json'), 'utf8'))).toEqual({ passwords: { [ALICE]: 'hunter3' } });
    expect(await home.cli(['account', 'password', 'bob@example.org', '--password-stdin'], 'x\n')).toMatchObject({ code: 1, stdout: '' });
  });

  test('the password is in a file of the owner alone, and in no other', async () => {
    await add();
    for (const name of await readdir(home.dir)) {
      const path = join(home.dir, name);
      expect((await stat(path)).mode & 0o077, name).toBe(0);
      expect((await readFile(path, 'utf8')).includes('hunter2'), name).toBe(name === 'secrets.json');
    }
  });

  test('two accounts get resources of their own', async () => {
    await add();
    await home.cli(['account', 'add', 'bob@example.org', '--password-stdin'], 'x\n');
    const resources = (await settings()).accounts.map(
      (account) => (account as { resource: string }).resource,
    );
    expect(new Set(resources).size).toBe(2);
  });

  test('the CA is copied into the settings, so that its file may go', async () => {
    const { caFile, ca } = await makeCertificates(join(home.dir, 'tls'), 'example.org');
    expect(await add('--ca', caFile)).toMatchObject({ code: 0 });
    expect((await settings()).accounts).toMatchObject([{ jid: ALICE, ca }]);
  });

  test('direct TLS and STARTTLS have each their port where none is named', async () => {
    await add('--server', 'xmpp.example.org', '--direct-tls');
    await home.cli(
      ['account', 'add', 'bob@example.org', '--server', 'xmpp.example.org', '--password-stdin'],
      'x\n',
    );
    expect((await settings()).accounts).toMatchObject([
      { server: { port: 5223 } },
      { server: { port: 5222 } },
    ]);
  });

  test('an account that is here already, and one that is not, are refused with 1', async () => {
    await add();
    expect(await add()).toMatchObject({ code: 1, stdout: '' });
    expect(await home.cli(['account', 'remove', 'bob@example.org'])).toMatchObject({ code: 1, stdout: '' });
    expect((await settings()).accounts).toHaveLength(1);
  });

  test('--home goes before MINIMIX_HOME, and stands before or after the command', async () => {
    const other = join(home.dir, 'other');
    await home.cli(['--home', other, 'account', 'add', ALICE, '--password-stdin'], 'x\n');
    expect((await home.cli(['account', 'list', '--home', other])).stdout).toContain(ALICE);
    expect((await home.cli(['account', 'list'])).stdout).toBe('');
    expect((await stat(other)).mode & 0o777).toBe(0o700);
  });

  test('on a terminal the password is asked for and not shown', async () => {
    // util-linux's `script` gives the command a terminal; what it prints is what a person would see.
    const env = { ...process.env, MINIMIX_HOME: home.dir, MINIMIX_KEYRING: 'off', BIN: bin };
    const child = spawn('script', ['-qec', `"$BIN" account add ${ALICE}`, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let seen = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (!seen.includes('Password') && chunk.includes('Password')) child.stdin.write('hunterx\u007f2ä\r');
      seen += chunk;
    });
    const whole = text(child.stdout);
    await once(child, 'close');
    await whole;
    child.stdin.destroy();
    expect(seen).toContain('Added');
    expect(seen).not.toContain('hunter');
    expect(JSON.parse(await readFile(join(home.dir, 'secrets.json'), 'utf8'))).toEqual({
      passwords: { [ALICE]: 'hunter2ä' },
    });
  });
});

test('settings that are bad stop the daemon with path, line and reason, and are left as they are', async () => {
  const bad = '{\n  "version": 1,\n  "accounts": [],\n  "web": { "port": "red" }\n}\n';
  await writeFile(join(home.dir, 'settings.json'), bad);
  const { code, stdout, stderr } = await home.cli(['run']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`${join(home.dir, 'settings.json')}, line 4, column 20: web.port must be a number`);
  expect(await readFile(join(home.dir, 'settings.json'), 'utf8')).toBe(bad);
  expect(await add()).toMatchObject({ code: 1, stdout: '' });
});

test('a home that cannot be written is told in one sentence', async () => {
  await writeFile(join(home.dir, 'file'), '');
  await mkdir(join(home.dir, 'x'));
  const { code, stderr } = await home.cli(['--home', join(home.dir, 'file', 'home'), 'run']);
  expect(code).toBe(1);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test.each([
  [['export', 'messages.jsonl'], 'There is no archive'],
  [['backup', 'copy.db'], 'There is no archive'],
  [['import', 'nothing.jsonl', '--account', ALICE], 'does not exist'],
  [['restore', 'nothing.db'], 'does not exist'],
])('%j says in one sentence what is missing, and exits with 1', async (args, sentence) => {
  const { code, stdout, stderr } = await home.cli(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('completion offers nothing, and says nothing, where no daemon runs', async () => {
  expect(await home.cli(['complete', 'rooms'])).toEqual({ code: 0, stdout: '', stderr: '' });
});

test.each([
  [['export', 'nowhere/out.jsonl', '--account', ALICE], 'No such folder', 'nowhere'],
  [['backup', 'nowhere/copy.db'], 'No such folder', 'nowhere'],
  [['import', '', '--account', ALICE], 'it is a folder', ''],
  [['account', 'add', ALICE, '--ca', 'no.pem'], '--ca cannot be read: there is no such file or folder', ''],
])('a path that is wrong is told in one clear sentence: %j', async ([verb = '', ...args], sentence, place) => {
  openArchive(join(home.dir, 'archive.db')).close();
  const words = verb === 'account' ? args : [join(home.dir, args[0] ?? ''), ...args.slice(1)];
  const { code, stdout, stderr } = await home.cli([verb, ...words]);
  expect({ code, stdout }).toEqual({ code: verb === 'account' ? 2 : 1, stdout: '' });
  expect(stderr).toContain(sentence);
  expect(stderr).toContain(place);
  expect(stderr).not.toMatch(/ENOENT|EISDIR|SQLITE/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('an import is told what it did; again, nothing is new; what is no export is refused', async () => {
  const file = join(home.dir, 'in.jsonl');
  const line = (n: number) => ({
    room: 'cave@muc.example.org',
    nick: 'bob',
    kind: 'message',
    id: `m${n}`,
    body: `word ${n}`,
    at: 1_790_000_000_000 + n * 1000,
    arrivedAt: 1_790_000_000_000 + n * 1000,
    delayed: false,
    xml: `<message xmlns='jabber:client' from='cave@muc.example.org/bob' type='groupchat'><body>word ${n}</body></message>`,
  });
  const lines = [{ minimix: 'archive', version: 1 }, line(1), { nonsense: true }, line(2)];
  await writeFile(file, lines.map((each) => `${JSON.stringify(each)}\n`).join(''));
  await add();
  expect(await home.json(['import', file])).toMatchObject([
    { account: ALICE, read: 3, kept: 2, known: 0, refused: 1, trouble: [{ line: 2 }] },
  ]);
  expect(await home.json(['import', file])).toMatchObject([{ kept: 0, known: 2 }]);
  await writeFile(file, 'Dear diary,\n');
  expect(await home.cli(['import', file])).toMatchObject({ code: 1, stdout: '' });

  const out = join(home.dir, 'out.txt');
  expect(await home.cli(['export', out])).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(out, 'utf8')).toContain('<bob> word 2');
  expect(await home.cli(['export', out])).toMatchObject({ code: 1, stdout: '' });
});

test('an encrypted backup is asked for its passphrase twice, unseen, and a restoration once', async () => {
  openArchive(join(home.dir, 'archive.db')).close();
  const file = join(home.dir, 'backup.age');
  const seen = await onTerminal('"$BIN" backup --encrypt "$FILE"', { FILE: file }, ['Passphrase of the backup: ', 'Repeat the passphrase: '], 'wherefore art thou');
  expect(seen).toContain('Saved an encrypted backup');
  expect(seen).not.toContain('wherefore');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await home.cli(['restore', file])).toMatchObject({ code: 2, stderr: expect.stringContaining('--passphrase-stdin') });
  expect(await home.cli(['restore', file, '--passphrase-stdin'], 'deny thy father\n')).toMatchObject({ code: 1, stderr: expect.stringContaining('not the passphrase') });
  expect((await readdir(home.dir)).filter((name) => name.includes('before'))).toEqual([]);
  expect(await home.cli(['restore', file, '--passphrase-stdin'], 'wherefore art thou\n')).toMatchObject({ code: 0, stdout: expect.stringContaining('Restored.') });
});

test.each([
  [['--passphrase-stdin'], 'long enough\n', 'for --encrypt only'],
  [['--encrypt', '--passphrase-stdin'], 'short\n', 'shorter than 8'],
  [['--encrypt'], '', 'no terminal'],
])('a backup with %j is refused in one sentence, and nothing is written', async (options, input, sentence) => {
  openArchive(join(home.dir, 'archive.db')).close();
  const { code, stderr } = await home.cli(['backup', join(home.dir, 'x.age'), ...options], input);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) });
  expect((await readdir(home.dir)).filter((name) => !/^archive\.db(-wal|-shm)?$/.test(name))).toEqual([]);
});

/** Runs a shell's line on a terminal of util-linux's `script`, types `answer` at each prompt, and gives what was shown. */
async function onTerminal(line: string, env: Record<string, string>, prompts: readonly string[], answer: string): Promise<string> {
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, MINIMIX_HOME: home.dir, MINIMIX_KEYRING: 'off', BIN: bin, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const waiting = [...prompts];
  let seen = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    seen += chunk;
    if (!seen.includes(waiting[0] ?? '\0')) return;
    waiting.shift();
    child.stdin.write(`${answer}\r`);
  });
  const whole = text(child.stdout);
  await once(child, 'close');
  await whole;
  child.stdin.destroy();
  return seen;
}
