import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { accountSettings, type AccountSettings } from '../account/settings.ts';
import { fileTrouble, MinimixError, sentenceOf } from '../core/errors.ts';
import { certificateOf, connectTo, faultOf, type DaemonClient } from '../frontends/web/client/client.ts';
import type { AddAccount } from '../frontends/web/api/inputs.ts';
import type { AddedAccount } from '../frontends/web/contract/contract.ts';
import { readJid, readPin, readServer } from './arguments.ts';
import { type GlobalOptions, type World } from './context.ts';
import { printLine, printList, type Style } from './print.ts';
import { readPassword } from './password.ts';

interface AddOptions extends GlobalOptions {
  readonly server?: { host: string; port: number | undefined };
  readonly directTls?: boolean;
  readonly allowPlaintext?: boolean;
  readonly ca?: string;
  readonly pin?: string;
  readonly resource?: string;
  readonly passwordStdin?: boolean;
  /** False by --no-wait. */
  readonly wait: boolean;
  /** False by --no-check. */
  readonly check: boolean;
}

const LOGIN = 15_000; // milliseconds for a first login
const LOOK = 200; // milliseconds between two looks at it

/** `minimix account add|list|password|remove`: through the daemon where one runs, else in the home's files. */
export function accountCommands(program: Command, world: World): void {
  const account = program.command('account').description('add, list, change and remove XMPP accounts');

  account
    .command('add')
    .description('add an account; asks for the password')
    .argument('<jid>', 'the account, such as alice@example.org', readJid)
    .option('--server <host:port>', 'connect to this server instead of the one in DNS', readServer)
    .option('--direct-tls', 'use direct TLS with --server, without STARTTLS')
    .option('--ca <file>', 'trust only this CA (PEM) for this account')
    .option('--pin <sha256>', 'trust only the server certificate with this SHA-256 fingerprint (hex)', readPin)
    .option('--resource <name>', 'the resource that the daemon logs in with')
    .option('--allow-plaintext', 'disable TLS (insecure: sends the password in clear text)')
    .option('--password-stdin', 'read the password from standard input')
    .option('--no-check', 'add it without trying the login first')
    .option('--no-wait', 'do not wait for the first login')
    .action(async (jid: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>();
      const settings = readAccount(jid, options);
      const password = await readPassword(world, { fromStdin: options.passwordStdin ?? false, prompt: `Password of ${jid}: ` });
      const home = world.findHome(options.home);
      const daemon = await world.findDaemon(home);
      const request = { settings, password };
      if (daemon && options.check) await checkFirst(connectTo(daemon), request);
      const added = daemon
        ? await connectTo(daemon).accounts.add.mutate(request)
        : await world.files.add(home, request);
      printLine(world, `Added ${added.account}; its password is ${placeOf(added, home)}.`);
      if (!daemon) printLine(world, 'The password is checked when the daemon logs in: `minimix run`.');
      if (daemon && options.wait) await tellLogin(world, connectTo(daemon), added.account);
    });

  account
    .command('list')
    .description('list the accounts')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const home = world.findHome(options.home);
      const daemon = await world.findDaemon(home);
      const accounts = daemon
        ? (await connectTo(daemon).accounts.list.query()).map((entry) => ({
            account: entry.account,
            state: entry.connection.state,
          }))
        : (await world.files.list(home)).map(({ jid }) => ({ account: jid, state: 'not running' }));
      printList(world, {
        json: options.json,
        items: accounts,
        empty: 'No account yet: `minimix account add JID`.',
        asJson: (entry) => entry,
        columns: [
          { title: 'ACCOUNT', of: ({ account: jid }) => jid },
          { title: 'STATE', of: ({ state }) => state, style: ({ state }) => connectionStyle(state) },
        ],
      });
    });

  account
    .command('password')
    .description('change the stored password of an account; asks for the new one')
    .argument('<jid>', 'the account', readJid)
    .option('--password-stdin', 'read the password from standard input')
    .option('--no-check', 'store it without trying the login first')
    .action(async (jid: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { passwordStdin?: boolean; check: boolean }>();
      const home = world.findHome(options.home);
      const password = await readPassword(world, { fromStdin: options.passwordStdin ?? false, prompt: `New password of ${jid}: ` });
      const daemon = await world.findDaemon(home);
      const changed = daemon
        ? await connectTo(daemon).accounts.password.mutate({ account: jid, password, check: options.check })
        : await world.files.password(home, jid, password);
      printLine(world, `Changed the password of ${changed.account}; it is ${placeOf(changed, home)}.`);
      if (daemon) await tellLogin(world, connectTo(daemon), changed.account);
    });

  account
    .command('remove')
    .description('remove an account and its password; its archive stays')
    .argument('<jid>', 'the account', readJid)
    .action(async (jid: string, _options: unknown, command: Command) => {
      const home = world.findHome(command.optsWithGlobals<GlobalOptions>().home);
      const daemon = await world.findDaemon(home);
      const gone = daemon
        ? await connectTo(daemon).accounts.remove.mutate({ account: jid })
        : await world.files.remove(home, jid);
      printLine(world, `Removed ${gone.account}; its archive stays.`);
    });
}

function placeOf({ password }: AddedAccount, home: string): string {
  return password === 'keyring' ? "in the system's keyring" : `in ${home}/secrets.json, which only you can read`;
}

/** Tries the login before anything is stored. A server out of reach is no reason to refuse: the daemon keeps trying. */
async function checkFirst(daemon: DaemonClient, request: AddAccount): Promise<void> {
  try {
    await daemon.accounts.check.mutate(request);
  } catch (error) {
    const fault = faultOf(error);
    if (fault?.code === 'unreachable') return;
    if (fault?.code === 'untrusted') {
      const certificate = certificateOf(error);
      const pin = certificate === undefined ? '' : ` Its fingerprint (SHA-256) is ${certificate}: if your server’s admin has the same, add \`--pin ${certificate}\`.`;
      throw new MinimixError('untrusted', `${request.settings.jid} was not added. ${fault.message}${pin}`, error);
    }
    if (fault?.code !== 'refused') throw error;
    throw new MinimixError('refused', `${request.settings.jid} was not added, because it cannot log in: ${fault.message}`, error);
  }
}

/** Green for online, red for what needs the person, yellow for what the daemon still tries. */
export function connectionStyle(state: string): Style | undefined {
  if (state === 'not running') return undefined;
  if (state === 'online') return 'green';
  return state === 'refused' ? 'red' : 'yellow';
}

/** Waits for the first login and says how it went, or that it takes long. */
async function tellLogin(world: World, daemon: DaemonClient, jid: string): Promise<void> {
  for (const end = Date.now() + LOGIN; Date.now() < end; ) {
    const status = (await daemon.accounts.list.query()).find(({ account }) => account === jid);
    const connection = status?.connection;
    if (connection?.state === 'online') {
      printLine(world, `Logged in as ${connection.jid}.`);
      return;
    }
    if (connection?.state === 'refused')
      throw new MinimixError(
        'refused',
        `${jid} cannot log in: ${connection.why} \`minimix account password ${jid}\` changes its password.`,
      );
    if (connection?.state === 'waiting') {
      printLine(world, `Not online yet: ${connection.why} The daemon keeps trying.`);
      return;
    }
    await pause(LOOK);
  }
  printLine(world, 'Not online yet. The daemon keeps trying; `minimix status` shows the state.');
}

function readAccount(jid: string, options: AddOptions): AccountSettings {
  const { server, directTls, allowPlaintext, pin, resource } = options;
  if (directTls && !server)
    throw new MinimixError('usage', '--direct-tls needs --server: without it, DNS says which port has TLS.');
  const draft = {
    jid,
    resource,
    server: server && { host: server.host, port: server.port ?? (directTls ? 5223 : 5222) },
    directTls,
    allowPlaintext,
    pin,
    ca: options.ca === undefined ? undefined : readCa(options.ca),
  };
  const read = accountSettings.safeParse(draft);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const subject = issue?.path.length ? `--${issue.path.join('.')}` : 'The account';
  throw new MinimixError('usage', `${subject} ${issue?.message ?? 'is not valid'}.`);
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new MinimixError('usage', `--ca cannot be read: ${fileTrouble(error) ?? sentenceOf(error)}.`, error);
  }
}
