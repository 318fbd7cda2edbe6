// A bare Debian in a folder, and commands in it. Each command has namespaces of its own for mounts and processes, so that at
// its end, whatever the end was, no mount and no process of it is left, and the folder can be removed like any other.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CERTIFICATES, type Host } from './host.ts';

/** Who runs a command: root, a person without sudo, or one who may `sudo` without a password. */
export type Person = 'root' | 'person' | 'sudoer';

export interface Ended {
  readonly good: boolean;
  /** `exit 1`, `interrupted`, `more than 15 minutes`: why it is not good. */
  readonly why: string;
  /** The last of what it printed. */
  readonly output: string;
}

export interface Order {
  readonly as?: Person;
  /** A line of sh. */
  readonly run: string;
  /** In the root; the person's home where none is given. */
  readonly folder?: string;
  readonly minutes: number;
}

export interface Roots {
  /** Makes the bare Debian that all others begin as. */
  make(release: string): Promise<Ended>;
  /** One that begins as it, with the project in it, as committed; its folder. */
  copy(name: string, tree: string): Promise<string>;
  run(folder: string, order: Order): Promise<Ended>;
  remove(folder: string): void;
}

/** What a newcomer installs, and what npm needs to trust a registry. */
const PACKAGES = 'nodejs npm git ca-certificates';
const KEPT = 1024 * 1024; // characters of a command's output
const HOMES: Record<Person, string> = { root: '/root', person: '/home/person', sudoer: '/home/sudoer' };

const INSIDE = `set -e
mount --rbind /dev "$1/dev"
mount --rbind /sys "$1/sys"
mount -t proc proc "$1/proc"
mount --bind "$2" "$1/var/cache/apt/archives"
mount --bind "$3" "$1$4/.npm"
root=$1
shift 4
exec chroot "$root" "$@"`;

/** Where the project lies for a person. */
export const projectOf = (person: Person): string => `${HOMES[person]}/minimix`;

/** Roots in a folder; `signal` ends whatever runs, `hear` is given what it prints. */
export function openRoots(place: string, { host, signal, hear }: { host: Host; signal: AbortSignal; hear: (text: string) => void }): Roots {
  const bare = join(place, 'bare');
  const archives = join(place, 'archives'); // what apt fetched for one root serves the next
  mkdirSync(join(archives, 'partial'), { recursive: true });

  /** And what npm fetched for one person serves the same one in the next root. */
  function npmCache(folder: string, person: Person): string {
    const cache = join(place, `npm-${person}`);
    const home = join(folder, HOMES[person]);
    for (const each of [cache, join(home, '.npm')]) {
      mkdirSync(each, { recursive: true });
      chownSync(each, statSync(home).uid, statSync(home).gid);
    }
    return cache;
  }

  async function execute(program: string, args: readonly string[], minutes: number): Promise<Ended> {
    const isolated = ['--mount', '--pid', '--fork', '--kill-child=KILL', '--', program, ...args];
    const child = spawn('unshare', isolated, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-KEPT);
        hear(text);
      });
    }
    let why = '';
    const end = (reason: string) => (): void => {
      why = reason;
      child.kill('SIGKILL'); // with it goes the first process of the namespace, and so all the others
    };
    const interrupt = end('interrupted');
    const overdue = setTimeout(end(`more than ${minutes} minutes`), minutes * 60_000);
    signal.addEventListener('abort', interrupt, { once: true });
    if (signal.aborted) interrupt();
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(overdue);
    signal.removeEventListener('abort', interrupt);
    return { good: code === 0 && why === '', why: why || `exit ${code ?? 'by a signal'}`, output };
  }

  function run(folder: string, { as = 'root', run: line, folder: within = HOMES[as], minutes }: Order): Promise<Ended> {
    const own = as === 'root' ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' : '/usr/local/bin:/usr/bin:/bin:/usr/games';
    const environment = { ...host.environment, HOME: HOMES[as], USER: as, LOGNAME: as, PATH: own, LANG: 'C.UTF-8', TERM: 'dumb' };
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const person = as === 'root' ? [] : ['setpriv', `--reuid=${as}`, `--regid=${as}`, '--init-groups'];
    const command = ['env', '-i', ...variables, ...person, 'sh', '-c', `cd "$0" && ${line}`, within];
    return execute('sh', ['-c', INSIDE, 'sh', folder, archives, npmCache(folder, as), HOMES[as], ...command], minutes);
  }

  async function make(release: string): Promise<Ended> {
    remove(bare);
    const made = await execute('debootstrap', ['--variant=minbase', release, bare, host.mirror], 20);
    if (!made.good) return made;
    for (const file of ['/etc/resolv.conf', '/etc/hosts']) if (existsSync(file)) copyFileSync(file, join(bare, file));
    mkdirSync(join(bare, dirname(CERTIFICATES)), { recursive: true });
    if (host.certificates !== undefined) copyFileSync(host.certificates, join(bare, CERTIFICATES));
    writeFileSync(join(bare, 'etc/apt/apt.conf.d/99of-the-host'), host.apt);
    // A root that is thrown away need not survive a loss of power; waiting for the disk is most of an installation.
    writeFileSync(join(bare, 'etc/dpkg/dpkg.cfg.d/of-the-host'), 'force-unsafe-io\n');
    const install = `export DEBIAN_FRONTEND=noninteractive && apt-get update -q && apt-get install -y -q --no-install-recommends ${PACKAGES}`;
    const people = `useradd -m -s /bin/sh person && useradd -m -s /bin/sh sudoer`;
    const sudo = `mkdir -p -m 750 /etc/sudoers.d && echo 'sudoer ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/sudoer`;
    return await run(bare, { run: [install, people, sudo].join(' && '), minutes: 20 });
  }

  async function copy(name: string, tree: string): Promise<string> {
    const folder = join(place, name);
    remove(folder);
    if (!layer(bare, folder)) must(spawnSync('cp', ['-a', '--reflink=auto', bare, folder], { encoding: 'utf8' }));
    for (const person of Object.keys(HOMES) as Person[]) {
      const project = join(folder, projectOf(person));
      mkdirSync(project);
      must(spawnSync('tar', ['-x', '-f', tree, '-C', project], { encoding: 'utf8' }));
    }
    const own = (['person', 'sudoer'] as const).map((person) => `chown -R ${person}: ${projectOf(person)}`).join(' && ');
    const { good, output } = await run(folder, { run: own, minutes: 5 });
    if (!good && !signal.aborted) throw new Error(output);
    return folder;
  }

  return { make, copy, run, remove };
}

/**
 * Mounts the bare one at `folder` with a layer above it that takes what is changed; false where this system cannot, as
 * where its own root is such a mount. A copy would take a minute. What is in the layer need not survive a loss of power.
 */
function layer(bare: string, folder: string): boolean {
  const [upper, work] = [`${folder}.upper`, `${folder}.work`];
  for (const each of [folder, upper, work]) mkdirSync(each);
  const options = `lowerdir=${bare},upperdir=${upper},workdir=${work}`;
  const mounted = [`${options},volatile`, options].some((each) =>
    spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', each, folder], { stdio: 'ignore' }).status === 0);
  if (!mounted) for (const each of [folder, upper, work]) remove(each);
  return mounted;
}

/** Removes a root; not what somebody may have mounted in it. */
function remove(folder: string): void {
  if (spawnSync('mountpoint', ['-q', folder]).status === 0) must(spawnSync('umount', [folder], { encoding: 'utf8' }));
  must(spawnSync('rm', ['-rf', '--one-file-system', '--', folder, `${folder}.upper`, `${folder}.work`], { encoding: 'utf8' }));
}

function must({ status, stderr, error }: { status: number | null; stderr: string; error?: Error }): void {
  if (status !== 0) throw error ?? new Error(stderr.trim());
}
