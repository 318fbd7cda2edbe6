import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { lastBackup } from '../../config/backups.ts';
import { findKeyring } from '../../config/secrets.ts';
import { loadSettings, unknownSentence, type LoadedSettings, type Settings } from '../../config/config.ts';
import { quickCheck } from '../../archive/maintenance/salvage.ts';
import { sentenceOf } from '../../core/errors.ts';
import { finding, type Finding } from '../../core/diagnostics.ts';
import { freeOf } from '../monitoring/monitoring.ts';

const NODE = 24;
const MB = 1024 * 1024;
const DAY = 86_400_000;
const OLD_BACKUP = 30 * DAY;
const PRIVATE = ['settings.json', 'settings.good.json', 'secrets.json', 'sessions.json', 'daemon.json', 'archive.db', 'bouncer-ca.key'];

export function examineNode(version = process.versions.node): Finding {
  const major = Number(version.split('.')[0]);
  if (major >= NODE) return finding({ check: 'node', level: 'ok', message: `Node ${version}.` });
  return finding({ check: 'node', level: 'bad', message: `Node ${version} is too old: ${NODE} or newer is needed.`, todo: '`npm ci` brings it on Linux; elsewhere see nodejs.org.' });
}

/** Checks that the home belongs to this user, is writable, and that other users cannot read it. */
export function examineHome(home: string): Finding[] {
  const check = 'home';
  if (!existsSync(home)) return [finding({ check, level: 'note', message: `${home} does not exist yet.`, todo: '`minimix account add JID` creates it.' })];
  const { mode, uid } = statSync(home);
  const own = process.getuid?.();
  if (own !== undefined && own !== uid) return [finding({ check, level: 'bad', message: `${home} belongs to another user.`, todo: `Run Minimix as its owner, or: chown -R "$USER" ${home}` })];
  const open = process.platform === 'win32' ? [] : [home, ...readdirSync(home).filter((name) => PRIVATE.includes(name)).map((name) => join(home, name))].filter((path) => (statSync(path).mode & 0o077) !== 0);
  try {
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return [finding({ check, level: 'bad', message: `${home} cannot be written: ${sentenceOf(error)}.`, todo: `chmod u+rwx ${home}` })];
  }
  if (open.length === 0) return [finding({ check, level: 'ok', message: `Only its owner can read ${home} (${(mode & 0o777).toString(8)}).` })];
  return [finding({ check, level: 'bad', message: `Others on this computer can read ${open.join(', ')}.`, todo: `chmod go-rwx ${open.join(' ')}` })];
}

/** The settings as a start would read them; none if it would refuse them. */
export function examineSettings(home: string): { readonly findings: Finding[]; readonly settings: Settings | undefined } {
  const check = 'settings';
  let loaded: LoadedSettings;
  try {
    loaded = loadSettings(home, { keep: false });
  } catch (error) {
    return { settings: undefined, findings: [finding({ check, level: 'bad', message: sentenceOf(error), todo: 'Fix the file; docs/settings.md lists the allowed values.' })] };
  }
  const { settings, trouble, unknown } = loaded;
  const findings: Finding[] = [];
  if (trouble !== undefined) findings.push(finding({ check, level: 'bad', message: trouble, todo: 'Fix the file, or replace it with settings.good.json.' }));
  const strange = unknownSentence(home, unknown);
  if (strange !== undefined) findings.push(finding({ check, level: 'note', message: strange, todo: 'Remove them, or spell them as in docs/settings.md.' }));
  if (findings.length === 0) findings.push(finding({ check, level: 'ok', message: 'The file is valid, and all settings are in force.' }));
  if (settings.accounts.length === 0) findings.push(finding({ check: 'account', level: 'bad', message: 'There is no account yet.', todo: '`minimix account add JID`' }));
  return { findings, settings };
}

/** `free` is in bytes. */
export function examineDisk(home: string, free = existsSync(home) ? freeOf(home) : undefined): Finding {
  const check = 'disk';
  if (free === undefined) return finding({ check, level: 'note', message: 'The free space of the disk is not known.', todo: 'Check it with `df -h`: Minimix cannot save messages on a full disk.' });
  const message = `The disk of the home has ${Math.floor(free / MB)} MB left.`;
  if (free < 64 * MB) return finding({ check, level: 'bad', message, todo: 'Free some space: on a full disk Minimix accepts no messages. `minimix retention` limits what a room keeps.' });
  if (free < 512 * MB) return finding({ check, level: 'note', message, todo: 'The disk is full soon: free some space, move the home to another disk (`--home`), or limit what rooms keep with `minimix retention`.' });
  return finding({ check, level: 'ok', message });
}

/** Reads the whole archive once; works beside a running daemon. */
export function examineArchive(home: string): Finding {
  const check = 'archive';
  const path = join(home, 'archive.db');
  if (!existsSync(path)) return finding({ check, level: 'note', message: 'There is no archive yet.', todo: '`minimix run` creates it.' });
  const size = Math.ceil(statSync(path).size / MB);
  try {
    quickCheck(path);
    return finding({ check, level: 'ok', message: `The archive (${size} MB) is intact.` });
  } catch (error) {
    return finding({ check, level: 'bad', message: sentenceOf(error), todo: 'Restart Minimix, which saves what is readable, or run `minimix restore BACKUP`' });
  }
}

export function examineBackup(home: string, now = Date.now()): Finding {
  const check = 'backup';
  const todo = '`minimix backup FILE`, on another disk';
  if (!existsSync(join(home, 'archive.db'))) return finding({ check, level: 'ok', message: 'There is nothing to back up yet.' });
  const last = lastBackup(home);
  if (!last) return finding({ check, level: 'note', message: 'There is no backup yet.', todo });
  const days = Math.floor((now - last.at) / DAY);
  if (!existsSync(last.file)) return finding({ check, level: 'note', message: `The last backup, ${last.file}, no longer exists.`, todo });
  const message = `The last backup is ${days} days old: ${last.file}.`;
  return now - last.at > OLD_BACKUP ? finding({ check, level: 'note', message, todo }) : finding({ check, level: 'ok', message });
}

export async function examineKeyring(home: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const check = 'keyring';
  const found = await findKeyring(home, env);
  if (found === 'works') return finding({ check, level: 'ok', message: 'The system’s keyring works; passwords are stored in it.' });
  const why = found === 'off' ? 'There is no keyring for this session' : `The keyring does not answer (${found.why})`;
  return finding({ check, level: 'note', message: `${why}: passwords are stored in secrets.json, which only its owner can read.`, todo: 'Unlock or install one (gnome-keyring, KWallet), then add the account again; or leave it as it is.' });
}

/** Checks that the ports which a daemon would use are free. */
export async function examinePorts({ web, bouncer }: Settings): Promise<Finding[]> {
  const wished: { what: string; key: string; host: string; port: number }[] = [{ what: 'the page', key: 'web.port', host: '127.0.0.1', port: web.port }];
  if (bouncer?.on) {
    const { listen = { host: '127.0.0.1', port: 15222 }, directTls = { host: listen.host, port: 15223 } } = bouncer;
    wished.push({ what: 'the bouncer', key: 'bouncer.listen', ...listen }, { what: 'the bouncer (direct TLS)', key: 'bouncer.directTls', ...directTls });
  }
  return Promise.all(
    wished.map(async ({ what, key, host, port }) => {
      const trouble = port === 0 ? undefined : await cannotListen(host, port);
      if (trouble === undefined) return finding({ check: 'port', level: 'ok', message: `${host}:${port} is free for ${what}.` });
      const level = key === 'web.port' ? 'note' : 'bad'; // the page uses the next free one
      return finding({ check: 'port', level, message: `${what} cannot listen on ${host}:${port}: ${trouble}.`, todo: `Stop the program that uses it, or run \`minimix settings set ${key} …\`` });
    }),
  );
}

async function cannotListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  } finally {
    server.close();
  }
}
