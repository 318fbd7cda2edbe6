import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { toString as qrText } from 'qrcode';
import { MinimixError } from '../core/errors.ts';
import { oneLine } from '../core/printable.ts';
import { readNumber, readServer } from './arguments.ts';
import { askLine } from './ask.ts';
import type { BouncerStatus, BouncerWish } from '../frontends/web/contract/bouncer-contract.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { localTime, printJson, printLine, printList } from './print.ts';

interface OnOptions extends GlobalOptions {
  readonly listen?: { host: string; port: number };
  readonly directTls?: { host: string; port: number };
  readonly phone?: boolean;
  readonly network?: string[];
  readonly ports?: { port: number; directTlsPort: number };
  readonly name?: string[];
  readonly cert?: string;
  readonly key?: string;
}

/** `minimix bouncer on|off|status|ca` and `minimix device add|list|revoke`. */
export function bouncerCommands(program: Command, world: World): void {
  const bouncer = program.command('bouncer').description('the local login for unmodified clients, which use the daemon as their server');

  bouncer
    .command('on')
    .description('turn on the local login (on this computer only, unless --listen says otherwise)')
    .option('--listen <host:port>', 'address and port for STARTTLS (127.0.0.1:15222)', readEndpoint)
    .option('--direct-tls <host:port>', 'address and port for direct TLS (127.0.0.1:15223)', readEndpoint)
    .option('--phone', 'let phones and other computers of your network connect as well, on the ports 5222 and 5223 where they are free')
    .option('--no-phone', 'end that')
    .option('--network <address...>', 'with --phone: this computer’s address in the network that is meant (:: for all)')
    .option('--ports <starttls,direct>', 'with --phone: its two ports', readPorts)
    .option('--name <host...>', 'host names or addresses that devices connect to, for the certificate')
    .option('--cert <file>', 'your own certificate (PEM, the server certificate first)')
    .option('--key <file>', 'the private key of that certificate')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<OnOptions>();
      const { listen, directTls, name, cert, key } = options;
      const wish = {
        ...(listen && { listen }),
        ...(directTls && { directTls }),
        ...networkWish(options, await chosenNetwork(world, options)),
        ...(name && { names: name }),
        ...(cert !== undefined && { cert: resolve(cert) }),
        ...(key !== undefined && { key: resolve(key) }),
      };
      const home = world.findHome(options.home);
      if (!(await world.findDaemon(home))) {
        await world.files.bouncer(home, { ...wish, on: true });
        printLine(world, 'The local login is on from the next start of the daemon.');
        return;
      }
      const status = await (await reachDaemon(world, options)).bouncer.on.mutate(wish);
      printStatus(world, status);
    });

  bouncer
    .command('off')
    .description('turn off the local login and disconnect all devices')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const home = world.findHome(options.home);
      if (await world.findDaemon(home)) await (await reachDaemon(world, options)).bouncer.off.mutate();
      else await world.files.bouncer(home, { on: false });
      printStatus(world, { on: false });
    });

  bouncer
    .command('status')
    .description('show the address and ports of the local login')
    .option('--json', 'one JSON object')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const status = await (await reachDaemon(world, options)).bouncer.status.query();
      if (options.json) printJson(world, { ...status });
      else printStatus(world, status);
    });

  bouncer
    .command('ca')
    .description('show the certificate fingerprint and how to trust it on a device')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { file, fingerprint } = await (await reachDaemon(world, options)).bouncer.ca.query();
      world.out(howToTrust(file, fingerprint));
    });

  deviceCommands(program, world);
}

function deviceCommands(program: Command, world: World): void {
  const device =
    program.commands.find((command) => command.name() === 'device') ??
    program.command('device').description("your devices: passwords, and which room messages each receives");

  device
    .command('add')
    .description('create a password for a device, shown only once')
    .argument('<name>', 'a name for the device, such as "Phone"')
    .option('--json', 'one JSON object')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      await printLogin(world, await (await reachDaemon(world, options)).bouncer.addDevice.mutate({ ...meant(options), name }), options.json);
    });

  device
    .command('renew')
    .description('give a device a new password, shown only once; the old one ends at once')
    .argument('<device>', 'its name or its id')
    .option('--json', 'one JSON object')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      await printLogin(world, await (await reachDaemon(world, options)).bouncer.renew.mutate({ ...meant(options), name }), options.json);
    });

  device
    .command('list')
    .description('list devices that have a password')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const devices = await (await reachDaemon(world, options)).bouncer.devices.query(meant(options));
      printList(world, {
        json: options.json,
        items: devices,
        empty: 'No device has a password yet: `minimix device add NAME`.',
        asJson: ({ account, id, name, online, jid, address, lastSeen }) => ({ account, id, name, online, jid, address, lastSeen: lastSeen === undefined ? null : new Date(lastSeen).toISOString() }),
        columns: [
          { title: 'ACCOUNT', of: ({ account }) => account, onlyIfVaried: true },
          { title: 'DEVICE', of: ({ name }) => name },
          { title: 'ID', of: ({ id }) => id },
          { title: 'STATE', of: ({ online }) => (online ? 'online' : 'offline'), style: ({ online }) => (online ? 'green' : 'dim') },
          { title: 'LAST SEEN', of: ({ online, lastSeen }) => (online ? null : lastSeen === undefined ? 'never' : localTime(lastSeen)) },
          { title: 'CONNECTED AS', of: ({ online, jid }) => (online ? jid : null) },
          { title: 'PASSWORD', of: ({ outdated }) => (outdated ? 'renew it' : null), style: () => 'yellow' },
          { title: 'FROM', of: ({ online, address }) => (online ? (address ?? 'waiting to reconnect') : null) },
        ],
      });
    });

  device
    .command('revoke')
    .description("revoke a device's password and disconnect it")
    .argument('<device>', 'its name or its id')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const gone = await (await reachDaemon(world, options)).bouncer.revoke.mutate({ ...meant(options), name });
      printLine(world, `Revoked ${gone.name}.`);
    });
}

type Login = Awaited<ReturnType<Awaited<ReturnType<typeof reachDaemon>>['bouncer']['addDevice']['mutate']>>;

/** What is typed into the device. */
async function printLogin(world: World, login: Login, asJson: boolean | undefined): Promise<void> {
  const { id, jid, host, port, directTlsPort, password, fingerprint, ca } = login;
  if (asJson) return printJson(world, { id, jid, host, port, directTlsPort, password, fingerprint, ca });
  const lines = [
    ['JID', jid],
    ['Password', `${password}   (shown only once)`],
    ['Host', host],
    ['Port', `${port} (STARTTLS) or ${directTlsPort} (direct TLS)`],
    ['Certificate', `SHA-256 ${pairs(fingerprint)}`],
    ...(ca === '' ? [] : [['Authority', ca]]),
  ];
  for (const [what, value] of lines) printLine(world, `${`${what}:`.padEnd(13)}${value ?? ''}`);
  world.out(await qrText(loginUri(login), { type: 'utf8' }));
}

function printStatus(world: World, status: BouncerStatus): void {
  printLine(world, statusLine(status));
  if (status.on && status.network) {
    const { hosts, port, directTlsPort } = status.network;
    const reached = `Devices of your network connect to ${hosts.join(', ')}, port ${port} (STARTTLS) or ${directTlsPort} (direct TLS).`;
    printLine(world, hosts.length > 0 ? reached : 'Devices of your network cannot connect just now; it is tried again.');
  }
}

function statusLine(status: BouncerStatus): string {
  return status.on ? `The local login is on at ${status.host}, port ${status.port} (STARTTLS) or ${status.directTlsPort} (direct TLS).` : 'The local login is off.';
}

/** What is to change of the network's part; nothing where none of its options is given. */
function networkWish({ phone, ports }: OnOptions, hosts: string[] | undefined): Pick<BouncerWish, 'network'> {
  if (phone === false) return { network: null };
  if (phone !== true && !hosts && !ports) return {};
  return { network: { ...(hosts && { hosts }), ...ports } };
}

/** Asks where there is a choice, and a person at a terminal. */
async function chosenNetwork(world: World, options: OnOptions): Promise<string[] | undefined> {
  const { phone, network } = options;
  if (phone !== true || network || !world.stdin.isTTY || !(await world.findDaemon(world.findHome(options.home)))) return network;
  const { bouncer } = await reachDaemon(world, options);
  const [status, all] = await Promise.all([bouncer.status.query(), bouncer.networks.query()]);
  if ((status.on && status.network) || all.length < 2) return undefined;
  const answer = (await askLine(world, `${all.map((address, index) => `${index + 1}  ${address}`).join('\n')}\nWhich network? [1] `)) ?? '';
  const chosen = all[answer.trim() === '' ? 0 : Number(answer) - 1];
  if (chosen === undefined) throw new MinimixError('usage', `There is no ${oneLine(answer)} in that list.`);
  return [chosen];
}

function readPorts(text: string): { port: number; directTlsPort: number } {
  const [port = 0, directTlsPort = 0, ...more] = text.split(',').map(readNumber(65_535));
  if (port < 1 || directTlsPort < 1 || more.length > 0) throw new InvalidArgumentError('It is not two ports such as 5222,5223.');
  return { port, directTlsPort };
}

function readEndpoint(text: string): { host: string; port: number } {
  const any = text.endsWith(':0');
  const { host, port } = readServer(any ? text.replace(/:0$/, ':1') : text);
  if (port === undefined) throw new InvalidArgumentError('It is not HOST:PORT (an IPv6 address goes in brackets).');
  return { host, port: any ? 0 : port };
}

/** A login link for clients that scan QR codes; in other clients the same is typed by hand. */
function loginUri({ jid, host, port, password }: { jid: string; host: string; port: number; password: string }): string {
  const more = new URLSearchParams({ password, host, port: String(port) });
  return `xmpp:${encodeURI(jid)}?login;${more.toString().replaceAll('&', ';')}`;
}

function pairs(fingerprint: string): string {
  return fingerprint.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:');
}

function howToTrust(file: string, fingerprint: string): string {
  return [
    `Certificate:  ${file}`,
    `SHA-256:      ${fingerprint}`,
    '',
    'profanity     /connect JID server HOST port PORT tls trust, or compare the SHA-256 when it asks',
    'Gajim, Psi+   compare the SHA-256 in the dialog on the first connection, and accept it',
    'poezio        ca_cert_path = that file, in poezio.cfg',
    'Debian        copy it to /usr/local/share/ca-certificates/minimix.crt, then update-ca-certificates',
    'Fedora        trust anchor --store FILE',
    'macOS         security add-trusted-cert -r trustRoot -k login.keychain FILE',
    'Windows       certutil -user -addstore Root FILE',
    'Android       Settings, Security, Encryption, Install a certificate, CA certificate',
    'iOS           open the file, install the profile, then General, About, Certificate Trust Settings',
    '',
  ].join('\n');
}
