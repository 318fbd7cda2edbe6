import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { MinimixError } from '../core/errors.ts';

/** A systemd user unit that runs the daemon of one home (systemd.service(5)). */
interface Unit {
  readonly name: string;
  /** Where it belongs. */
  readonly path: string;
  readonly text: string;
}

interface UnitPlace {
  readonly home: string;
  /** The home where nothing is said; others have a unit of their own. */
  readonly usual: string;
  /** `$XDG_CONFIG_HOME`, else `~/.config`. */
  readonly config: string;
  /** The program and its first arguments. */
  readonly command: readonly string[];
}

/** What needs no more than a filter on system calls. V8 makes code as it runs: MemoryDenyWriteExecute would end it. */
const FILTERS = `NoNewPrivileges=yes
CapabilityBoundingSet=
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service @pkey
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM`;

/** What needs a user namespace, which some systems do not let a person have. */
const SPACES = [
  'PrivateUsers=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectSystem=strict',
  'ProtectHome=read-only',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectControlGroups=yes',
  'ProtectProc=invisible',
];

/** The unit; `spaces` says whether user namespaces are to be had. */
export function unitOf({ home, usual, config, command }: UnitPlace, spaces: boolean): Unit {
  const name = home === usual ? 'minimix.service' : `minimix-${createHash('sha256').update(home).digest('hex').slice(0, 8)}.service`;
  const shielded = spaces ? `${SPACES.join('\n')}\nReadWritePaths=${quoted(home)}\n` : '';
  const head = '# Made by `minimix service install`; `minimix service remove` takes it away.\n';
  return { name, path: join(config, 'systemd', 'user', name), text: head + textOf([...command, '--home', home, 'run'], shielded) };
}

/**
 * The unit that a package of the system brings, for any user who enables it. It names no home: each user has their own.
 * A unit that is not made on the spot cannot ask what the system allows, nor name what may be written: so it has no more
 * than the filters.
 */
export function packagedUnit(program: string): string {
  const head = '# `systemctl --user enable --now minimix` starts it. `minimix service install` writes a stricter one, which then counts.\n';
  return head + textOf([program, 'run'], '');
}

function textOf(command: readonly string[], shielded: string): string {
  return `[Unit]
Description=Minimix: one XMPP account, one membership in every room

[Service]
Type=exec
ExecStart=${command.map(argument).join(' ')}
Restart=on-failure
RestartSec=5
# Wrong usage, and another daemon on the same home: trying again would not help.
RestartPreventExitStatus=2 4
TimeoutStopSec=15
UMask=0077
${FILTERS}
${shielded}
[Install]
WantedBy=default.target
`;
}

/** Quoting of systemd.syntax(7); `%` begins a specifier. */
function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"]/g, String.raw`\$&`).replaceAll('%', '%%').replaceAll('\n', String.raw`\n`)}"`;
}

/** On a command line `$` begins a variable, too (systemd.service(5)). */
function argument(text: string): string {
  return quoted(text).replaceAll('$', '$$$$');
}

type RunTool = (program: string, args: readonly string[]) => Promise<string>;

const call = promisify(execFile);
const runTool: RunTool = async (program, args) => (await call(program, args, { timeout: 30_000 })).stdout.trim();

interface RemovedUnit {
  readonly name: string;
  readonly path: string;
  /** It belongs to a package of the system: it was disabled, and its file is there still. */
  readonly packaged: boolean;
}

export interface Service {
  /** As it would be written here, or without asking the system what it allows. */
  unit(ask: boolean): Promise<Unit>;
  /** Writes and enables it; starts it too, unless a daemon has the home already. */
  install(start: boolean): Promise<{ readonly unit: Unit; readonly spaces: boolean }>;
  /** Stops and removes it, or disables a package's; `undefined` where there is none. */
  remove(): Promise<RemovedUnit | undefined>;
  status(): Promise<{ readonly unit: Pick<Unit, 'name' | 'path'>; readonly installed: boolean; readonly enabled: string; readonly active: string }>;
}

/** Rejects with `no-systemd` and what to do instead where there is no systemd for this user. */
export function openService(place: UnitPlace, run: RunTool = runTool): Service {
  const systemctl = (...args: string[]): Promise<string> => run('systemctl', ['--user', ...args]);
  const told = async (...args: string[]): Promise<string> => {
    try {
      return await systemctl(...args);
    } catch (error) {
      return error instanceof Error && 'stdout' in error ? String(error.stdout).trim() || 'unknown' : 'unknown'; // `is-active` says no by its exit code
    }
  };

  async function need(): Promise<void> {
    try {
      await systemctl('show-environment');
    } catch (cause) {
      const line = [...place.command, '--home', place.home, 'run'].map((word) => (/^[\w./@:-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
      throw new MinimixError(
        'no-systemd',
        `There is no systemd for this user here (as after su, or in a container). Make your system run this line as your user at login or at boot: ${line}`,
        cause,
      );
    }
  }

  async function hasSpaces(): Promise<boolean> {
    try {
      await run('systemd-run', ['--user', '--quiet', '--wait', '--collect', ...SPACES.flatMap((line) => ['-p', line]), 'true']);
      return true;
    } catch {
      return false; // user namespaces are switched off, or kept from this user
    }
  }

  /** Where a package of the system has put a unit of that name. */
  async function packagedPath(name: string): Promise<string | undefined> {
    return (await systemctl('show', '--property=FragmentPath', '--value', name)) || undefined;
  }

  /** The unit of a package is for every user: it stays, and is no longer this one's. */
  async function disablePackaged(name: string): Promise<RemovedUnit | undefined> {
    const path = await packagedPath(name);
    if (path === undefined || (await told('is-enabled', name)) !== 'enabled') return undefined;
    await systemctl('disable', '--now', name);
    return { name, path, packaged: true };
  }

  return {
    unit: async (ask) => unitOf(place, !ask || (await hasSpaces())),
    async install(start) {
      await need();
      const spaces = await hasSpaces();
      const unit = unitOf(place, spaces);
      mkdirSync(place.home, { recursive: true, mode: 0o700 });
      mkdirSync(dirname(unit.path), { recursive: true });
      writeFileSync(unit.path, unit.text);
      await systemctl('daemon-reload');
      await systemctl('enable', ...(start ? ['--now'] : []), unit.name);
      return { unit, spaces };
    },
    async remove() {
      await need();
      const unit = unitOf(place, true);
      if (!existsSync(unit.path)) return await disablePackaged(unit.name);
      await systemctl('disable', '--now', unit.name);
      rmSync(unit.path);
      await systemctl('daemon-reload');
      return { name: unit.name, path: unit.path, packaged: false };
    },
    async status() {
      await need();
      const { name, path } = unitOf(place, true);
      const found = existsSync(path) ? path : await packagedPath(name);
      return { unit: { name, path: found ?? path }, installed: found !== undefined, enabled: await told('is-enabled', name), active: await told('is-active', name) };
    },
  };
}
