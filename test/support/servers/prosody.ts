import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeCertificates, type Certificates } from './certificates.ts';
import { fewAtOnce } from './few-at-once.ts';
import {
  freePorts, listens, serverDir, uniqueName, withRetries,
  type ServerAddress, type SharedServer, type XmppServer,
} from './server.ts';
import { superviseServer, withControls } from './supervise.ts';

export interface ProsodyOptions {
  readonly domain?: string;
  /** mod_bookmarks, which bridges the three storages; on where nothing is said. */
  readonly bookmarks?: boolean;
  /** RFC 7395 at `http://127.0.0.1:<httpPort>/xmpp-websocket`. */
  readonly websocket?: boolean;
  /** XEP-0363 at `upload.<domain>`. */
  readonly fileShare?: boolean;
  /** Let clients log in without TLS. */
  readonly allowPlaintext?: boolean;
  /** Seconds for which a stream that was cut can be resumed. */
  readonly resumptionSeconds?: number;
  /** Messages that a room without an archive sends on a join. */
  readonly history?: number;
  readonly logLevel?: 'debug' | 'info' | 'warn';
  readonly modules?: readonly string[];
  readonly modulesDisabled?: readonly string[];
  /** Lua for the global section, and for the section of both MUC components. */
  readonly extra?: string;
  readonly extraMuc?: string;
}

const MODULES = [
  'roster', 'saslauth', 'tls', 'disco', 'carbons', 'pep', 'smacks', 'mam', 'csi_simple', 'blocklist', 'vcard_legacy',
  'vcard4', 'private', 'ping', 'register', 'time', 'version', 'adhoc', 'lastactivity', 'admin_shell',
];

/** XEP-0357 is in Debian's prosody-modules, which need not be there: a folder in Debian 12's, a file in newer ones. */
export const prosodyPushes = ['mod_cloud_notify', 'mod_cloud_notify.lua'].some((name) => existsSync(join('/usr/lib/prosody/modules', name)));

const exec = promisify(execFile);

/** As many at once as the backlog of the server's admin socket holds without a refusal, and by far: each is a process of its own. */
const COMMANDS_AT_ONCE = 4;

/** Starts a Prosody on loopback with its own data, ports and certificate; no s2s, no limits on rate. */
export function startProsody(options: ProsodyOptions = {}): Promise<XmppServer> {
  return withRetries(() => startOnce(options));
}

async function startOnce(options: ProsodyOptions): Promise<XmppServer> {
  const dir = await serverDir('prosody');
  const domain = options.domain ?? 'prosody.test';
  const certificates = await makeCertificates(join(dir, 'tls'), domain);
  const [port = 0, directTlsPort = 0, httpPort = 0] = await freePorts(3);
  const address: ServerAddress = {
    kind: 'prosody', domain, host: '127.0.0.1', port, directTlsPort, httpPort,
    caFile: certificates.caFile, ca: certificates.ca, fingerprint: certificates.fingerprint,
    archivedRooms: `rooms.${domain}`, plainRooms: `plain.${domain}`, dir, log: join(dir, 'prosody.log'),
  };
  const config = join(dir, 'prosody.cfg.lua');
  await writeFile(config, configuration(address, certificates, options));
  const supervised = await superviseServer({
    command: 'prosody', args: ['--config', config, '-F'], dir, output: join(dir, 'output.log'), log: address.log, deadline: 20_000,
    ready: async () => await listens(port) && await listens(directTlsPort) && await listens(join(dir, 'prosody.sock')),
  });
  return withControls(attachProsody(address), supervised);
}

/** The running server at that address, for a process that did not start it. */
export function attachProsody(address: ServerAddress): SharedServer {
  const inTurn = fewAtOnce(COMMANDS_AT_ONCE);
  const control = (...args: string[]): Promise<string> => inTurn(async () => {
    const { stdout } = await exec('prosodyctl', ['--config', join(address.dir, 'prosody.cfg.lua'), ...args]).catch((error: ExecFileException) => {
      throw new Error(`${error.message}: ${error.stdout ?? ''}`, { cause: error }); // it says why on its standard output
    });
    return stdout.replace(/^\s*\*{26}[^]*\n\*{26}\n/u, '').trim(); // a notice where lua-unbound is not installed
  });
  const run = async (command: string): Promise<string> => control('shell', command);
  /**
   * Runs Lua in the server and asks for the answer `OK: done`, since the shell's exit code is not to be
   * trusted.
   */
  const lua = async (code: string): Promise<void> => {
    const answer = await run(`> ${code}; return 'done'`);
    if (!answer.includes('done')) throw new Error(`prosody shell: ${code}: ${answer}`);
  };
  const roomObject = (jid: string): string => {
    const domain = jid.slice(jid.indexOf('@') + 1);
    return `assert(prosody.hosts[${quote(domain)}].modules.muc.get_room_from_jid(${quote(jid)}), 'no such room')`;
  };
  return {
    ...address,
    run,
    async register(user, password) {
      await lua(`assert(require 'core.usermanager'.create_user(${[user, password, address.domain].map(quote).join()}))`);
      return `${user}@${address.domain}`;
    },
    async room({ archive, owners = [], history, name }) {
      const domain = archive ? address.archivedRooms : address.plainRooms;
      const jid = `${uniqueName(name)}@${domain}`;
      const affiliations = owners.map((owner) => `assert(room:set_affiliation(true, ${quote(owner)}, 'owner'));`);
      await lua(`local room = assert(prosody.hosts[${quote(domain)}].modules.muc.create_room(${quote(jid)})); `
        + `${affiliations.join(' ')} ${history === undefined ? '' : `room:set_historylength(${history});`} room:set_persistent(true); room:save(true)`);
      return jid;
    },
    setAffiliation: (room, jid, affiliation) => lua(
      `assert(${roomObject(room)}:set_affiliation(true, ${quote(jid)}, ${quote(affiliation)}))`,
    ),
    destroyRoom: (room) => lua(`local room = ${roomObject(room)}; room:set_persistent(false); room:destroy()`),
    kickSessions: (user) => lua(
      `for _, s in pairs((prosody.hosts[${quote(address.domain)}].sessions[${quote(user)}] or {sessions={}}).sessions) do `
      + `s:close({condition='policy-violation', text='ended by the operator'}) end`,
    ),
  };
}

function configuration(address: ServerAddress, tls: Certificates, options: ProsodyOptions): string {
  const { domain, dir } = address;
  const wantsHttp = options.websocket === true || options.fileShare === true;
  const modules = [
    ...MODULES,
    ...(options.bookmarks === false ? [] : ['bookmarks']),
    ...(options.websocket ? ['websocket'] : []),
    ...(prosodyPushes ? ['cloud_notify'] : []),
    ...(options.modules ?? []),
  ].filter((name) => !options.modulesDisabled?.includes(name));
  const list = (items: readonly (string | number)[]): string => `{ ${items.map((item) => JSON.stringify(item)).join(', ')} }`;
  const muc = `
  muc_room_locking = false
  muc_room_default_public = true
  muc_log_expires_after = "never"
  muc_room_default_history_length = ${options.history ?? 20}
  ${options.extraMuc ?? ''}`;
  return `
run_as_root = true
pidfile = ${quote(join(dir, 'prosody.pid'))}
data_path = ${quote(join(dir, 'data'))}
admin_socket = ${quote(join(dir, 'prosody.sock'))}
log = { { levels = { min = "${options.logLevel ?? 'info'}" }, to = "file", filename = ${quote(address.log)} } }
plugin_paths = {}
modules_enabled = ${list(modules)}
modules_disabled = { "s2s" }
interfaces = { "127.0.0.1" }
c2s_ports = ${list([address.port])}
c2s_direct_tls_ports = ${list([address.directTlsPort])}
http_ports = ${list(wantsHttp ? [address.httpPort] : [])}
https_ports = {}
network_settings = { nagle = false }
certificates = ${quote(join(dir, 'tls'))}
ssl = { key = ${quote(tls.keyFile)}, certificate = ${quote(tls.certFile)} }
c2s_require_encryption = ${!options.allowPlaintext}
allow_unencrypted_plain_auth = ${options.allowPlaintext === true}
consider_websocket_secure = true
authentication = "internal_hashed"
storage = "internal"
archive_expires_after = "never"
smacks_hibernation_time = ${options.resumptionSeconds ?? 600}
smacks_max_queue_size = 5000 -- as ejabberd's; 500 are said in half a second, and a stream that is owed more is not resumed
max_archive_query_results = 50
${options.extra ?? ''}

VirtualHost ${quote(domain)}

Component ${quote(address.archivedRooms)} "muc"
  modules_enabled = { "muc_mam" }
${muc}

Component ${quote(address.plainRooms)} "muc"
${muc}
${options.fileShare ? `
Component ${quote(`upload.${domain}`)} "http_file_share"
  http_external_url = "http://127.0.0.1:${address.httpPort}"
  http_host = "127.0.0.1"
` : ''}`;
}

/** A Lua string literal. */
function quote(text: string): string {
  const escaped = text.replaceAll(/["\\\p{Cc}]/gu, (char) => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`);
  return `"${escaped}"`;
}

