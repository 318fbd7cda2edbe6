import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { toString as qrText } from 'qrcode';
import { readServer } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, tellEmpty, type GlobalOptions, type World } from './context.ts';

interface OnOptions extends GlobalOptions {
  readonly listen?: { host: string; port: number };
  readonly directTls?: { host: string; port: number };
  readonly name?: string[];
  readonly cert?: string;
  readonly key?: string;
}

/** `minimix bouncer on|off|status|ca` and `minimix device add|list|revoke`. */
export function bouncerCommands(program: Command, world: World): void {
  const bouncer = program.command('bouncer').description('let unmodified clients log in here, as if it were their server');

  bouncer
    .command('on')
    .description('take connections of devices, on loopback unless told otherwise')
    .option('--listen <host:port>', 'STARTTLS here (127.0.0.1:15222)', readEndpoint)
    .option('--direct-tls <host:port>', 'TLS from the first byte here (127.0.0.1:15223)', readEndpoint)
    .option('--name <host...>', 'names or addresses by which devices reach it, for the certificate')
    .option('--cert <file>', 'your own certificate (PEM, leaf first)')
    .option('--key <file>', 'its key')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<OnOptions>();
      const { listen, directTls, name, cert, key } = options;
      const wish = {
        ...(listen && { listen }),
        ...(directTls && { directTls }),
        ...(name && { names: name }),
        ...(cert !== undefined && { cert: resolve(cert) }),
        ...(key !== undefined && { key: resolve(key) }),
      };
      const home = world.findHome(options.home);
      if (!(await world.findDaemon(home))) {
        await world.files.bouncer(home, { ...wish, on: true });
        printLine(world, 'The bouncer is on from the next start of the daemon.');
        return;
      }
      const status = await (await reachDaemon(world, options)).bouncer.on.mutate(wish);
      if (status.on) printLine(world, `The bouncer listens on ${status.host}: ${status.port} (STARTTLS), ${status.directTlsPort} (direct TLS).`);
    });

  bouncer
    .command('off')
    .description('end all sessions of devices and take no more')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const home = world.findHome(options.home);
      if (await world.findDaemon(home)) await (await reachDaemon(world, options)).bouncer.off.mutate();
      else await world.files.bouncer(home, { on: false });
      printLine(world, 'The bouncer is off.');
    });

  bouncer
    .command('status')
    .description('show where it listens')
    .option('--json', 'one JSON object')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const status = await (await reachDaemon(world, options)).bouncer.status.query();
      if (options.json) printJson(world, { ...status });
      else if (!status.on) printLine(world, 'The bouncer is off.');
      else printLine(world, `The bouncer listens on ${status.host}: ${status.port} (STARTTLS), ${status.directTlsPort} (direct TLS).`);
    });

  bouncer
    .command('ca')
    .description('say how a device comes to trust the certificate')
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
    program.command('device').description('devices that log in through the bouncer');

  device
    .command('add')
    .description('give a device a password of its own, which is shown this once')
    .argument('<name>', 'such as "Phone"')
    .option('--json', 'one JSON object')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const added = await (await reachDaemon(world, options)).bouncer.addDevice.mutate({ ...meant(options), name });
      const { id, jid, host, port, directTlsPort, password, fingerprint, ca } = added;
      if (options.json) return printJson(world, { id, jid, host, port, directTlsPort, password, fingerprint, ca });
      const lines = [
        ['JID', jid],
        ['Password', `${password}   (shown this once)`],
        ['Host', host],
        ['Port', `${port} (STARTTLS) or ${directTlsPort} (direct TLS)`],
        ['Certificate', `SHA-256 ${pairs(fingerprint)}`],
        ...(ca === '' ? [] : [['Authority', ca]]),
      ];
      for (const [what, value] of lines) printLine(world, `${`${what}:`.padEnd(13)}${value ?? ''}`);
      world.out(await qrText(loginUri(added), { type: 'utf8' }));
    });

  device
    .command('list')
    .description('list the devices that may log in through the bouncer')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const devices = await (await reachDaemon(world, options)).bouncer.devices.query(meant(options));
      tellEmpty(world, devices, options.json, 'No device has a password yet: `minimix device add NAME`.');
      for (const { account, id, name, online, jid, address, lastSeen } of devices) {
        const seen = lastSeen === undefined ? null : new Date(lastSeen).toISOString();
        if (options.json) printJson(world, { account, id, name, online, jid, address, lastSeen: seen });
        else printLine(world, `${name} (${id}):`, online ? `online as ${jid ?? ''} from ${address ?? 'nowhere at present'}` : `last seen ${seen ?? 'never'}`);
      }
    });

  device
    .command('revoke')
    .description('take a device its password; what it has open ends at once')
    .argument('<device>', 'its name or its id')
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const gone = await (await reachDaemon(world, options)).bouncer.revoke.mutate({ ...meant(options), name });
      printLine(world, `Revoked ${gone.name}.`);
    });
}

function readEndpoint(text: string): { host: string; port: number } {
  const any = text.endsWith(':0');
  const { host, port } = readServer(any ? text.replace(/:0$/, ':1') : text);
  if (port === undefined) throw new InvalidArgumentError('It is not HOST:PORT (an IPv6 address goes in brackets).');
  return { host, port: any ? 0 : port };
}

/** All that a client which reads it needs; others are typed in by hand. */
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
