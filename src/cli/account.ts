import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { accountSettings, type AccountSettings } from '../account/settings.ts';
import { fileTrouble, MinimixError, sentenceOf } from '../core/errors.ts';
import { connectTo, type DaemonClient } from '../frontends/web/client/client.ts';
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
}

const LOGIN = 15_000; // milliseconds for a first login
const LOOK = 200; // milliseconds between two looks at it

/** `minimix account add|list|remove`: through the daemon where one runs, else in the home's files. */
export function accountCommands(program: Command, world: World): void {
  const account = program.command('account').description('add, list and remove XMPP accounts');

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
    .option('--no-wait', 'do not wait for the first login')
    .action(async (jid: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<AddOptions>();
      const settings = readAccount(jid, options);
      const password = await readPassword(world, options.passwordStdin ?? false, `Password of ${jid}: `);
      const home = world.findHome(options.home);
      const daemon = await world.findDaemon(home);
      const request = { settings, password };
      const added = daemon
        ? await connectTo(daemon).accounts.add.mutate(request)
        : await world.files.add(home, request);
      const place =
        added.password === 'keyring' ? "in the system's keyring" : `in ${home}/secrets.json (0600)`;
      printLine(world, `Added ${added.account}; its password is ${place}.`);
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
      printList(world, options.json, accounts, {
        empty: 'No account yet: `minimix account add JID`.',
        asJson: (entry) => entry,
        columns: [
          { title: 'ACCOUNT', of: ({ account: jid }) => jid },
          { title: 'STATE', of: ({ state }) => state, style: ({ state }) => connectionStyle(state) },
        ],
      });
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
        `${jid} is added, but cannot log in: ${connection.why} Remove it and add it again to change it.`,
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
