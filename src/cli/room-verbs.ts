import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { readJid, readNick } from './arguments.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { localTime, printLine, printList } from './print.ts';
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
    .description('join the room that a destroyed or moved room points to')
    .argument('<room>', 'the destroyed or moved room', readJid)
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      printJoined(
        world,
        await (await reachDaemon(world, options)).follow.mutate({ ...meant(options), room }),
      );
    });

  const onOff = (flags: string, description: string): Option =>
    new Option(flags, description).choices(['on', 'off']);
  const one = program.command('room').description('per-room settings, and registering your nickname');
  registerCommands(one, world);
  one
    .command('set')
    .description('change settings of one room')
    .argument('<room>', 'the room', readJid)
    .addOption(onOff('--rejoin-after-kick <on|off>', 'rejoin automatically after a kick'))
    .addOption(onOff('--never-create <on|off>', 'do not join the room if that would create it'))
    .addOption(presenceOption())
    .option('--status <text>', 'status text to go with --presence')
    .addOption(new Option('--notify <when>', 'when your clients should notify you').choices(['always', 'on-mention', 'never', 'default']))
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
        throw new MinimixError('usage', 'Nothing to change: give --rejoin-after-kick, --never-create, --presence or --notify.');
      const daemon = await reachDaemon(world, options);
      if (wishes > 0) await daemon.setRoom.mutate({ ...meant(options), room, ...settings });
      if (notify !== undefined) await daemon.bookmarks.put.mutate({ ...meant(options), room, notify });
      printLine(world, `Saved the settings of ${room}.`);
    });

  program
    .command('nick')
    .description('change your nickname in a room')
    .argument('<room>', 'the room', readJid)
    .argument('<nick>', 'the new nickname', readNick)
    .action(async (room: string, nick: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const daemon = await reachDaemon(world, options);
      printJoined(world, await daemon.changeNick.mutate({ ...meant(options), room, nick }));
    });

  program
    .command('voice')
    .description('request voice: ask the moderators to let you speak')
    .argument('<room>', 'the room', readJid)
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const asked = await (
        await reachDaemon(world, options)
      ).requestVoice.mutate({ ...meant(options), room });
      printLine(world, `Asked the moderators of ${asked.room} for voice.`);
    });
}

/** `minimix invites [accept|decline]`. */
export function invitationCommands(program: Command, world: World): void {
  const invites = program
    .command('invites')
    .description('list pending invitations to rooms')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const invitations = await (await reachDaemon(world, options)).invitations.list.query(meant(options));
      printList(world, {
        json: options.json,
        items: invitations,
        empty: 'No pending invitations.',
        asJson: ({ account, room, by, reason, at }) => ({ account, room, by, reason, at }),
        columns: [
          { title: 'TIME', of: ({ at }) => localTime(at), style: () => 'dim' },
          { title: 'ACCOUNT', of: ({ account }) => account, onlyIfVaried: true },
          { title: 'ROOM', of: ({ room }) => room },
          { title: 'FROM', of: ({ by }) => by },
          { title: 'REASON', of: ({ reason }) => reason },
        ],
      });
    });

  invites
    .command('accept')
    .description('accept an invitation and join the room')
    .argument('<room>', 'the room', readJid)
    .option('--nick <nick>', 'your nickname there', readNick)
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
    .option('--reason <text>', 'the reason to give to who invited you')
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { reason?: string }>();
      const reason = options.reason === undefined ? {} : { reason: options.reason };
      const daemon = await reachDaemon(world, options);
      const declined = await daemon.invitations.decline.mutate({ ...meant(options), room, ...reason });
      printLine(world, `Declined the invitation to ${declined.room}.`);
    });
}
