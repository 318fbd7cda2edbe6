import type { Command } from 'commander';
import { reachDaemon, type GlobalOptions, type World } from './context.ts';
import { localTime, printJson, printLine, printTable } from './print.ts';
import { connectionStyle } from './account.ts';
import { pausedWords } from './relay.ts';

type Listing = GlobalOptions & { readonly json?: boolean };

/** `minimix run|status|page`; calls `exit` with the daemon's exit code. */
export function daemonCommands(program: Command, world: World, exit: (code: number) => void): void {
  program
    .command('run')
    .description('run the daemon in the foreground until Ctrl+C or SIGTERM')
    .option('--verbose', 'also log what only a developer needs')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { verbose?: boolean }>();
      exit(await world.runDaemon(world.findHome(options.home), { verbose: options.verbose ?? false }));
    });

  program
    .command('status')
    .description('show the state of the daemon and its accounts')
    .option('--json', 'one JSON object a line: each account, then each problem')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Listing>();
      const { accounts, pid, version, startedAt, problems } = await (await reachDaemon(world, options)).status.query();
      const shown = accounts.filter(({ account }) => options.account === undefined || options.account === account);
      if (options.json) {
        for (const { account, connection, rooms, joined, messages, relayPause } of shown) {
          const { state, jid, why } = { jid: null, why: null, ...connection };
          printJson(world, { account, state, jid, why, rooms, joined, messages, relayPause });
        }
        for (const { code, message, at } of problems) printJson(world, { problem: code, message, at });
        return;
      }
      printLine(world, `Minimix ${version}, process ${pid}, running since ${localTime(startedAt)}.`);
      if (accounts.length === 0) printLine(world, 'No account yet: `minimix account add JID`.');
      printTable(
        world,
        [
          { title: 'ACCOUNT', of: ({ account }) => account },
          { title: 'STATE', of: ({ connection }) => connection.state, style: ({ connection }) => connectionStyle(connection.state) },
          { title: 'ROOMS', of: ({ joined, rooms }) => `${joined} of ${rooms} joined` },
          { title: 'MESSAGES', of: ({ messages }) => messages, right: true },
          { title: 'NOTE', of: ({ connection, relayPause }) => [...('why' in connection ? [connection.why] : []), ...(relayPause ? [pausedWords(relayPause)] : [])].join(' ') },
        ],
        shown,
      );
      for (const { message, at } of problems) {
        world.out(world.terminal.style('red', 'Problem'));
        printLine(world, ` since ${localTime(at)}: ${message}`);
      }
    });

  program
    .command('page')
    .description('print a one-time login link for the web page, valid for 15 minutes')
    .action(async (_options: unknown, command: Command) => {
      const { url } = await (
        await reachDaemon(world, command.optsWithGlobals<GlobalOptions>())
      ).page.mutate();
      printLine(world, url);
    });
}
