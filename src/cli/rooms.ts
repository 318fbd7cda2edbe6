import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import type { DaemonClient } from '../frontends/web/client/client.ts';
import { readJid, readNick, readNumber } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, tellEmpty, type GlobalOptions, type World } from './context.ts';
import { readPassword } from './password.ts';

interface RoomsOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly log?: boolean;
  readonly limit: number;
}

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
      printJoined(world, await (await reachDaemon(world, options)).join.mutate(wish));
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
    .description('list the rooms and how we stand in each; with --log, what happened in one')
    .argument('[room]', 'this room only', readJid)
    .option('--log', 'each join, loss, cause and return, oldest first')
    .addOption(new Option('--limit <n>', 'how many entries of the log').argParser(readNumber(2000)).default(200))
    .option('--json', 'one JSON object a line')
    .action(async (room: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RoomsOptions>();
      if (options.log && room === undefined) throw new MinimixError('usage', '--log needs a room.');
      const daemon = await reachDaemon(world, options);
      if (options.log && room !== undefined) await printLedger(world, daemon, room, options);
      else await printRooms(world, daemon, room, options);
    });
}

/** What a verb that ends in a room says of it. */
export function printJoined(
  world: World,
  { room, nick, occupants }: { room: string; nick?: string | undefined; occupants: number },
): void {
  printLine(world, `In ${room} as ${nick ?? 'somebody'}, with ${occupants} there.`);
}

async function printRooms(
  world: World,
  daemon: DaemonClient,
  only: string | undefined,
  options: RoomsOptions,
): Promise<void> {
  const rooms = await daemon.rooms.query(meant(options));
  const shown = only === undefined ? rooms : rooms.filter(({ room }) => room === only);
  if (only !== undefined && shown.length === 0)
    throw new MinimixError('unknown-room', `${only} is not a room of yours.`);
  tellEmpty(world, shown, options.json, 'No rooms yet: `minimix join ROOM`.');
  for (const { account, room, state, nick, occupants, verifiedAt, reason, nonAnonymous, logged, wanted, nickRefusal, notify, settings } of shown) {
    const other = wanted !== undefined && wanted.nick !== nick;
    if (options.json) {
      const chosen = { wanted: wanted?.nick, nickRefusal, notify, presence: settings?.presence };
      printJson(world, { account, room, state, nick, occupants, verifiedAt, reason, nonAnonymous, logged, ...chosen });
    } else
      printLine(
        world,
        room,
        state,
        nick && `as ${nick}`,
        state === 'joined' && other ? `(wants ${wanted.nick}${nickRefusal === undefined ? '' : `: ${nickRefusal}`})` : null,
        state === 'joined' ? `${occupants} there` : null,
        reason,
      );
  }
}

async function printLedger(
  world: World,
  daemon: DaemonClient,
  asked: string,
  options: RoomsOptions,
): Promise<void> {
  const { json, limit } = options;
  const entries = await daemon.ledger.query({ ...meant(options), room: asked, limit });
  for (const { account, room, at, event, nick, text } of entries) {
    if (json) printJson(world, { account, room, at, event, nick, text });
    else printLine(world, at.slice(0, 19).replace('T', ' '), event, nick, text);
  }
}
