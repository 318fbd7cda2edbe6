import type { Command } from 'commander';
import { type GlobalOptions, type World } from './context.ts';

/** `minimix tray`: an icon on the desktop; calls `exit` with the exit code once it is quit. */
export function trayCommand(program: Command, world: World, exit: (code: number) => void): void {
  program
    .command('tray')
    .description('show an icon with a menu on a Linux desktop, and start the daemon if none runs')
    .argument('[link...]', 'an xmpp: link of a room, which the page then offers to join')
    .option('--hidden', 'do not open the page at the start')
    .action(async (links: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { hidden?: boolean }>();
      exit(await world.runTray(world.findHome(options.home), { hidden: options.hidden ?? false, links }));
    });
}
