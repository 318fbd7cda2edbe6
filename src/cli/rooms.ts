import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import type { DaemonClient } from '../frontends/web/client/client.ts';
import { readJid, readNick, readNumber } from './arguments.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { readPassword } from './password.ts';
import { localTime, printLine, printList, type Style } from './print.ts';

interface RoomsOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly log?: boolean;
  readonly limit: number;
}

type Room = Awaited<ReturnType<DaemonClient['rooms']['query']>>[number];

/** `minimix rooms|join|leave`. */
export function roomCommands(program: Command, world: World): void {
  program
    .command('rooms')
    .description('list rooms and their state; with --log, the activity log of one')
    .argument('[room]', 'only this room', readJid)
    .option('--log', 'each join and loss of that room with its cause, oldest first')
    .addOption(new Option('--limit <n>', 'with --log: how many entries').argParser(readNumber(2000)).default(200))
    .option('--json', 'one JSON object a line')
    .action(async (room: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RoomsOptions>();
      if (options.log && room === undefined) throw new MinimixError('usage', '--log needs a room.');
      const daemon = await reachDaemon(world, options);
      if (options.log && room !== undefined) await printLedger(world, daemon, { asked: room, options });
      else await printRooms(world, daemon, { only: room, options });
    });

  program
    .command('join')
    .description('join a room and stay in it')
    .argument('<room>', 'the room, such as cave@rooms.example.org', readJid)
    .option('--nick <nick>', 'your nickname there', readNick)
    .option('--password-stdin', "read the room's password from standard input")
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { nick?: string; passwordStdin?: boolean }>();
      const secret = options.passwordStdin ? { password: await readPassword(world, { fromStdin: true, prompt: '' }) } : {};
      const wish = {
        ...meant(options),
        room,
        tentative: true,
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
      const daemon = await reachDaemon(world, options);
      const known = (await daemon.rooms.query(meant(options))).find((one) => one.room === room);
      const left = await daemon.leave.mutate({ ...meant(options), room });
      printLine(world, `Left ${left.room}.`);
      for (const line of endedWishes(known)) printLine(world, line);
    });
}

/** Whose wishes ended with a leave, as they were before it: said once it is done, for it may be refused. */
function endedWishes(room: { room: string; wishes?: { bookmark: boolean; devices: readonly string[] } | undefined } | undefined): string[] {
  const { bookmark = false, devices = [] } = room?.wishes ?? {};
  const whose = [...(bookmark ? ['its bookmark'] : []), ...devices];
  return room === undefined || whose.length === 0 ? [] : [`It was also wanted by ${whose.join(', ')}: ${whose.length === 1 ? 'that wish' : 'those wishes'} ended too.`];
}

/** Confirms that the account is in a room now. */
export function printJoined(
  world: World,
  { room, nick, occupants }: { room: string; nick?: string | undefined; occupants: number },
): void {
  printLine(world, `Joined ${room}${nick === undefined ? '' : ` as ${nick}`}; ${occupants === 1 ? '1 person' : `${occupants} people`} there.`);
}

async function printRooms(world: World, daemon: DaemonClient, { only, options }: { only: string | undefined; options: RoomsOptions }): Promise<void> {
  const rooms = await daemon.rooms.query(meant(options));
  const shown = only === undefined ? rooms : rooms.filter(({ room }) => room === only);
  if (only !== undefined && shown.length === 0)
    throw new MinimixError('unknown-room', `${only} is not one of your rooms: \`minimix rooms\` lists them.`);
  printList(world, {
    json: options.json,
    items: shown,
    empty: 'No rooms yet: `minimix join ROOM`.',
    asJson({ account, room, state, nick, occupants, verifiedAt, reason, nonAnonymous, logged, catchUp, wanted, nickRefusal, notify, settings }) {
      const chosen = { wanted: wanted?.nick, nickRefusal, notify, presence: settings?.presence };
      return { account, room, state, nick, occupants, verifiedAt, reason, nonAnonymous, logged, catchUp, ...chosen };
    },
    columns: [
      { title: 'ACCOUNT', of: ({ account }) => account, onlyIfVaried: true },
      { title: 'ROOM', of: ({ room }) => room },
      { title: 'STATE', of: ({ state }) => state, style: ({ state }) => styleOf(state) },
      { title: 'NICK', of: ({ nick }) => nick },
      { title: 'PEOPLE', of: ({ state, occupants }) => (state === 'joined' ? occupants : null), right: true },
      { title: 'NOTE', of: noteOf },
    ],
  });
}

function styleOf(state: Room['state']): Style {
  if (state === 'joined') return 'green';
  return state === 'joining' || state === 'leaving' || state === 'absent' || state === 'service-down' ? 'yellow' : 'red';
}

/** Why the account is not there, why it has another nickname there than the one it wants, and how far the room is read. */
function noteOf({ state, nick, wanted, nickRefusal, reason, catchUp }: Room): string {
  const other = state === 'joined' && wanted !== undefined && wanted.nick !== nick;
  const wish = other ? `you want to be ${wanted.nick} there${nickRefusal === undefined ? '' : `: ${nickRefusal}`}` : '';
  const reading = catchUp && `catching up${catchUp.upTo === undefined ? '' : `, read up to ${localTime(catchUp.upTo)}`}`;
  return [wish, reason ?? '', reading ?? ''].filter(Boolean).join('; ');
}

/** Whether the account has that room or has it in its archive; what is typed wrongly is neither. */
export async function isKnownRoom(daemon: DaemonClient, options: GlobalOptions, room: string): Promise<boolean> {
  const about = { ...meant(options), room };
  const [rooms, kept] = await Promise.all([daemon.rooms.query(meant(options)), daemon.at.query({ ...about, from: new Date(0).toISOString() })]);
  return kept.id !== null || rooms.some((one) => one.room === room);
}

async function printLedger(world: World, daemon: DaemonClient, { asked, options }: { asked: string; options: RoomsOptions }): Promise<void> {
  const { json, limit } = options;
  const entries = await daemon.ledger.query({ ...meant(options), room: asked, limit });
  if (entries.length === 0 && !(await isKnownRoom(daemon, options, asked)))
    throw new MinimixError('unknown-room', `${asked} is not one of your rooms: \`minimix rooms\` lists them.`);
  printList(world, {
    json,
    items: entries,
    empty: 'No activity yet.',
    asJson: ({ account, room, at, event, nick, text }) => ({ account, room, at, event, nick, text }),
    columns: [
      { title: 'TIME', of: ({ at }) => localTime(at), style: () => 'dim' },
      { title: 'EVENT', of: ({ event }) => event },
      { title: 'NICK', of: ({ nick }) => nick },
      { title: 'CAUSE', of: ({ text }) => text },
    ],
  });
}
