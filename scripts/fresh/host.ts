// What this host is set to, read when it is needed: apt's mirror and npm's registry, proxies and certificates.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export interface Host {
  /** The address that apt gets Debian itself from. */
  readonly mirror: string;
  /** How apt connects, as lines of apt.conf. */
  readonly apt: string;
  /** A file of certificates that this host trusts beside the usual ones. */
  readonly certificates: string | undefined;
  /** Variables by which npm in a fresh root behaves as it does here. */
  readonly environment: Readonly<Record<string, string>>;
}

const NPM_SETTINGS = ['registry', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl'];
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** Where the certificates lie in a fresh root: a place that no package writes to. */
export const CERTIFICATES = '/etc/ssl/of-the-host.crt';

/** The host's settings; a sentence where apt has no mirror of Debian. */
export function readHost(): Host | string {
  const targets = output('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Identifier: Packages']);
  const mirror = mirrorIn(targets);
  if (mirror === undefined) return 'apt has no mirror of Debian in its sources.';
  const apt = output('apt-config', ['dump']);
  const certificates = certificatesOf(apt);
  return {
    mirror,
    apt: connectionIn(apt, certificates !== undefined),
    certificates,
    environment: {
      ...Object.fromEntries(PROXIES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
      ...Object.fromEntries(NPM_SETTINGS.flatMap((name) => npmSetting(name).map((value) => [`npm_config_${name.replaceAll('-', '_')}`, value]))),
      ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: CERTIFICATES, npm_config_cafile: CERTIFICATES }),
      npm_config_update_notifier: 'false',
    },
  };
}

/** Why no root can be made here, in a sentence; debootstrap is installed where it is missing. */
export function whatHinders(uid: number | undefined, succeeds: (program: string, ...args: string[]) => boolean): string | undefined {
  if (uid !== 0) return 'a bare Debian is made by root alone: run it as root, or by `sudo`.';
  if (!succeeds('apt-get', '--version')) return 'a bare Debian comes from the mirror that apt is set to, and there is no apt here.';
  if (!succeeds('unshare', '--mount', '--pid', '--fork', 'true')) {
    return 'this root may not mount (is it in a container?), and without that no bare Debian can be made.';
  }
  if (succeeds('debootstrap', '--version')) return undefined;
  const install = ['install', '-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', 'debootstrap'];
  if (succeeds('apt-get', 'update', '-q') && succeeds('apt-get', ...install)) return undefined;
  return 'debootstrap is missing, and apt could not install it: is there a network?';
}

/** The first repository of a whole release: those of updates, backports and security have a dash or a slash in the name. */
export function mirrorIn(targets: string): string | undefined {
  const rows = targets.split('\n').map((line) => line.split(' '));
  const whole = rows.filter(([uri = '', release = '', component]) =>
    /^https?:/.test(uri) && /^\w+$/.test(release) && component === 'main');
  return (whole.find(([uri = '']) => /\/debian\/?$/.test(uri)) ?? whole[0])?.[0];
}

/** Of `apt-config dump` what says how to connect; the certificates are those that lie in the fresh root. */
export function connectionIn(dump: string, certificates: boolean): string {
  const lines = dump.split('\n').filter((line) => /^Acquire::(?:https?::|Check-|Retries|ForceIPv)/.test(line) && !/::CaInfo/i.test(line));
  if (certificates) lines.push(`Acquire::https::CaInfo "${CERTIFICATES}";`);
  return lines.map((line) => `${line}\n`).join('');
}

function certificatesOf(apt: string): string | undefined {
  const named = [/^Acquire::https::CaInfo "(.+)";$/m.exec(apt)?.[1], process.env['NODE_EXTRA_CA_CERTS'], ...npmSetting('cafile')];
  return named.find((file) => file !== undefined && existsSync(file) && readFileSync(file, 'utf8').includes('BEGIN CERTIFICATE'));
}

/** The value in a list, or none where npm has none. */
function npmSetting(name: string): string[] {
  const value = output('npm', ['config', 'get', name]).trim();
  return value === '' || value === 'null' || value === 'undefined' ? [] : [value];
}

function output(program: string, args: readonly string[]): string {
  return spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).stdout ?? '';
}
