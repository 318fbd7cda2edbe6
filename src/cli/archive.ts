import { resolve } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Retention } from '../archive/contract.ts';
import { retention } from '../frontends/web/api/inputs.ts';
import { readDate, readJid } from './arguments.ts';
import { MinimixError } from '../core/errors.ts';
import { oneLine } from '../core/printable.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { printJson, printLine } from './print.ts';
import { choosePassphrase, readPassword } from './password.ts';

interface ExportOptions extends GlobalOptions {
  readonly room?: string;
  readonly from?: number;
  readonly to?: number;
  readonly format?: 'jsonl' | 'text' | 'html';
}

const STEP = 10_000; // messages between two lines of progress

/** `minimix retention|export|import|backup|restore`. */
export function archiveCommands(program: Command, world: World): void {
  program
    .command('retention')
    .description("show or change how long a room's messages are kept")
    .argument('<room>', 'the room', readJid)
    .addArgument(new Argument('[policy]', 'forever, none, a number of days (30d) or a number of messages (5000)').argParser(readRetention))
    .option('--json', 'one JSON object')
    .action(async (room: string, policy: Retention | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const daemon = await reachDaemon(world, options);
      const asked = { ...meant(options), room };
      const { account, retention: kept } =
        policy === undefined
          ? await daemon.retention.query(asked)
          : await daemon.setRetention.mutate({ ...asked, retention: policy });
      if (options.json) printJson(world, { account, room, retention: kept });
      else printLine(world, `${room}: ${wordsOf(kept)}`);
    });

  program
    .command('export')
    .description('write messages to a file; jsonl is complete and can be imported again')
    .argument('<file>', 'a new file')
    .option('--room <room>', 'only this room', readJid)
    .option('--from <date>', 'only messages from this time on: 2026-03-14 or 2026-03-14T15:09Z', readDate)
    .option('--to <date>', 'only messages before this time', readDate)
    .addOption(
      new Option('--format <format>', 'the format (default: by the name of the file)').choices(['jsonl', 'text', 'html']),
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExportOptions>();
      const { room, from, to, format } = options;
      const { account, bytes } = await world.archive.export(world.findHome(options.home), {
        ...meant(options),
        ...(room === undefined ? {} : { room }),
        ...(from === undefined ? {} : { after: from }),
        ...(to === undefined ? {} : { before: to }),
        format: format ?? formatOf(file),
        file: resolve(file),
      });
      printLine(world, `Exported ${room ?? `the rooms of ${account}`} to ${file}: ${bytes} bytes.`);
    });

  program
    .command('import')
    .description("import messages from a file: Minimix jsonl, Gajim's logs.db, Dino's dino.db or a server export (XEP-0227)")
    .argument('<file>', 'the file; its type is detected')
    .option('--json', 'the report as one JSON object')
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      let told = 0;
      const request = { ...meant(options), file: resolve(file) };
      const report = await world.archive.import(world.findHome(options.home), request, ({ read }) => {
        if (read < told + STEP) return;
        told = read;
        world.err(`${read} messages read\n`);
      });
      const { account, read, kept, known, refused, trouble } = report;
      if (options.json) printJson(world, { account, read, kept, known, refused, trouble });
      else {
        printLine(world, `Imported ${kept} of ${read} messages for ${account}; ${known} were already in the archive, ${refused} could not be read.`);
        for (const { line, why } of trouble) printLine(world, `line ${line}: ${why}`);
      }
    });

  backupCommands(program, world);
}

type Asked = GlobalOptions & { readonly encrypt?: boolean; readonly passphraseStdin?: boolean };

/** No option or environment variable takes a passphrase: other users of the machine could read both. */
function backupCommands(program: Command, world: World): void {
  program
    .command('backup')
    .description('back up the whole archive to a new file, without passwords; works while the daemon runs')
    .argument('<file>', 'a new file')
    .option('--encrypt', 'encrypt the backup with a passphrase; `age --decrypt` can open it too')
    .option('--passphrase-stdin', 'read the passphrase from standard input')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { home, encrypt, passphraseStdin } = command.optsWithGlobals<Asked>();
      if (passphraseStdin && !encrypt) throw new MinimixError('usage', 'A passphrase is for --encrypt only.');
      const passphrase = encrypt ? () => choosePassphrase(world, passphraseStdin ?? false) : undefined;
      await world.archive.backup(world.findHome(home), resolve(file), passphrase);
      printLine(world, `Saved ${encrypt ? 'an encrypted' : 'a'} backup of the archive to ${file} and verified it.`);
      if (encrypt) printLine(world, 'Without the passphrase nobody can open it, not even you.');
    });

  program
    .command('restore')
    .description('replace the archive with a backup; stop the daemon first')
    .argument('<file>', 'the backup; asks for the passphrase if it is encrypted')
    .option('--passphrase-stdin', 'read the passphrase from standard input')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { home, passphraseStdin } = command.optsWithGlobals<Asked>();
      const passphrase = (): Promise<string> => readPassword(world, { fromStdin: passphraseStdin ?? false, prompt: `Passphrase of ${oneLine(file)}: `, word: 'passphrase' });
      const { setAside } = await world.archive.restore(world.findHome(home), resolve(file), passphrase);
      printLine(world, 'Restored.', setAside === undefined ? null : `The old archive is now ${setAside}.`);
    });
}

function readRetention(text: string): Retention {
  const [, number, days] = /^(\d{1,10})(d?)$/i.exec(text) ?? [];
  const wish =
    number === undefined
      ? { keep: text.toLowerCase() }
      : days
        ? { keep: 'days', days: Number(number) }
        : { keep: 'messages', messages: Number(number) };
  const read = retention.safeParse(wish);
  if (read.success) return read.data;
  throw new InvalidArgumentError('It is not forever, none, a number of days such as 30d, or a number of messages.');
}

function wordsOf(kept: Retention): string {
  if (kept.keep === 'forever') return 'kept forever.';
  if (kept.keep === 'none') return 'not kept after delivery to your devices.';
  return kept.keep === 'days' ? `kept for ${kept.days} days.` : `the last ${kept.messages} messages are kept.`;
}

/** The format that the name of the file stands for. */
export function formatOf(file: string): 'jsonl' | 'text' | 'html' {
  if (/\.html?$/i.test(file)) return 'html';
  return /\.(txt|text)$/i.test(file) ? 'text' : 'jsonl';
}
