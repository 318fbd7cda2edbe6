import type { Command } from 'commander';
import { type GlobalOptions, type World } from './context.ts';
import { printJson, printLine } from './print.ts';

/** `minimix service install|remove|status`: a systemd user unit for the home. */
export function serviceCommands(program: Command, world: World): void {
  const service = program.command('service').description('run the daemon as a systemd user service');

  service
    .command('install')
    .description('write, enable and start a systemd user unit with only the rights it needs')
    .option('--print', 'only print the unit')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { print?: boolean }>();
      const home = world.findHome(options.home);
      if (options.print) return world.out((await world.service(home).unit(false)).text);
      const running = await world.findDaemon(home);
      const { unit, spaces } = await world.service(home).install(running === undefined);
      printLine(world, `Installed ${unit.path}.`);
      if (!spaces) printLine(world, 'This system does not let you use user namespaces: the parts of the unit that need them were left out.');
      printLine(world, running ? `A daemon is already running (process ${running.pid}): stop it, then run \`systemctl --user start ${unit.name}\`.` : 'The daemon is running. It restarts after a failure and starts when you log in.');
      printLine(world, 'To keep it running while you are logged out: `loginctl enable-linger`.');
    });

  service
    .command('remove')
    .description('stop and remove the unit; settings and archive stay')
    .action(async (_options: unknown, command: Command) => {
      const gone = await world.service(world.findHome(command.optsWithGlobals<GlobalOptions>().home)).remove();
      if (!gone) printLine(world, 'There is no service for this home.');
      else printLine(world, gone.packaged ? `Disabled ${gone.name}; ${gone.path} belongs to the system’s package.` : `Removed ${gone.path}.`);
    });

  service
    .command('status')
    .description('show whether the service is installed, enabled and running')
    .option('--json', 'one JSON object')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const { unit, installed, enabled, active } = await world.service(world.findHome(options.home)).status();
      if (options.json) printJson(world, { unit: unit.name, path: unit.path, installed, enabled, active });
      else printLine(world, installed ? `${unit.name}: ${enabled}, ${active} (${unit.path})` : `${unit.name}: not installed`);
    });
}
