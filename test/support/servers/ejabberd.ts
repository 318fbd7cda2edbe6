import { existsSync, globSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeCertificates, type Certificates } from './certificates.ts';
import {
  freePorts, listens, serverDir, uniqueName, withRetries,
  type ServerAddress, type SharedServer, type XmppServer,
} from './server.ts';
import { superviseServer, withControls } from './supervise.ts';
import { until } from '../until.ts';

export interface EjabberdOptions {
  readonly domain?: string;
  /** Let clients log in without TLS. */
  readonly allowPlaintext?: boolean;
  /** Seconds for which a stream that was cut can be resumed. */
  readonly resumptionSeconds?: number;
  /** Messages that a room without an archive sends on a join. */
  readonly history?: number;
  readonly logLevel?: 'debug' | 'info' | 'warning';
  /** RFC 7395 at `http://127.0.0.1:<httpPort>/xmpp-websocket`. */
  readonly websocket?: boolean;
  /** Who may make a room by entering it: an access rule's name. */
  readonly mayCreate?: string;
  readonly modulesDisabled?: readonly string[];
}

/**
 * Starts an ejabberd on loopback with its own data, ports and certificate; no epmd, no s2s, no limits on
 * rate.
 */
export function startEjabberd(options: EjabberdOptions = {}): Promise<XmppServer> {
  return withRetries(() => startOnce(options));
}

async function startOnce(options: EjabberdOptions): Promise<XmppServer> {
  const dir = await serverDir('ejabberd');
  const domain = options.domain ?? 'ejabberd.test';
  const certificates = await makeCertificates(join(dir, 'tls'), domain);
  const [port = 0, directTlsPort = 0, httpPort = 0] = await freePorts(3);
  const address: ServerAddress = {
    kind: 'ejabberd', domain, host: '127.0.0.1', port, directTlsPort, httpPort,
    caFile: certificates.caFile, ca: certificates.ca, fingerprint: certificates.fingerprint,
    archivedRooms: `rooms.${domain}`, plainRooms: `rooms.${domain}`, dir, log: join(dir, 'log', 'ejabberd.log'),
  };
  await Promise.all(['log', 'mnesia', 'home'].map((name) => mkdir(join(dir, name))));
  await writeFile(join(dir, 'ejabberd.yml'), JSON.stringify(configuration(address, certificates, options), null, 2));
  await writeFile(join(dir, 'inetrc'), '{lookup, ["file"]}.\n{host, {127,0,0,1}, ["localhost"]}.\n');
  const attached = attachEjabberd(address);
  const supervised = await superviseServer({
    ...program(dir), dir, output: join(dir, 'output.log'), log: address.log, deadline: 60_000,
    beforeCrash: () => putOnDisk(dir),
    ready: async () => await listens(port) && await listens(directTlsPort)
      && (await attached.run('status')).includes('is running'),
  });
  return withControls(attached, supervised);
}

/** The running server at that address, for a process that did not start it. */
export function attachEjabberd(address: ServerAddress): SharedServer {
  const { domain } = address;
  const ask = (path: string, args: object): Promise<Response> => fetch(`http://127.0.0.1:${address.httpPort}/api/${path}`, {
    method: 'POST', body: JSON.stringify(args), headers: { 'content-type': 'application/json' },
  });
  /**
   * What is put behind a command's name for the arguments that this file knows. A newer ejabberd renames arguments from one version of its
   * API to the next and still takes the old ones by `/v1`; one that has a single version refuses such a path (23.01 does).
   */
  let suffix: Promise<string> | undefined;
  const askSuffix = async (): Promise<string> => {
    const answer = await ask('status/v1', {});
    await answer.body?.cancel();
    return answer.ok ? '/v1' : '';
  };
  const run = async (command: string, args: object = {}): Promise<string> => {
    suffix ??= askSuffix().catch((error: unknown) => {
      suffix = undefined; // it does not listen yet, or no longer: asked again next time
      throw error;
    });
    const answer = await ask(`${command}${await suffix}`, args);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`ejabberd: ${command} ${JSON.stringify(args)}: ${answer.status} ${text}`);
    return text;
  };
  /** Most commands answer 0 for done, and something else for a refusal, both with HTTP 200. */
  const must = async (command: string, args: object): Promise<void> => {
    const answer = await run(command, args);
    if (answer.trim() !== '0' && answer.trim() !== '""') throw new Error(`ejabberd: ${command}: ${answer}`);
  };
  const parts = (jid: string): { name: string; service: string } => {
    const at = jid.indexOf('@');
    return { name: jid.slice(0, at), service: jid.slice(at + 1) };
  };
  const setAffiliation: SharedServer['setAffiliation'] = (room, jid, affiliation) =>
    must('set_room_affiliation', { ...parts(room), jid, affiliation });
  return {
    ...address,
    run,
    setAffiliation,
    async register(user, password) {
      await run('register', { user, host: domain, password });
      return `${user}@${domain}`;
    },
    async room({ archive, owners = [], name }) {
      const room = { name: uniqueName(name), service: address.archivedRooms };
      const options = { persistent: true, public: true, mam: archive, members_only: false };
      await must('create_room_with_opts', {
        ...room, host: domain,
        options: Object.entries(options).map(([key, value]) => ({ name: key, value: String(value) })),
      });
      const jid = `${room.name}@${room.service}`;
      for (const owner of owners) await setAffiliation(jid, owner, 'owner');
      return jid;
    },
    destroyRoom: (room) => must('destroy_room', parts(room)),
    kickSessions: async (user) => { await run('kick_user', { user, host: domain }); },
  };
}

/**
 * A crash would forget what mnesia wrote in its last two seconds. So that a test can tell the server's loss
 * from ours, `halt({ crash: true })` first asks for it to be on disk, by a file that goes away once it is.
 */
const SYNC = 'sync';
const SYNC_ON_REQUEST = `spawn(fun() -> [File] = init:get_plain_arguments(), (fun Loop() ->
  case filelib:is_file(File) of
    true -> mnesia:sync_log(), [dets:sync(Table) || Table <- dets:all()], file:delete(File);
    false -> timer:sleep(10)
  end, Loop() end)() end).`;

async function putOnDisk(dir: string): Promise<void> {
  const request = join(dir, SYNC);
  await writeFile(request, '');
  await until(() => !existsSync(request), { what: 'ejabberd to put its data on disk' });
}

/** How Debian's ejabberd starts without its script, which insists on its own user and on epmd. */
function program(dir: string): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
  const [ebin] = globSync('/usr/lib/{*,*/}/ejabberd-*/ebin');
  if (ebin === undefined) throw new Error('ejabberd is not installed');
  return {
    command: 'erl',
    args: [
      '-noinput', '+B', '-start_epmd', 'false', '-pa', ebin,
      '-mnesia', 'dir', JSON.stringify(join(dir, 'mnesia')),
      '-s', 'ejabberd', '-eval', SYNC_ON_REQUEST, '-extra', join(dir, SYNC),
    ],
    env: {
      ERL_LIBS: dirname(dirname(ebin)),
      EJABBERD_CONFIG_PATH: join(dir, 'ejabberd.yml'),
      EJABBERD_LOG_PATH: join(dir, 'log', 'ejabberd.log'),
      ERL_INETRC: join(dir, 'inetrc'),
      ERL_CRASH_DUMP: join(dir, 'log', 'crash.dump'),
      HOME: join(dir, 'home'),
    },
  };
}

/** YAML takes JSON. */
function configuration(address: ServerAddress, tls: Certificates, options: EjabberdOptions): object {
  const c2s = { ip: '127.0.0.1', module: 'ejabberd_c2s', access: 'c2s', max_stanza_size: 1_048_576 };
  const modules: Record<string, object> = {
    mod_adhoc: {}, mod_admin_extra: {}, mod_blocking: {}, mod_caps: {}, mod_carboncopy: {}, mod_client_state: {},
    mod_disco: {}, mod_http_api: {}, mod_last: {}, mod_offline: {}, mod_ping: {}, mod_privacy: {}, mod_private: {},
    mod_time: {}, mod_vcard: { search: false }, mod_vcard_xupdate: {}, mod_version: {}, mod_roster: { versioning: true },
    mod_mam: { default: 'always', request_activates_archiving: false },
    mod_muc: {
      host: address.archivedRooms, access: ['allow'], access_admin: [{ allow: 'admin' }], access_create: options.mayCreate ?? 'muc_create',
      access_persistent: 'muc_create', access_mam: ['allow'], history_size: options.history ?? 20,
      default_room_options: { mam: true, persistent: true },
      min_message_interval: 0, min_presence_interval: 0, max_user_conferences: 1000,
    },
    mod_muc_admin: {},
    mod_push: {},
    mod_pubsub: {
      access_createnode: 'pubsub_createnode', plugins: ['flat', 'pep'],
      force_node_config: { 'storage:bookmarks': { access_model: 'whitelist' } },
    },
    mod_stream_mgmt: { resend_on_timeout: 'if_offline', resume_timeout: options.resumptionSeconds ?? 600 },
  };
  for (const name of options.modulesDisabled ?? []) delete modules[name];
  return {
    hosts: [address.domain],
    loglevel: options.logLevel ?? 'info',
    log_rotate_count: 0,
    certfiles: [tls.bundleFile],
    ca_file: tls.caFile,
    auth_method: ['internal'],
    auth_password_format: 'scram',
    listen: [
      { ...c2s, port: address.port, starttls: true, starttls_required: !options.allowPlaintext },
      { ...c2s, port: address.directTlsPort, tls: true },
      { port: address.httpPort, ip: '127.0.0.1', module: 'ejabberd_http', request_handlers: { '/api': 'mod_http_api', ...(options.websocket && { '/xmpp-websocket': 'ejabberd_http_ws' }) } },
    ],
    s2s_access: 'none',
    acl: { local: { user_regexp: '' }, loopback: { ip: ['127.0.0.0/8'] } },
    access_rules: {
      local: { allow: 'local' }, c2s: { allow: 'all' }, muc_create: { allow: 'local' }, pubsub_createnode: { allow: 'local' },
    },
    api_permissions: {
      'whoever is on this machine': { from: ['mod_http_api'], who: 'loopback', what: '*' },
    },
    modules,
  };
}
