// `npm run package`: what a person installs who does not build. Three files in `release/`, two of them without a screen:
// minimix_VERSION_ARCH.deb has all it needs, Node 24 too; minimix-VERSION.tgz is for `npm install --global`, which fetches
// Node 24 and the keyring. Everything else is bundled (src/electron/vite.config.ts, renderer/vite.config.ts).
// minimix-desktop_VERSION_all.deb puts `minimix tray` on a desktop.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type InlineConfig } from 'vite';
import { z } from 'zod';
import { packagedUnit } from '../src/config/service.ts';
import { makeDeb, type Control } from './deb.ts';
import { makeDesktopPackage } from './desktop-package.ts';
import { licenceOf } from './licences.ts';

const project = join(import.meta.dirname, '..');
const manifest = z
  .object({ name: z.string(), version: z.string(), description: z.string(), license: z.string(), optionalDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')));
const { version } = manifest;

const DEB_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** What stays outside of the bundle is native; in the deb it lies beside it. */
const native = [`node-linux-${process.arch}`, '@napi-rs/keyring', `@napi-rs/keyring-linux-${process.arch}-gnu`];

/** Of a native package: what it needs to run, and what its licence asks to come along. */
const NEEDED = /^(package\.json|bin|bin\/node|LICENSE.*|[\w-]+\.js|[\w.-]+\.node)$/;

/** Writes page, daemon and command line to `tree`; resolves with the folders of the packages that went into them. */
async function bundle(tree: string): Promise<string[]> {
  const made = [
    await built({ configFile: join(project, 'renderer/vite.config.ts'), build: { outDir: join(tree, 'renderer/dist') } }),
    await built({ configFile: join(project, 'src/electron/vite.config.ts'), mode: 'headless', build: { outDir: join(tree, 'dist') } }),
  ].flat();
  const folders = made.flatMap((id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []);
  return [...new Set(folders)].toSorted();
}

/** The files that one build read. */
async function built(config: InlineConfig): Promise<string[]> {
  const output = await build({ ...config, logLevel: 'warn' });
  if (!('output' in output)) throw new Error('The bundler gave more than one output.');
  return output.output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
}

/** What both files carry: the folder that npm makes, and that the deb has in /usr/lib. */
function fill(tree: string, packages: readonly string[]): void {
  for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md', 'bin/minimix', 'bin/node24', 'build/tray', 'docs/minimix.1']) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    cpSync(join(project, name), join(tree, name), { recursive: true, filter: (path) => !path.includes('Template') }); // those are macOS's
  }
  for (const name of ['minimix', 'node24']) chmodSync(join(tree, 'bin', name), 0o755);
  const lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) }).parse(JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')));
  const locked = Object.keys(manifest.optionalDependencies).map((name): [string, string | undefined] => [name, lock.packages[`node_modules/${name}`]?.version]);
  // No scripts, so that nothing is built where it is installed; no `engines`, for it brings the Node that it runs on.
  const { name, description, license } = manifest;
  const own = { name, version, description, license, type: 'module', bin: { minimix: 'bin/minimix' }, man: './docs/minimix.1', optionalDependencies: Object.fromEntries(locked) };
  writeFileSync(join(tree, 'package.json'), `${JSON.stringify(own, undefined, 2)}\n`);
  writeFileSync(join(tree, 'LICENSE.third-party'), packages.map(licenceOf).join(`\n${'-'.repeat(72)}\n\n`));
}

function makeTgz(tree: string, out: string): string {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', out], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
  return join(out, `${manifest.name}-${version}.tgz`);
}

/** The system's folders around `tree`, which it moves to /usr/lib/minimix. */
function systemTree(tree: string, system: string, epoch: number): void {
  const home = join(system, 'usr/lib/minimix');
  const doc = join(system, 'usr/share/doc/minimix');
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(system, path)), { recursive: true });
    writeFileSync(join(system, path), content);
  };
  mkdirSync(dirname(home), { recursive: true });
  renameSync(tree, home);
  for (const name of native) {
    const from = join(project, 'node_modules', name);
    if (!existsSync(from)) throw new Error(`${name} is not installed: \`npm ci\` brings it, unless optional dependencies are left out.`);
    cpSync(from, join(home, 'node_modules', name), { recursive: true, filter: (path) => path === from || NEEDED.test(path.slice(from.length + 1)) });
  }
  mkdirSync(join(system, 'usr/bin'));
  symlinkSync('../lib/minimix/bin/minimix', join(system, 'usr/bin/minimix'));

  const minimix = (...args: string[]): string => execFileSync(join(home, 'bin/minimix'), args, { encoding: 'utf8' });
  put('usr/share/bash-completion/completions/minimix', minimix('completion', 'bash'));
  put('usr/share/zsh/vendor-completions/_minimix', minimix('completion', 'zsh'));
  put('usr/share/fish/vendor_completions.d/minimix.fish', minimix('completion', 'fish'));
  put('usr/share/man/man1/minimix.1.gz', gzipSync(minimix('reference', 'man'), { level: 9 }));
  put('usr/lib/systemd/user/minimix.service', packagedUnit('/usr/bin/minimix'));
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  put('usr/share/doc/minimix/changelog.gz', gzipSync(`minimix (${version}) unstable; urgency=medium\n\n  * What changed: NEWS.md.gz.\n\n -- ${MAINTAINER}  ${date}\n`, { level: 9 }));
  put('usr/share/doc/minimix/NEWS.md.gz', gzipSync(readFileSync(join(home, 'CHANGELOG.md')), { level: 9 }));
  const licences = ['LICENSE', 'LICENSE.third-party'].map((name) => readFileSync(join(home, name), 'utf8')).join('\nWhat is bundled with it:\n\n');
  put('usr/share/doc/minimix/copyright', licences.replaceAll(APACHE, 'The Apache License, Version 2.0: /usr/share/common-licenses/Apache-2.0\n'));
  put('usr/share/lintian/overrides/minimix', overridesFor(native[0] ?? ''));
  // Here they are where the system has such files.
  for (const name of ['LICENSE', 'LICENSE.third-party', 'CHANGELOG.md', 'README.md', 'docs']) rmSync(join(home, name), { recursive: true });
  cpSync(join(project, 'README.md'), join(doc, 'README.md'));
}

// Whoever publishes it puts their own here.
const MAINTAINER = 'Minimix <minimix@minimix.invalid>';

/** Debian has this text once for all its packages, and wants it nowhere else (policy 12.5). */
const APACHE = /^ *Apache License$[^]*?^ *END OF TERMS AND CONDITIONS$/gm;

/** Of lintian(1). */
const overridesFor = (node: string): string =>
  ['unstripped-binary-or-object', 'embedded-library', 'hardening-no-pie', 'extra-license-file']
    .map((tag) => `# Node is the one of nodejs.org, byte for byte.\nminimix: ${tag} *usr/lib/minimix/node_modules/${node}/*\n`)
    .join('');

const control = (architecture: string): Control => ({
  Package: 'minimix',
  Version: version,
  Architecture: architecture,
  Maintainer: MAINTAINER,
  // What the Node of nodejs.org is linked with.
  Depends: 'libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 8)',
  Suggests: 'prosody, gnome-keyring',
  Section: 'net',
  Priority: 'optional',
  Homepage: 'https://minimix.invalid/',
  Description: `one membership in every XMPP room, for all your devices
 A daemon that is always on: it logs in to your account, joins each room once,
 keeps every message, and brings the rooms to whatever device you pick up. It
 needs nothing of your server.
 .
 This package has no tray and needs no screen: the page is for your browser.
 It brings the Node that it runs on.`,
});

/** The commit's time, so that who packs the same commit gets the same bytes. */
function epochOf(): number {
  const told = process.env['SOURCE_DATE_EPOCH'];
  if (told !== undefined) return Number(told);
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return Math.floor(statSync(join(project, 'package.json')).mtimeMs / 1000); // a tree without its history
  }
}

const megabytes = (file: string): string => `${(statSync(file).size / 1e6).toFixed(1)} MB`;

async function main(): Promise<void> {
  // To look into a deb is quicker where it is not compressed: `--compression none`.
  const { values } = parseArgs({ options: { out: { type: 'string', default: join(project, 'release') }, compression: { type: 'string', default: 'xz' } } });
  const architecture = DEB_ARCHITECTURES[process.arch];
  if (process.platform !== 'linux' || architecture === undefined) throw new Error(`A package can be made on Linux (x64, arm64), and this is ${process.platform} on ${process.arch}.`);
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'minimix-package-'));
  try {
    const tree = join(work, 'minimix');
    const packages = await bundle(tree);
    fill(tree, packages);
    const tgz = makeTgz(tree, out);
    console.log(`${tgz}: ${megabytes(tgz)}; ${packages.length} packages bundled; npm adds ${Object.keys(manifest.optionalDependencies).join(', ')}, as far as they are for the machine`);
    const system = join(work, 'system');
    const epoch = epochOf();
    systemTree(tree, system, epoch);
    const deb = join(out, `minimix_${version}_${architecture}.deb`);
    makeDeb(system, control(architecture), { packing: { epoch, compression: values.compression }, file: deb });
    console.log(`${deb}: ${megabytes(deb)}; ${packages.length} packages bundled, ${native.length} beside them: ${native.join(', ')}`);
    const desktop = join(out, `minimix-desktop_${version}_all.deb`);
    const licence = readFileSync(join(project, 'LICENSE'), 'utf8');
    makeDesktopPackage({ project, version, maintainer: MAINTAINER, licence, packing: { epoch, compression: values.compression } }, join(work, 'desktop'), desktop);
    console.log(`${desktop}: ${(statSync(desktop).size / 1e3).toFixed(0)} kB; it needs the one above`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  console.error(`package: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
