import type { Command } from 'commander';
import { printJson, printLine, type GlobalOptions, type World } from './context.ts';

/** `minimix service install|remove|status`: a systemd user unit for the home. */
export function serviceCommands(program: Command, world: World): void {
  const service = program.command('service').description('start the daemon with your login, by systemd');

  service
    .command('install')
    .description('write, enable and start a systemd user unit, with no more rights than it needs')
    .option('--print', 'only print the unit')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { print?: boolean }>();
      const home = world.findHome(options.home);
      if (options.print) return world.out((await world.service(home).unit(false)).text);
      const running = await world.findDaemon(home);
      const { unit, spaces } = await world.service(home).install(running === undefined);
      printLine(world, `Installed ${unit.path}.`);
      if (!spaces) printLine(world, 'This system keeps user namespaces from you: the parts of the unit that need them were left out.');
      printLine(world, running ? `A daemon runs already (process ${running.pid}): stop it, then \`systemctl --user start ${unit.name}\`.` : 'The daemon runs, and starts again after a failure and with your login.');
      printLine(world, 'To have it run while you are not logged in: `loginctl enable-linger`.');
    });

  service
    .command('remove')
    .description('stop the unit and take it away; home and archive stay')
    .action(async (_options: unknown, command: Command) => {
      const gone = await world.service(world.findHome(command.optsWithGlobals<GlobalOptions>().home)).remove();
      printLine(world, gone ? `Removed ${gone.path}.` : 'There is no service for this home.');
    });

  service
    .command('status')
    .description('show whether it is installed, enabled and running')
    .option('--json', 'one JSON object')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const { unit, installed, enabled, active } = await world.service(world.findHome(options.home)).status();
      if (options.json) printJson(world, { unit: unit.name, path: unit.path, installed, enabled, active });
      else printLine(world, installed ? `${unit.name}: ${enabled}, ${active} (${unit.path})` : `${unit.name}: not installed`);
    });
}
