import { Command, CommanderError } from 'commander';
import { accountCommands } from './account.ts';
import { archiveCommands } from './archive.ts';
import { readJid } from './arguments.ts';
import { bookmarkCommands } from './bookmarks.ts';
import { bouncerCommands } from './bouncer.ts';
import { EXIT, explain, type World } from './context.ts';
import { daemonCommands } from './daemon.ts';
import { deviceCommands } from './device.ts';
import { doctorCommands } from './doctor.ts';
import { logCommand } from './log.ts';
import { messageCommands } from './messages.ts';
import { outboxCommands } from './outbox.ts';
import { relayCommands } from './relay.ts';
import { invitationCommands, roomVerbCommands } from './room-verbs.ts';
import { retireCommand } from './retire/retire.ts';
import { roomCommands } from './rooms.ts';
import { selfCommands } from './self.ts';
import { serviceCommands } from './service.ts';
import { shellCommands } from './reference/shell.ts';
import { settingsCommands } from './settings.ts';
import { trayCommand } from './tray.ts';

/** Runs one command line (without node and script) and resolves with the exit code; rejects only for a bug. */
export async function runCommandLine(args: readonly string[], world: World): Promise<number> {
  let exitCode = 0;
  const program = new Command('minimix')
    .description('One XMPP account, one membership in every room, for all your devices.')
    .version(world.version)
    .option(
      '--home <dir>',
      'the directory of settings and archive (default: MINIMIX_HOME, else the usual place of your platform)',
    )
    .option('--account <jid>', 'the account to use, if there are several', readJid)
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => world.terminal.style('bold', title) })
    // an error of commander's looks like all others: it begins with the name of the program
    .configureOutput({
      writeOut: world.out,
      writeErr: world.err,
      getOutHasColors: () => true, // `terminal.style` decides
      outputError: (text, write) => write(text.replace(/^error: /, 'minimix: ')),
    })
    .showHelpAfterError('(see --help)')
    .addHelpText(
      'after',
      '\nExit codes: 0 success, 1 failure, 2 wrong usage, 3 no daemon is running, 4 another daemon uses this home.',
    )
    .exitOverride();
  const exit = (code: number): void => {
    exitCode = code;
  };
  program.commandsGroup('Daemon:');
  daemonCommands(program, world, exit);
  trayCommand(program, world, exit);
  doctorCommands(program, world, exit);
  logCommand(program, world);
  serviceCommands(program, world);
  settingsCommands(program, world);
  program.commandsGroup('Accounts:');
  accountCommands(program, world);
  selfCommands(program, world);
  program.commandsGroup('Rooms:');
  roomCommands(program, world);
  roomVerbCommands(program, world);
  invitationCommands(program, world);
  bookmarkCommands(program, world);
  program.commandsGroup('Messages:');
  messageCommands(program, world);
  outboxCommands(program, world);
  program.commandsGroup('Devices:');
  bouncerCommands(program, world);
  deviceCommands(program, world);
  relayCommands(program, world);
  program.commandsGroup('Archive:');
  archiveCommands(program, world);
  program.commandsGroup('More:');
  shellCommands(program, world);
  retireCommand(program, world);
  program.helpCommand(true); // into this group, too
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has already printed what is wrong; --help and --version come this way too, with 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    const told = explain(error);
    if (!told) throw error;
    world.err(`minimix: ${told.sentence}\n`);
    return told.code;
  }
}
