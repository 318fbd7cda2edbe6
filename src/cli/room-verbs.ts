import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { readJid, readNick } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, tellEmpty, type GlobalOptions, type World } from './context.ts';
import { presenceOf, presenceOption, registerCommands, type PresenceWish } from './self.ts';
import { printJoined } from './rooms.ts';

type Switch = 'on' | 'off';

interface SetOptions extends GlobalOptions {
  readonly rejoinAfterKick?: Switch;
  readonly neverCreate?: Switch;
  readonly presence?: PresenceWish;
  readonly status?: string;
  readonly notify?: 'always' | 'on-mention' | 'never' | 'default';
}

/** `minimix follow|room set|room register|nick|voice`. */
export function roomVerbCommands(program: Command, world: World): void {
  program
    .command('follow')
    .description('join the room that a destroyed or moved room has named')
    .argument('<room>', 'the room that has moved', readJid)
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      printJoined(
        world,
        await (await reachDaemon(world, options)).follow.mutate({ ...meant(options), room }),
      );
    });

  const onOff = (flags: string, description: string): Option =>
    new Option(flags, description).choices(['on', 'off']);
  const one = program.command('room').description('what is chosen for one room, and registration with it');
  registerCommands(one, world);
  one
    .command('set')
    .description('choose something for one room')
    .argument('<room>', 'the room', readJid)
    .addOption(onOff('--rejoin-after-kick <on|off>', 'come back, after a while, when somebody kicks you'))
    .addOption(onOff('--never-create <on|off>', 'do not create the room where joining it would'))
    .addOption(presenceOption())
    .option('--status <text>', 'with a presence of the room’s own: what is said beside it')
    .addOption(new Option('--notify <when>', 'when your clients should notify of it').choices(['always', 'on-mention', 'never', 'default']))
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SetOptions>();
      const { rejoinAfterKick, neverCreate, notify } = options;
      const presence = presenceOf(options.presence, options.status);
      const settings = {
        ...(rejoinAfterKick === undefined ? {} : { rejoinAfterKick: rejoinAfterKick === 'on' }),
        ...(neverCreate === undefined ? {} : { neverCreate: neverCreate === 'on' }),
        ...(presence === undefined ? {} : { presence }),
      };
      const wishes = Object.keys(settings).length;
      if (wishes === 0 && notify === undefined)
        throw new MinimixError('usage', 'Nothing is chosen: give --rejoin-after-kick, --never-create, --presence or --notify.');
      const daemon = await reachDaemon(world, options);
      if (wishes > 0) await daemon.setRoom.mutate({ ...meant(options), room, ...settings });
      if (notify !== undefined) await daemon.bookmarks.put.mutate({ ...meant(options), room, notify });
      printLine(world, `Kept for ${room}.`);
    });

  program
    .command('nick')
    .description('take another nick in a room')
    .argument('<room>', 'the room', readJid)
    .argument('<nick>', 'the nick', readNick)
    .action(async (room: string, nick: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const daemon = await reachDaemon(world, options);
      printJoined(world, await daemon.changeNick.mutate({ ...meant(options), room, nick }));
    });

  program
    .command('voice')
    .description('ask the moderators of a room for a voice')
    .argument('<room>', 'the room', readJid)
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const asked = await (
        await reachDaemon(world, options)
      ).requestVoice.mutate({ ...meant(options), room });
      printLine(world, `The moderators of ${asked.room} are asked for a voice.`);
    });
}

/** `minimix invites [accept|decline]`. */
export function invitationCommands(program: Command, world: World): void {
  const invites = program
    .command('invites')
    .description('list the invitations to rooms that wait for an answer')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const invitations = await (await reachDaemon(world, options)).invitations.list.query(meant(options));
      tellEmpty(world, invitations, options.json, 'No invitation waits.');
      for (const { account, room, by, reason, at } of invitations) {
        if (options.json) printJson(world, { account, room, by, reason, at });
        else
          printLine(world, at.slice(0, 19).replace('T', ' '), room, `from ${by ?? 'somebody'}`, reason);
      }
    });

  invites
    .command('accept')
    .description('join a room that one is invited to')
    .argument('<room>', 'the room', readJid)
    .option('--nick <nick>', 'the nick to have there', readNick)
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { nick?: string }>();
      const nick = options.nick === undefined ? {} : { nick: options.nick };
      const daemon = await reachDaemon(world, options);
      printJoined(world, await daemon.invitations.accept.mutate({ ...meant(options), room, ...nick }));
    });

  invites
    .command('decline')
    .description('decline an invitation')
    .argument('<room>', 'the room', readJid)
    .option('--reason <text>', 'what whoever invited is told')
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { reason?: string }>();
      const reason = options.reason === undefined ? {} : { reason: options.reason };
      const daemon = await reachDaemon(world, options);
      const declined = await daemon.invitations.decline.mutate({ ...meant(options), room, ...reason });
      printLine(world, `Declined ${declined.room}.`);
    });
}
