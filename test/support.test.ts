import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificates, type CertificateOptions } from './support/servers/certificates.ts';
import { feed, until } from './support/until.ts';
import { summary } from './support/reporter.ts';
import { portOf } from './support/servers/server.ts';

const dirs: string[] = [];
afterEach(async () => { await Promise.all(dirs.splice(0).map((dir) => rm(dir, { recursive: true, force: true }))); });

async function newDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'support-'));
  dirs.push(dir);
  return dir;
}

describe('until', () => {
  test('gives the first value that is something', async () => {
    let looks = 0;
    await expect(until(() => ((looks += 1) === 3 ? 'third' : undefined))).resolves.toBe('third');
  });

  test('names what it waited for and the last value', async () => {
    const wait = until(() => 0, { deadline: 20, what: 'a number to grow' });
    await expect(wait).rejects.toThrow('waited 20 ms for a number to grow; last seen: 0');
  });

  test('takes a throw for not yet, and tells the last one', async () => {
    const wait = until(() => { throw new Error('still closed'); }, { deadline: 20, what: 'a port' });
    await expect(wait).rejects.toThrow('a port; last error: Error: still closed');
  });

  test('does not hang on a condition that never answers', async () => {
    const wait = until(() => new Promise<boolean>(() => undefined), { deadline: 20, what: 'an answer' });
    await expect(wait).rejects.toThrow('the condition itself did not answer');
  });

  test('tells what it saw before a look that came to no end', async () => {
    let looks = 0;
    const wait = until(() => ((looks += 1) === 1 ? Promise.reject(new Error('still closed')) : new Promise<boolean>(() => undefined)), { deadline: 50, what: 'a port' });
    await expect(wait).rejects.toThrow('a port; last error: Error: still closed');
  });
});

describe('a feed', () => {
  test('gives each value once, and keeps what was passed over', async () => {
    const events = feed<number>();
    [1, 2, 3].forEach(events.push);
    await expect(events.next((n) => n > 1)).resolves.toBe(2);
    await expect(events.next((n) => n > 1)).resolves.toBe(3);
    await expect(events.next(() => true)).resolves.toBe(1);
    expect(events.all).toEqual([1, 2, 3]);
  });

  test('wakes two that wait, each with its own value', async () => {
    const events = feed<string>();
    const both = Promise.all([events.next((s) => s === 'b'), events.next((s) => s === 'a')]);
    events.push('a');
    events.push('b');
    await expect(both).resolves.toEqual(['b', 'a']);
  });

  test('tells at the deadline what had come instead', async () => {
    const events = feed<string>();
    events.push('rain');
    await expect(events.next((s) => s === 'sun', { deadline: 20, what: 'the sun' }))
      .rejects.toThrow(/20 ms passed while waiting for the sun; not consumed:\s+'rain'/);
  });

  test('rejects who waits when it ends', async () => {
    const events = feed<string>();
    const wait = events.next(() => true);
    events.end('the stream ended');
    await expect(wait).rejects.toThrow('the stream ended');
  });
});

describe('a throw-away certificate', () => {
  async function handshake(servername: string, options?: CertificateOptions): Promise<string> {
    const { ca, cert, key, fingerprint } = await makeCertificates(await newDir(), 'shakespeare.test', options);
    const server = createTlsServer({ cert, key }).listen(0, '127.0.0.1');
    onTestFinished(() => { server.close(); });
    await once(server, 'listening');
    const port = portOf(server);
    const socket = connectTls({ host: '127.0.0.1', port, ca, servername });
    try {
      await once(socket, 'secureConnect');
      expect(socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(fingerprint);
      return 'trusted';
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    } finally {
      socket.destroy();
    }
  }

  test.each([
    ['the domain', 'shakespeare.test', {}, 'trusted'],
    ['a subdomain', 'rooms.shakespeare.test', {}, 'trusted'],
    ['another domain', 'marlowe.test', {}, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['a day that is over', 'shakespeare.test', { validDays: -1 }, 'CERT_HAS_EXPIRED'],
  ])('is checked for %s', async (_what, name, options, expected) => {
    expect(await handshake(name, options)).toBe(expected);
  });
});

test('a server ends, and its directory goes, when its test process is killed', async () => {
  const script = join(await newDir(), 'orphan.ts');
  await writeFile(script, `
    import { startProsody } from ${JSON.stringify(join(import.meta.dirname, 'support/servers/prosody.ts'))};
    const { pid, dir } = await startProsody();
    console.log(JSON.stringify({ pid, dir }));
    setInterval(() => undefined, 1000);
  `);
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => { child.kill('SIGKILL'); });
  const [line] = await once(createInterface(child.stdout), 'line');
  const { pid, dir } = JSON.parse(String(line)) as { pid: number; dir: string };
  expect(existsSync(`/proc/${pid}/cwd`)).toBe(true);
  child.kill('SIGKILL');
  await until(() => !existsSync(`/proc/${pid}/cwd`), { what: 'the orphaned server to end' }); // a zombie has no cwd
  await until(() => !existsSync(dir), { what: 'its directory to go' });
});

describe('the end of a test run', () => {
  test('is one line that counts, after each skipped test with its reason', () => {
    expect(summary({ passed: 3, failed: 0, failures: [], skipped: ['a.test.ts > a cat: no cat here'], unexplained: [] })).toBe(
      'Skipped: a.test.ts > a cat: no cat here\nTests: 3 passed, 0 failed, 1 skipped',
    );
  });

  /** Runs vitest on one made-up file and gives the last line and the exit code. */
  async function run(text: string, args: readonly string[] = []): Promise<{ last: string | undefined; code: unknown; output: string }> {
    const root = join(import.meta.dirname, '..');
    const dir = await mkdtemp(join(root, 'node_modules', '.made-up-'));
    dirs.push(dir);
    await writeFile(join(dir, 'a.test.ts'), text);
    await writeFile(join(dir, 'vitest.config.ts'), `export default { test: { include: ['a.test.ts'], exclude: [],
      setupFiles: [${JSON.stringify(join(root, 'test/support/no-orphans.ts'))}],
      reporters: [${JSON.stringify(join(root, 'test/support/reporter.ts'))}] } };`);
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', dir, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, VITEST: undefined, NODE_OPTIONS: undefined },
    });
    let output = '';
    child.stdout.on('data', (chunk) => { output += String(chunk); });
    child.stderr.on('data', (chunk) => { output += String(chunk); });
    const [code] = await once(child, 'close');
    return { last: output.trimEnd().split('\n').at(-1), code, output };
  }

  const head = `import { test, expect, describe, beforeAll, afterAll } from 'vitest';\n`;
  test.each([
    ['all passes', `test('a', () => { expect(1).toBe(1); });`, '1 passed, 0 failed, 0 skipped', 0],
    ['one fails', `test('a', () => { expect(1).toBe(2); }); test('b', () => {});`, '1 passed, 1 failed, 0 skipped', 1],
    ['one is skipped', `test('a', () => {}); test('b', (c) => { c.skip('no cat here'); });`, '1 passed, 0 failed, 1 skipped', 0],
    ['a file does not load', `throw new Error('broken');`, '0 passed, 1 failed, 0 skipped', 1],
    ['a file has no test', ``, '0 passed, 1 failed, 0 skipped', 1],
    ['all is skipped', `test('a', (c) => { c.skip('no cat here'); });`, '0 passed, 1 failed, 1 skipped', 1],
    ['one is skipped and does not say why', `test('a', () => {}); test.skip('b', () => {});`, '1 passed, 1 failed, 0 skipped', 1],
    ['a promise is left to reject', `test('a', () => { void Promise.reject(new Error('x')); });`, '1 passed, 1 failed, 0 skipped', 1],
    ['a hook fails', `describe('d', () => { beforeAll(() => { throw new Error('x'); }); test('a', () => {}); });`,
      '0 passed, 1 failed, 0 skipped', 1],
    ['a hook fails around others', `describe('d', () => { beforeAll(() => { throw new Error('x'); }); describe('e', () => { test('a', () => {}); test('b', () => {}); }); });`,
      '0 passed, 2 failed, 0 skipped', 1],
    ['a hook fails after the tests', `describe('d', () => { afterAll(() => { throw new Error('x'); }); test('a', () => {}); });`,
      '1 passed, 1 failed, 0 skipped', 1],
  ])('counts right where %s', async (_what, text, expected, status) => {
    const { last, code, output } = await run(head + text);
    expect({ last, code }, output).toEqual({ last: `Tests: ${expected}`, code: status });
  });

  test('names a test that is skipped and does not say why', async () => {
    const { output } = await run(`${head}test('a', () => {}); test.skip('a cat', () => {});`);
    expect(output).toContain('Skipped without a reason, which is a failure: a.test.ts > a cat');
  });

  test.each([
    ['a test', `test('a cat', () => { expect(1, 'the cats').toBe(2); });`, 'a.test.ts > a cat: the cats: expected 1 to be 2 // Object.is equality'],
    ['a hook around it', `describe('d', () => { beforeAll(() => { throw new Error('no milk'); }); test('a cat', () => {}); });`, 'a.test.ts > d > a cat: no milk'],
    ['a hook after it', `describe('d', () => { afterAll(() => { throw new Error('no milk'); }); test('a cat', () => {}); });`, 'a.test.ts: no milk'],
    ['its file', `throw new Error('no milk');`, 'a.test.ts: no milk'],
    ['a promise', `test('a', () => { void Promise.reject(new Error('no milk')); });`, 'outside of any test: no milk'],
  ])('names at its end what failed, and why: %s', async (_what, text, line) => {
    const { output } = await run(head + text);
    expect(output.split('\n').filter((each) => each.startsWith('Failed: '))).toEqual([`Failed: ${line}`]);
  });

  test('does not count what nobody asked for', async () => {
    const { last } = await run(`${head}describe('d', () => { test('a', () => {}); test('b', () => {}); });`, ['-t', 'd > b']);
    expect(last).toBe('Tests: 1 passed, 0 failed, 0 skipped');
  });

  test.each([
    ['its file is over', ''],
    ['its process is killed', `process.kill(process.pid, 'SIGKILL');`],
  ])('leaves no process behind that a test started, once %s', async (_what, end) => {
    // It would outlive a terminal's end, as tmux does, and its parent is gone at once.
    const { output } = await run(`${head}
      import { spawn } from 'node:child_process';
      import { once } from 'node:events';
      test('a', async () => {
        const child = spawn('sh', ['-c', "trap '' HUP TERM; sleep 300 >/dev/null & echo $!"], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
        process.stdout.write('the sleeper is ' + (await once(child.stdout, 'data')));
        ${end}
      });`);
    const pid = /the sleeper is (\d+)/.exec(output)?.[1];
    expect(pid, output).toBeDefined();
    await until(() => !existsSync(`/proc/${pid}/cwd`), { what: `${pid} to end` });
  });
});
