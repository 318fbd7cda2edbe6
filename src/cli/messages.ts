import type { Command } from 'commander';
import { indented, oneLine } from '../core/printable.ts';
import type { TimelineMessage } from '../web/contract.ts';
import { readJid, readNumber } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, type GlobalOptions, type World } from './context.ts';

interface ListOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly limit: number;
  readonly before?: number;
  readonly room?: string;
}

/** `minimix say|history|search`. */
export function messageCommands(program: Command, world: World): void {
  program
    .command('say')
    .description('say something in a room')
    .argument('<room>', 'the room', readJid)
    .argument('<text...>', 'what to say')
    .action(async (room: string, words: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await (
        await reachDaemon(world, options)
      ).say.mutate({ ...meant(options), room, body: words.join(' ') });
      printLine(world, `Kept, and on its way to ${room}.`);
    });

  program
    .command('history')
    .description('print the last messages of a room, oldest first')
    .argument('<room>', 'the room', readJid)
    .option('--limit <n>', 'how many', readNumber(500), 50)
    .option(
      '--before <id>',
      'only what stands before the message with this archive id',
      readNumber(Number.MAX_SAFE_INTEGER),
    )
    .option('--json', 'one JSON object a line')
    .action(async (room: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      const { limit, before } = options;
      const page = { ...meant(options), room, limit, ...(before === undefined ? {} : { before }) };
      const messages = await (await reachDaemon(world, options)).history.query(page);
      printMessages(world, messages, options.json ?? false, false);
    });

  program
    .command('search')
    .description('search the messages of all rooms')
    .argument('<text...>', 'the words')
    .option('--room <room>', 'in this room only', readJid)
    .option('--limit <n>', 'how many', readNumber(500), 50)
    .option('--json', 'one JSON object a line')
    .action(async (words: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      const { limit, room } = options;
      const query = {
        ...meant(options),
        text: words.join(' '),
        limit,
        ...(room === undefined ? {} : { room }),
      };
      const messages = await (await reachDaemon(world, options)).search.query(query);
      printMessages(world, messages, options.json ?? false, true);
    });
}

function printMessages(
  world: World,
  messages: readonly TimelineMessage[],
  json: boolean,
  withRoom: boolean,
): void {
  for (const { id, account, room, nick, at, body, subject, kind, stanzaId, originId } of messages) {
    if (json) {
      printJson(world, { id, account, room, nick, at, body, stanzaId, originId });
      continue;
    }
    const time = at.slice(0, 19).replace('T', ' ');
    const text = body ?? (subject === null ? `(${kind})` : `(subject) ${subject}`);
    const head = `${id} ${time}${withRoom ? ` ${room}` : ''} <${oneLine(nick ?? '')}>`;
    world.out(`${head} ${indented(text, '    ')}\n`);
  }
}
