import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { accountSettings, type AccountSettings } from '../account/settings.ts';
import { MinimixError, sentenceOf } from '../core/errors.ts';
import { connectTo, type DaemonClient } from '../frontends/web/client/client.ts';
import { readJid, readPin, readServer } from './arguments.ts';
import { printJson, printLine, tellEmpty, type GlobalOptions, type World } from './context.ts';
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
  const account = program.command('account').description('the XMPP accounts of this home');

  account
    .command('add')
    .description('add an account; the password is asked for')
    .argument('<jid>', 'the account, such as alice@example.org', readJid)
    .option('--server <host:port>', 'connect here instead of where DNS says', readServer)
    .option('--direct-tls', 'TLS from the first byte on --server, without STARTTLS')
    .option('--ca <file>', 'trust this CA (PEM) for this account, and no other')
    .option('--pin <sha256>', "trust exactly the server's certificate with this SHA-256, hex", readPin)
    .option('--resource <name>', 'the resource of the daemon')
    .option('--allow-plaintext', 'never ask for TLS: everybody on the way reads the password')
    .option('--password-stdin', 'read the password from standard input')
    .option('--no-wait', 'do not wait for the first login of the daemon that runs')
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
      tellEmpty(world, accounts, options.json, 'No account yet: `minimix account add JID`.');
      for (const entry of accounts) {
        if (options.json) printJson(world, entry);
        else printLine(world, entry.account, `(${entry.state})`);
      }
    });

  account
    .command('remove')
    .description('forget an account and its password; what was archived stays')
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

/** Says how the first login went, once it has succeeded or failed, or that it takes long. */
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
      printLine(world, `Not online yet: ${connection.why} The daemon goes on trying.`);
      return;
    }
    await pause(LOOK);
  }
  printLine(world, 'Not online yet; the daemon goes on trying, and `minimix status` tells.');
}

function readAccount(jid: string, options: AddOptions): AccountSettings {
  const { server, directTls, allowPlaintext, pin, resource } = options;
  if (directTls && !server)
    throw new MinimixError('usage', '--direct-tls needs --server: without it DNS says which port has TLS.');
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
    throw new MinimixError('usage', `--ca cannot be read: ${sentenceOf(error)}.`, error);
  }
}
