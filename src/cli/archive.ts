import { resolve } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Retention } from '../archive/contract.ts';
import { retention } from '../frontends/web/api/inputs.ts';
import { readDate, readJid } from './arguments.ts';
import { MinimixError } from '../core/errors.ts';
import { oneLine } from '../core/printable.ts';
import { meant, printJson, printLine, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { choosePassphrase, readPassword } from './password.ts';

interface ExportOptions extends GlobalOptions {
  readonly room?: string;
  readonly from?: number;
  readonly to?: number;
  readonly format?: 'jsonl' | 'text' | 'html';
}

const STEP = 10_000; // messages between two words about an import

/** `minimix retention|export|import|backup|restore`. */
export function archiveCommands(program: Command, world: World): void {
  program
    .command('retention')
    .description("show or set how long a room's messages are kept")
    .argument('<room>', 'the room', readJid)
    .addArgument(new Argument('[policy]', 'forever, none, 30d (days) or 5000 (messages)').argParser(readRetention))
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
    .option('--room <room>', 'this room only', readJid)
    .option('--from <date>', 'from this time on: 2026-03-14, or with a time, 2026-03-14T15:09Z', readDate)
    .option('--to <date>', 'only what is before this time', readDate)
    .addOption(
      new Option('--format <format>', 'else by the name of the file').choices(['jsonl', 'text', 'html']),
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
    .description("add the messages of a file: our own jsonl, Gajim's logs.db, Dino's dino.db or a server's data (XEP-0227)")
    .argument('<file>', 'the file; what it is, is found out')
    .option('--json', 'the report as one JSON object')
    .action(async (file: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      let told = 0;
      const request = { ...meant(options), file: resolve(file) };
      const report = await world.archive.import(world.findHome(options.home), request, ({ read }) => {
        if (read < told + STEP) return;
        told = read;
        world.err(`${read} read\n`);
      });
      const { account, read, kept, known, refused, trouble } = report;
      if (options.json) printJson(world, { account, read, kept, known, refused, trouble });
      else {
        printLine(world, `For ${account}: ${kept} new, ${known} known already, ${refused} refused, of ${read}.`);
        for (const { line, why } of trouble) printLine(world, `line ${line}: ${why}`);
      }
    });

  backupCommands(program, world);
}

type Asked = GlobalOptions & { readonly encrypt?: boolean; readonly passphraseStdin?: boolean };

/** There is no option and no variable for a passphrase: both can be read by others. */
function backupCommands(program: Command, world: World): void {
  program
    .command('backup')
    .description('copy the whole archive to a new file, while the daemon runs or not; passwords stay out')
    .argument('<file>', 'a new file')
    .option('--encrypt', 'encrypt it with a passphrase, which is asked for twice; `age --decrypt` opens it too')
    .option('--passphrase-stdin', 'read the passphrase from standard input')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { home, encrypt, passphraseStdin } = command.optsWithGlobals<Asked>();
      if (passphraseStdin && !encrypt) throw new MinimixError('usage', 'A passphrase is for --encrypt only.');
      const passphrase = encrypt ? () => choosePassphrase(world, passphraseStdin ?? false) : undefined;
      await world.archive.backup(world.findHome(home), resolve(file), passphrase);
      printLine(world, `The archive is copied to ${file}${encrypt ? ', encrypted,' : ','} and the copy is verified.`);
      if (encrypt) printLine(world, 'Without the passphrase nobody can open it, you included.');
    });

  program
    .command('restore')
    .description('put a backup in the place of the archive; no daemon may run')
    .argument('<file>', 'the backup; where it is encrypted, its passphrase is asked for')
    .option('--passphrase-stdin', 'read the passphrase from standard input')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { home, passphraseStdin } = command.optsWithGlobals<Asked>();
      const passphrase = (): Promise<string> => readPassword(world, passphraseStdin ?? false, `Passphrase of ${oneLine(file)}: `, 'passphrase');
      const { setAside } = await world.archive.restore(world.findHome(home), resolve(file), passphrase);
      printLine(world, 'Restored.', setAside === undefined ? null : `What was there before lies at ${setAside}.`);
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
  if (kept.keep === 'forever') return 'kept for ever.';
  if (kept.keep === 'none') return 'not kept longer than it takes to hand them on.';
  return kept.keep === 'days' ? `kept for ${kept.days} days.` : `the last ${kept.messages} messages are kept.`;
}

/** By the name of the file. */
export function formatOf(file: string): 'jsonl' | 'text' | 'html' {
  if (/\.html?$/i.test(file)) return 'html';
  return /\.(txt|text)$/i.test(file) ? 'text' : 'jsonl';
}
