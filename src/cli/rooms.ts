import type { Command } from 'commander';
import { readJid, readNick } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { readPassword } from './password.ts';

/** `minimix join|leave|rooms`. */
export function roomCommands(program: Command, world: World): void {
  program
    .command('join')
    .description('join a room and stay in it')
    .argument('<room>', 'the room, such as cave@rooms.example.org', readJid)
    .option('--nick <nick>', 'the nick to have there', readNick)
    .option('--password-stdin', "read the room's password from standard input")
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { nick?: string; passwordStdin?: boolean }>();
      const secret = options.passwordStdin ? { password: await readPassword(world, true, '') } : {};
      const wish = {
        ...meant(options),
        room,
        ...(options.nick === undefined ? {} : { nick: options.nick }),
        ...secret,
      };
      const joined = await (await reachDaemon(world, options)).join.mutate(wish);
      printLine(world, `In ${joined.room} as ${joined.nick ?? 'somebody'}, with ${joined.occupants} there.`);
    });

  program
    .command('leave')
    .description('leave a room for good')
    .argument('<room>', 'the room', readJid)
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const left = await (await reachDaemon(world, options)).leave.mutate({ ...meant(options), room });
      printLine(world, `Left ${left.room}.`);
    });

  program
    .command('rooms')
    .description('list the rooms and how we stand in each')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const rooms = await (await reachDaemon(world, options)).rooms.query(meant(options));
      for (const { account, room, state, nick, occupants, verifiedAt, reason } of rooms) {
        if (options.json) printJson(world, { account, room, state, nick, occupants, verifiedAt, reason });
        else
          printLine(
            world,
            room,
            state,
            nick && `as ${nick}`,
            state === 'joined' ? `${occupants} there` : null,
            reason,
          );
      }
    });
}
