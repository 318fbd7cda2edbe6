import { Command, CommanderError } from 'commander';
import { accountCommands } from './account.ts';
import { archiveCommands } from './archive.ts';
import { readJid } from './arguments.ts';
import { bookmarkCommands } from './bookmarks.ts';
import { bouncerCommands } from './bouncer.ts';
import { EXIT, explain, type World } from './context.ts';
import { daemonCommands } from './daemon.ts';
import { deviceCommands } from './device.ts';
import { doctorCommand } from './doctor.ts';
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

/**
 * Runs one command line (without node and script) and resolves with the exit code. What nobody foresaw
 * rejects.
 */
export async function runCommandLine(args: readonly string[], world: World): Promise<number> {
  let exitCode = 0;
  const program = new Command('minimix')
    .description('One XMPP account, one membership in every room, for all your devices.')
    .version(world.version)
    .option(
      '--home <dir>',
      'where settings and archive live (else MINIMIX_HOME, else the place of the platform)',
    )
    .option('--account <jid>', 'which account is meant, where there are several', readJid)
    .configureHelp({ showGlobalOptions: true })
    // as every other refusal is told: who says it, and where more is said
    .configureOutput({ writeOut: world.out, writeErr: world.err, outputError: (text, write) => write(text.replace(/^error: /, 'minimix: ')) })
    .showHelpAfterError('(--help tells how it is meant.)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 no daemon runs, 4 another daemon has the home.',
    )
    .exitOverride();
  daemonCommands(program, world, (code) => {
    exitCode = code;
  });
  accountCommands(program, world);
  roomCommands(program, world);
  roomVerbCommands(program, world);
  selfCommands(program, world);
  invitationCommands(program, world);
  messageCommands(program, world);
  bouncerCommands(program, world);
  deviceCommands(program, world);
  relayCommands(program, world);
  outboxCommands(program, world);
  bookmarkCommands(program, world);
  archiveCommands(program, world);
  serviceCommands(program, world);
  shellCommands(program, world);
  settingsCommands(program, world);
  logCommand(program, world);
  retireCommand(program, world);
  doctorCommand(program, world, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has said already what is wrong; help and version come this way too, with 0
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    const told = explain(error);
    if (!told) throw error;
    world.err(`minimix: ${told.sentence}\n`);
    return told.code;
  }
}
