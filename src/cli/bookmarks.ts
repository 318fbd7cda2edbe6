import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { readDate, readJid, readNick, readNumber } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, tellEmpty, type GlobalOptions, type World } from './context.ts';
import { readPassword } from './password.ts';

const readId = readNumber(Number.MAX_SAFE_INTEGER);
const MAX_FILE = 400_000; // what the daemon takes in one call

type Options<T = object> = GlobalOptions & T;

/** `minimix bookmarks list|log|undo|restore|held|accept|add|remove|export|import|copy|settings`. */
export function bookmarkCommands(program: Command, world: World): void {
  const bookmarks = program.command('bookmarks').description('the bookmarked rooms, one list for all clients');
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
    .description('list them, and where the storages differ')
    .option('--json', 'one JSON object a line')
    .option('--dead', 'only rooms that are gone or have not answered for long')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ json?: boolean; dead?: boolean }>>();
      const list = await (await reachDaemon(world, options)).bookmarks.list.query(meant(options));
      const shown = list.filter(({ dead }) => dead || !options.dead);
      tellEmpty(world, shown, options.json, options.dead ? 'No bookmark is dead.' : 'No bookmarks yet.');
      for (const one of shown) {
        const { room, name, autojoin, nick, notify, state, dead, held, differs } = one;
        if (options.json) {
          printJson(world, { ...one });
          continue;
        }
        const storages = Object.entries(differs).map(([storage, what]) => `(${storage}: ${what})`);
        const marks = [autojoin && 'autojoin', notify, state, dead && 'dead', held && 'held', ...storages];
        printLine(world, room, name && `“${name}”`, nick && `as ${nick}`, ...marks.filter((mark) => mark !== false));
      }
    });
}

function timeCommands(bookmarks: Command, world: World): void {
  bookmarks
    .command('log')
    .description('print the last changes, oldest first')
    .option('--limit <n>', 'how many', readNumber(2000), 50)
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ json?: boolean; limit: number }>>();
      const log = await (await reachDaemon(world, options)).bookmarks.log.query({ ...meant(options), limit: options.limit });
      for (const entry of log) {
        const { id, at, storage, room, cause } = entry;
        if (options.json) printJson(world, { ...entry });
        else printLine(world, id, at.slice(0, 19).replace('T', ' '), storage, room, cause);
      }
    });

  bookmarks
    .command('undo')
    .description('make a bookmark what it was before a change')
    .argument('<id>', 'the change, as `log` numbers it', readId)
    .action(async (id: number, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { room } = await (await reachDaemon(world, options)).bookmarks.undo.mutate({ ...meant(options), id });
      printLine(world, `${room} is as it was before change ${id}.`);
    });

  bookmarks
    .command('restore')
    .description('make the whole list what it was; with --held, put back what is held')
    .argument('[date]', 'when, such as 2026-03-14 or 2026-03-14T15:09Z', readDate)
    .option('--held', 'put back the rooms that were gone at once')
    .action(async (date: number | undefined, { held }: { held?: boolean }, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const daemon = await reachDaemon(world, options);
      if ((date === undefined) === (held !== true)) throw new MinimixError('usage', 'Say either a date or --held.');
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
    .description('list rooms that were gone from a storage at once; we stay in them until it is decided')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ json?: boolean }>>();
      const held = await (await reachDaemon(world, options)).bookmarks.held.query(meant(options));
      tellEmpty(world, held, options.json, 'No removal waits for you.');
      for (const one of held) {
        const { id, at, storage, rooms, cause, online } = one;
        if (options.json) printJson(world, { ...one });
        else printLine(world, id, at.slice(0, 19).replace('T', ' '), storage, `${cause}; online: ${online.join(', ') || 'nobody'};`, rooms.join(' '));
      }
    });

  bookmarks
    .command('accept')
    .description('the removal was meant: leave the rooms, and take them out of all storages')
    .argument('<id>', 'as `held` numbers it', readId)
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
    .option('--name <name>', 'what it is called; "" for nothing')
    .option('--nick <nick>', 'the nick to have there', readNick)
    .option('--autojoin', 'join it, now and at each start')
    .option('--no-autojoin', 'do not; leave it now')
    .addOption(new Option('--notify <level>', 'when clients should notify').choices(['always', 'on-mention', 'never', 'default']))
    .option('--password-stdin', "read the room's password from standard input")
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ name?: string; nick?: string; autojoin?: boolean; notify?: 'always' | 'on-mention' | 'never' | 'default'; passwordStdin?: boolean }>>();
      const { name, nick, autojoin, notify, passwordStdin } = options;
      const secret = passwordStdin ? { password: await readPassword(world, true, '') } : {};
      const edit = {
        ...(name === undefined ? {} : { name }),
        ...(nick === undefined ? {} : { nick }),
        ...(autojoin === undefined ? {} : { autojoin }),
        ...(notify === undefined ? {} : { notify }),
      };
      const kept = await (await reachDaemon(world, options)).bookmarks.put.mutate({ ...meant(options), room, ...edit, ...secret });
      printLine(world, `Bookmarked ${kept.room}${kept.autojoin ? ', to be joined' : ''}.`);
    });

  bookmarks
    .command('remove')
    .description('remove a bookmark, and leave the room')
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
    .description('print the list, passwords and all')
    .addOption(new Option('--format <format>', 'XEP-0402 items, or JSON').choices(['xml', 'json']).default('json'))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options<{ format: 'xml' | 'json' }>>();
      const { text } = await (await reachDaemon(world, options)).bookmarks.export.query({ ...meant(options), format: options.format });
      world.out(text);
    });

  bookmarks
    .command('import')
    .description('add what standard input lists, in either format, or as XEP-0048; nothing is taken away')
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
    .description('add the list of --account to another account of yours; nothing is taken away there')
    .argument('<jid>', 'the other account', readJid)
    .action(async (to: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.account === undefined) throw new MinimixError('usage', 'Say with --account whose list is copied.');
      const daemon = await reachDaemon(world, options);
      const { text } = await daemon.bookmarks.export.query({ account: options.account, format: 'json' });
      const { added, changed } = await daemon.bookmarks.import.mutate({ account: to, text });
      printLine(world, `${added} bookmarks added to ${to}, ${changed} completed.`);
    });
}

function settingCommand(bookmarks: Command, world: World): void {
  bookmarks
    .command('settings')
    .description('print how bookmarks are kept, or change it')
    .addOption(new Option('--keep-joins <yes|no>', 'whether a join or leave here is written to the bookmarks').choices(['yes', 'no']))
    .addOption(new Option('--several-gone <what>', 'what to do where several rooms are gone at once').choices(['hold', 'restore', 'accept']))
    .option('--dead-days <n>', 'after how many days without an answer a room is dead', readNumber(3650))
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
    if (text.length > MAX_FILE) throw new MinimixError('too-large', 'That is too large for a list of bookmarks.');
  }
  return text;
}
