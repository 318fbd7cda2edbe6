import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { readDate, readJid, readNick, readNumber } from './arguments.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { localTime, printJson, printLine, printList } from './print.ts';
import { readPassword } from './password.ts';

const readId = readNumber(Number.MAX_SAFE_INTEGER);
const MAX_FILE = 400_000; // characters: the most that one call of the API may carry

type Options<T = object> = GlobalOptions & T;

/** `minimix bookmarks list|log|undo|restore|held|accept|add|remove|export|import|copy|settings`. */
export function bookmarkCommands(program: Command, world: World): void {
  const bookmarks = program.command('bookmarks').description('the list of rooms that all your clients share');
  listCommands(bookmarks, world);
  timeCommands(bookmarks, world);
  heldCommands(bookmarks, world);
  editCommands(bookmarks, world);
  fileCommands(bookmarks, world);
  copyCommand(bookmarks, world);
  settingCommand(bookmarks, world);
}

function listCommands(bookmarks: Command, world: World): void {
  bookmarks
    .command('list', { isDefault: true })
    .description('list bookmarks, and what differs between their storages')
    .option('--json', 'one JSON object a line')
    .option('--dead', 'only rooms that are gone or have not answered for a long time')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ json?: boolean; dead?: boolean }>>();
      const list = await (await reachDaemon(world, options)).bookmarks.list.query(meant(options));
      const shown = list.filter(({ dead }) => dead || !options.dead);
      printList(world, {
        json: options.json,
        items: shown,
        empty: options.dead ? 'No dead bookmarks.' : 'No bookmarks yet.',
        asJson: (one) => ({ ...one }),
        columns: [
          { title: 'ROOM', of: ({ room }) => room },
          { title: 'NAME', of: ({ name }) => name },
          { title: 'NICK', of: ({ nick }) => nick },
          { title: 'AUTO-JOIN', of: ({ autojoin }) => (autojoin ? 'yes' : 'no') },
          { title: 'NOTIFY', of: ({ notify }) => notify },
          { title: 'STATE', of: ({ state }) => state },
          { title: 'NOTE', of: noteOf, style: () => 'yellow' },
        ],
      });
    });
}

/** What needs the person's attention: a dead room, a removal to decide, a storage that has something else. */
function noteOf({ dead, held, differs }: { readonly dead: boolean; readonly held: boolean; readonly differs: Readonly<Record<string, string>> }): string {
  const storages = Object.entries(differs).map(([storage, what]) => `${storage}: ${what}`);
  return [...(dead ? ['dead'] : []), ...(held ? ['removal needs your decision'] : []), ...storages].join('; ');
}

function timeCommands(bookmarks: Command, world: World): void {
  bookmarks
    .command('log')
    .description('list the latest changes, oldest first')
    .option('--limit <n>', 'how many', readNumber(2000), 50)
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ json?: boolean; limit: number }>>();
      const log = await (await reachDaemon(world, options)).bookmarks.log.query({ ...meant(options), limit: options.limit });
      printList(world, {
        json: options.json,
        items: log,
        empty: 'No changes yet.',
        asJson: (entry) => ({ ...entry }),
        columns: [
          { title: 'ID', of: ({ id }) => id, right: true },
          { title: 'TIME', of: ({ at }) => localTime(at), style: () => 'dim' },
          { title: 'STORAGE', of: ({ storage }) => storage },
          { title: 'ROOM', of: ({ room }) => room },
          { title: 'CHANGE', of: ({ cause }) => cause },
        ],
      });
    });

  bookmarks
    .command('undo')
    .description('undo one change of a bookmark')
    .argument('<id>', 'the id of the change, from `bookmarks log`', readId)
    .action(async (id: number, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { room } = await (await reachDaemon(world, options)).bookmarks.undo.mutate({ ...meant(options), id });
      printLine(world, `${room} is as it was before change ${id}.`);
    });

  bookmarks
    .command('restore')
    .description('restore the whole list of an earlier date; with --held, undo the removals that need your decision')
    .argument('[date]', 'the date, such as 2026-03-14 or 2026-03-14T15:09Z', readDate)
    .option('--held', 'put back rooms that disappeared together')
    .action(async (date: number | undefined, { held }: { held?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const daemon = await reachDaemon(world, options);
      if ((date === undefined) === (held !== true)) throw new MinimixError('usage', 'Give either a date or --held.');
      if (date === undefined) {
        for (const { id } of await daemon.bookmarks.held.query(meant(options))) {
          const { rooms } = await daemon.bookmarks.restore.mutate({ ...meant(options), id });
          printLine(world, `Put back ${rooms.join(', ')}.`);
        }
        return;
      }
      const { changed } = await daemon.bookmarks.restoreDate.mutate({ ...meant(options), at: new Date(date).toISOString() });
      printLine(world, `${changed} bookmarks changed.`);
    });
}

function heldCommands(bookmarks: Command, world: World): void {
  bookmarks
    .command('held')
    .description('list removals that need your decision: several rooms disappeared from a storage at once; you stay in them until you decide')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ json?: boolean }>>();
      const held = await (await reachDaemon(world, options)).bookmarks.held.query(meant(options));
      printList(world, {
        json: options.json,
        items: held,
        empty: 'No removal needs your decision.',
        asJson: (one) => ({ ...one }),
        columns: [
          { title: 'ID', of: ({ id }) => id, right: true },
          { title: 'TIME', of: ({ at }) => localTime(at), style: () => 'dim' },
          { title: 'STORAGE', of: ({ storage }) => storage },
          { title: 'CAUSE', of: ({ cause }) => cause },
          { title: 'ONLINE THEN', of: ({ online }) => online.join(', ') || 'no device' },
          { title: 'ROOMS', of: ({ rooms }) => rooms.join(' ') },
        ],
      });
    });

  bookmarks
    .command('accept')
    .description('confirm a removal: remove the rooms from all storages, and leave those that no device wants')
    .argument('<id>', 'the id of the removal, from `bookmarks held`', readId)
    .action(async (id: number, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { rooms } = await (await reachDaemon(world, options)).bookmarks.accept.mutate({ ...meant(options), id });
      printLine(world, `Removed ${rooms.join(', ')}.`);
    });
}

function editCommands(bookmarks: Command, world: World): void {
  bookmarks
    .command('add')
    .description('add a bookmark, or edit one')
    .argument('<room>', 'the room', readJid)
    .option('--name <name>', 'the name of the bookmark; "" for none')
    .option('--nick <nick>', 'your nickname there', readNick)
    .option('--autojoin', 'turn on auto-join: join the room now and at each start')
    .option('--no-autojoin', 'turn off auto-join, and leave the room now unless a device wants it')
    .addOption(new Option('--notify <level>', 'when clients should notify you').choices(['always', 'on-mention', 'never', 'default']))
    .option('--password-stdin', "read the room's password from standard input")
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ name?: string; nick?: string; autojoin?: boolean; notify?: 'always' | 'on-mention' | 'never' | 'default'; passwordStdin?: boolean }>>();
      const { name, nick, autojoin, notify, passwordStdin } = options;
      const secret = passwordStdin ? { password: await readPassword(world, { fromStdin: true, prompt: '' }) } : {};
      const edit = {
        ...(name === undefined ? {} : { name }),
        ...(nick === undefined ? {} : { nick }),
        ...(autojoin === undefined ? {} : { autojoin }),
        ...(notify === undefined ? {} : { notify }),
      };
      const kept = await (await reachDaemon(world, options)).bookmarks.put.mutate({ ...meant(options), room, ...edit, ...secret });
      printLine(world, `Bookmarked ${kept.room}${kept.autojoin ? ' with auto-join' : ''}.`);
    });

  bookmarks
    .command('remove')
    .description('remove a bookmark, and leave the room unless a device wants it')
    .argument('<room>', 'the room', readJid)
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await (await reachDaemon(world, options)).bookmarks.remove.mutate({ ...meant(options), room });
      printLine(world, `Removed ${room}.`);
    });
}

function fileCommands(bookmarks: Command, world: World): void {
  bookmarks
    .command('export')
    .description('print the whole list, including passwords')
    .addOption(new Option('--format <format>', 'XEP-0402 items, or JSON').choices(['xml', 'json']).default('json'))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ format: 'xml' | 'json' }>>();
      const { text } = await (await reachDaemon(world, options)).bookmarks.export.query({ ...meant(options), format: options.format });
      world.out(text);
    });

  bookmarks
    .command('import')
    .description('add the bookmarks on standard input, in either format of `bookmarks export` or XEP-0048; removes none')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const text = await readAll(world);
      const { added, changed } = await (await reachDaemon(world, options)).bookmarks.import.mutate({ ...meant(options), text });
      printLine(world, `${added} bookmarks added, ${changed} completed.`);
    });
}

function copyCommand(bookmarks: Command, world: World): void {
  bookmarks
    .command('copy')
    .description('add the bookmarks of --account to another of your accounts; removes none there')
    .argument('<jid>', 'the other account', readJid)
    .action(async (to: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.account === undefined) throw new MinimixError('usage', 'Say with --account whose bookmarks to copy.');
      const daemon = await reachDaemon(world, options);
      const { text } = await daemon.bookmarks.export.query({ account: options.account, format: 'json' });
      const { added, changed } = await daemon.bookmarks.import.mutate({ account: to, text });
      printLine(world, `${added} bookmarks added to ${to}, ${changed} completed.`);
    });
}

function settingCommand(bookmarks: Command, world: World): void {
  bookmarks
    .command('settings')
    .description('show or change the settings of bookmarks')
    .addOption(new Option('--keep-joins <yes|no>', 'whether joining here turns on auto-join and leaving turns it off').choices(['yes', 'no']))
    .addOption(new Option('--several-gone <what>', 'what to do if several rooms disappear at once').choices(['hold', 'restore', 'accept']))
    .option('--dead-days <n>', 'after how many days without an answer a room counts as dead', readNumber(3650))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ keepJoins?: 'yes' | 'no'; severalGone?: 'hold' | 'restore' | 'accept'; deadDays?: number }>>();
      const { keepJoins, severalGone, deadDays } = options;
      const wish = {
        ...(keepJoins === undefined ? {} : { keepJoins: keepJoins === 'yes' }),
        ...(severalGone === undefined ? {} : { severalGone }),
        ...(deadDays === undefined ? {} : { deadDays }),
      };
      const daemon = await reachDaemon(world, options);
      const now = Object.keys(wish).length > 0 ? await daemon.bookmarks.set.mutate({ ...meant(options), ...wish }) : await daemon.bookmarks.settings.query(meant(options));
      printJson(world, { ...now });
    });
}

async function readAll({ stdin }: World): Promise<string> {
  let text = '';
  stdin.setEncoding('utf8');
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MAX_FILE) throw new MinimixError('too-large', 'Standard input is too large for a list of bookmarks.');
  }
  return text;
}
