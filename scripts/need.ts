// The first step of `npm test` and of `npm run demo`: what npm cannot install is there, or is installed, or
// is named.
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What may be asked for: the Debian package, and a program, a module or one of some files that shows that it is there. */
const NEEDS: Record<string, { package: string; program?: string; python?: string; files?: string[] }> = {
  prosody: { package: 'prosody', program: 'prosody' },
  ejabberd: { package: 'ejabberd', program: 'ejabberdctl' },
  chromium: { package: 'chromium', program: 'chromium' },
  profanity: { package: 'profanity', program: 'profanity' },
  poezio: { package: 'poezio', program: 'poezio' },
  mcabber: { package: 'mcabber', program: 'mcabber' },
  tmux: { package: 'tmux', program: 'tmux' },
  'python3-slixmpp': { package: 'python3-slixmpp', python: 'slixmpp' },
  'python3-aioxmpp': { package: 'python3-aioxmpp', python: 'aioxmpp' },
  gajim: { package: 'gajim', program: 'gajim' },
  pidgin: { package: 'pidgin', program: 'pidgin' },
  'prosody-modules': { package: 'prosody-modules', files: ['mod_cloud_notify', 'mod_cloud_notify.lua'].map((name) => `/usr/lib/prosody/modules/${name}`) },
  zsh: { package: 'zsh', program: 'zsh' },
  fish: { package: 'fish', program: 'fish' },
  'man-db': { package: 'man-db', program: 'man' },
  mandoc: { package: 'mandoc', program: 'mandoc' },
  dbus: { package: 'dbus', program: 'dbus-daemon' },
  'python3-dbus': { package: 'python3-dbus', python: 'dbus' },
  'python3-gi': { package: 'python3-gi', python: 'gi' },
  xvfb: { package: 'xvfb', program: 'Xvfb' },
  openbox: { package: 'openbox', program: 'openbox' },
  imagemagick: { package: 'imagemagick', program: 'import' },
  dunst: { package: 'dunst', program: 'dunst' },
  xdotool: { package: 'xdotool', program: 'xdotool' },
  xfconf: { package: 'xfconf', program: 'xfconf-query' },
  'xfce4-panel': { package: 'xfce4-panel', program: 'xfce4-panel' },
  strace: { package: 'strace', program: 'strace' },
  systemd: { package: 'systemd', program: 'systemd-analyze' },
};

const POLICY = '/usr/sbin/policy-rc.d';

main(process.argv.slice(2));

function main(names: string[]): void {
  const unknown = names.filter((name) => !Object.hasOwn(NEEDS, name));
  if (unknown.length > 0) fail(`need: I do not know ${unknown.join(', ')}; I know ${Object.keys(NEEDS).join(', ')}.`);
  const missing = names.filter((name) => !isThere(name));
  if (missing.length === 0) return;

  const packages = missing.map((name) => NEEDS[name]?.package ?? name);
  const how = `apt-get update && apt-get install --no-install-recommends ${packages.join(' ')}`;
  const prefix = privileges();
  if (prefix === undefined) {
    fail(`These packages are missing: ${packages.join(', ')}. To install them: sudo sh -c '${how}'`);
  }
  console.log(`Installing ${packages.join(', ')}`);
  if (!install(packages, prefix)) fail(`The installation failed: is there a network? To try it yourself: sudo sh -c '${how}'`);
  const still = missing.filter((name) => !isThere(name));
  if (still.length > 0) fail(`Installed, and still not found: ${still.join(', ')}.`);
}

function isThere(name: string): boolean {
  const need = NEEDS[name];
  if (need?.python !== undefined) {
    return spawnSync('/usr/bin/python3', ['-c', `import ${need.python}`], { stdio: 'ignore' }).status === 0;
  }
  if (need?.files !== undefined) return need.files.some((file) => existsSync(file));
  // ejabberdctl and others live in sbin, which an ordinary user's PATH may lack
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/usr/games'];
  return folders.some((folder) => isExecutable(join(folder, need?.program ?? name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next folder may have it
  }
}

/**
 * What to put in front of a command that root must run; undefined where that cannot be had without a person.
 */
function privileges(): string[] | undefined {
  if (!existsSync('/usr/bin/apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

/**
 * Debian starts a server's service as soon as it is installed; nobody who runs a test wants that. The policy
 * answers "forbidden" (101) to each such start, and is ours alone: an existing one is left as it is.
 */
function install(packages: string[], prefix: string[]): boolean {
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) writeAsRoot(POLICY, '#!/bin/sh\nexit 101\n', prefix);
  try {
    const options = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300'];
    return [['update', ...options], ['install', ...options, '--no-install-recommends', ...packages]]
      .every((args) => runAsRoot(['apt-get', ...args], prefix));
  } finally {
    if (ownPolicy) removeAsRoot(POLICY, prefix);
  }
}

function runAsRoot(command: string[], prefix: string[]): boolean {
  // `env` and not an option of spawn: sudo would drop the variable
  const [program = 'env', ...args] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command];
  return spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function writeAsRoot(path: string, text: string, prefix: string[]): void {
  if (prefix.length === 0) {
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return;
  }
  const script = 'cat >"$1" && chmod 755 "$1"';
  execFileSync('sudo', ['-n', 'sh', '-c', script, 'sh', path], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
}

function removeAsRoot(path: string, prefix: string[]): void {
  if (prefix.length === 0) rmSync(path, { force: true });
  else runAsRoot(['rm', '-f', path], prefix);
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
