import type { Command } from 'commander';
import { meant, printJson, printLine, reachDaemon, tellEmpty, type GlobalOptions, type World } from './context.ts';
import { printDevice } from './device.ts';

type Listing = GlobalOptions & { readonly json?: boolean };

/** `minimix run|status|devices|page`; `exit` takes the code of a daemon that has ended. */
export function daemonCommands(program: Command, world: World, exit: (code: number) => void): void {
  program
    .command('run')
    .description('run the daemon in the foreground, until SIGTERM or SIGINT')
    .option('--verbose', 'log what is of use to a developer, too')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { verbose?: boolean }>();
      exit(await world.runDaemon(world.findHome(options.home), { verbose: options.verbose ?? false }));
    });

  program
    .command('status')
    .description('show how the accounts are connected')
    .option('--json', 'one JSON object a line: each account, then each problem')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Listing>();
      const { accounts, pid, version, startedAt, problems } = await (await reachDaemon(world, options)).status.query();
      if (!options.json) printLine(world, `Minimix ${version}, process ${pid}, up since ${startedAt}.`);
      if (accounts.length === 0 && !options.json)
        printLine(world, 'No account yet: `minimix account add JID`.');
      for (const { account, connection, rooms, joined, messages, relayPause } of accounts) {
        if (options.account !== undefined && options.account !== account) continue;
        const why = 'why' in connection ? connection.why : null;
        const jid = 'jid' in connection ? connection.jid : null;
        if (options.json)
          printJson(world, { account, state: connection.state, jid, why, rooms, joined, messages, relayPause });
        else {
          const counts = `${joined} of ${rooms} rooms joined, ${messages} messages`;
          printLine(world, `${account}: ${connection.state},`, counts, why === null ? null : `(${why})`);
          if (relayPause) printLine(world, `${account}: the relay is paused until ${relayPause.until ?? 'you resume it'}.`);
        }
      }
      for (const { code, message, at } of problems) {
        if (options.json) printJson(world, { problem: code, message, at });
        else printLine(world, `Problem, since ${at}: ${message}`);
      }
    });

  program
    .command('devices')
    .description("list the account's own devices and what each gets")
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Listing>();
      const devices = await (await reachDaemon(world, options)).devices.query(meant(options));
      tellEmpty(world, devices, options.json, 'No device of yours was seen yet.');
      for (const found of devices) {
        const { account, id, label, resource, online, frontend: door, relay, why } = found;
        if (options.json) printJson(world, { account, id, label, resource, online, door, relay, why });
        else printDevice(world, found);
      }
    });

  program
    .command('page')
    .description('print an address that lets one browser in, once, within a quarter of an hour')
    .action(async (_options: unknown, command: Command) => {
      const { url } = await (
        await reachDaemon(world, command.optsWithGlobals<GlobalOptions>())
      ).page.mutate();
      printLine(world, url);
    });
}
