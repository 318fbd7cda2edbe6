import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { makeCertificates, type CertificateOptions } from './support/certificates.ts';
import { feed, until } from './support/until.ts';
import { summary } from './support/reporter.ts';
import { portOf } from './support/server.ts';

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
    import { startProsody } from ${JSON.stringify(join(import.meta.dirname, 'support/prosody.ts'))};
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
    expect(summary({ passed: 3, failed: 0, skipped: ['a.test.ts > a cat: no cat here'], unsteady: [] })).toBe(
      'Skipped: a.test.ts > a cat: no cat here\nTests: 3 passed, 0 failed, 1 skipped',
    );
  });

  /** Runs vitest on one made-up file and gives the last line and the exit code. */
  async function run(text: string): Promise<{ last: string | undefined; code: unknown; output: string }> {
    const root = join(import.meta.dirname, '..');
    const dir = await mkdtemp(join(root, 'node_modules', '.made-up-'));
    dirs.push(dir);
    await writeFile(join(dir, 'a.test.ts'), text);
    await writeFile(join(dir, 'vitest.config.ts'), `export default { test: { include: ['a.test.ts'], exclude: [],
      reporters: [${JSON.stringify(join(root, 'test/support/reporter.ts'))}] } };`);
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', dir], {
      stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, VITEST: undefined, NODE_OPTIONS: undefined },
    });
    let output = '';
    child.stdout.on('data', (chunk) => { output += String(chunk); });
    child.stderr.on('data', (chunk) => { output += String(chunk); });
    const [code] = await once(child, 'close');
    return { last: output.trimEnd().split('\n').at(-1), code, output };
  }

  const head = `import { test, expect, describe, beforeAll } from 'vitest';\n`;
  test.each([
    ['all passes', `test('a', () => { expect(1).toBe(1); });`, '1 passed, 0 failed, 0 skipped', 0],
    ['one fails', `test('a', () => { expect(1).toBe(2); }); test('b', () => {});`, '1 passed, 1 failed, 0 skipped', 1],
    ['one is skipped', `test('a', () => {}); test('b', (c) => { c.skip('no cat here'); });`, '1 passed, 0 failed, 1 skipped', 0],
    ['a file does not load', `throw new Error('broken');`, '0 passed, 1 failed, 0 skipped', 1],
    ['a file has no test', ``, '0 passed, 1 failed, 0 skipped', 1],
    ['all is skipped', `test.skip('a', () => {});`, '0 passed, 1 failed, 1 skipped', 1],
    ['a promise is left to reject', `test('a', () => { void Promise.reject(new Error('x')); });`, '1 passed, 1 failed, 0 skipped', 1],
    ['a hook fails', `describe('d', () => { beforeAll(() => { throw new Error('x'); }); test('a', () => {}); });`,
      '0 passed, 1 failed, 1 skipped', 1],
  ])('counts right where %s', async (_what, text, expected, status) => {
    const { last, code, output } = await run(head + text);
    expect({ last, code }, output).toEqual({ last: `Tests: ${expected}`, code: status });
  });

  test('names a test that passed at the second try only', async () => {
    const { output, code } = await run(`${head}let n = 0; test('a wobble', { retry: 1 }, () => { n += 1; expect(n).toBe(2); });`);
    expect(output).toContain('Passed at the second try: a.test.ts > a wobble');
    expect(code).toBe(0);
  });
});
