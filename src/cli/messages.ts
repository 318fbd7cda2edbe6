import { Option, type Command } from 'commander';
import { indented, oneLine } from '../core/printable.ts';
import type { TimelineHit, TimelineMessage } from '../frontends/web/api/timeline.ts';
import { readJid, readNumber } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, tellEmpty, type GlobalOptions, type World } from './context.ts';

interface ListOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly limit: number;
}

interface HistoryOptions extends ListOptions {
  readonly before?: number;
  readonly private?: boolean;
}

interface SearchOptions extends ListOptions {
  readonly room?: string;
  readonly order: 'time' | 'rank';
}

const GRAMMAR = `
What a search may hold; all of it must fit:
  word  begin*  "a phrase"  -without
  in:room  from:nick  has:link  has:file  has:mention
  after:2026-03-14  before:2026  after:7d  before:today
What begins with a - must stand in quotes: minimix search 'weather -foul'`;

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
    .description('print the last messages of a room, oldest first, and where some are missing')
    .argument('<room>', 'the room', readJid)
    .option('--limit <n>', 'how many', readNumber(500), 50)
    .option(
      '--before <id>',
      'only what stands before the message with this archive id',
      readNumber(Number.MAX_SAFE_INTEGER),
    )
    .option('--private', 'the private messages with its occupants instead')
    .option('--json', 'one JSON object a line; a hole is one with `gap`')
    .action((room: string, _options: unknown, command: Command) =>
      printHistory(world, room, command.optsWithGlobals<HistoryOptions>()),
    );

  program
    .command('search')
    .description('search the messages of all rooms, newest first')
    .argument('<text...>', 'what to find')
    .option('--room <room>', 'in this room only', readJid)
    .addOption(new Option('--order <order>', 'best or newest first').choices(['rank', 'time']).default('time'))
    .option('--limit <n>', 'how many', readNumber(500), 50)
    .option('--json', 'one JSON object a line')
    .addHelpText('after', GRAMMAR)
    .action(async (words: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SearchOptions>();
      const { limit, room, order, json } = options;
      const query = {
        ...meant(options),
        text: words.join(' '),
        limit,
        order,
        zone: -new Date().getTimezoneOffset(),
        ...(room === undefined ? {} : { room }),
      };
      const hits = await (await reachDaemon(world, options)).search.query(query);
      tellEmpty(world, hits, json, 'Nothing was found.');
      for (const hit of hits) {
        if (json) printJson(world, { ...named(hit), excerpt: hit.excerpt });
        else world.out(`${headOf(hit, hit.room)} ${excerptOf(world, hit)}\n`);
      }
    });
}

interface Hole {
  readonly account: string;
  readonly room: string;
  readonly from: string;
  readonly to: string;
  readonly cause: string;
}

async function printHistory(world: World, room: string, options: HistoryOptions): Promise<void> {
  const { limit, before, json = false, private: apart = false } = options;
  const page = { ...meant(options), room, limit, private: apart, ...(before === undefined ? {} : { before }) };
  const daemon = await reachDaemon(world, options);
  const [messages, gaps] = await Promise.all([
    daemon.history.query(page),
    apart ? [] : daemon.gaps.query({ ...meant(options), room }),
  ]);
  for (const line of withHoles(messages, gaps, before === undefined)) {
    if ('cause' in line) printHole(world, line, json);
    else printMessage(world, line, json);
  }
}

/** The messages with the holes among them, each before the first message that is later than where it begins. */
export function withHoles<M extends { readonly at: string }, H extends { readonly from: string; readonly to: string }>(
  messages: readonly M[],
  gaps: readonly H[],
  toTheEnd: boolean,
): (M | H)[] {
  const [first, last] = [messages[0]?.at, messages.at(-1)?.at];
  const shown = gaps.filter(
    ({ from, to }) => (first === undefined || to >= first) && (toTheEnd || (last !== undefined && from < last)),
  );
  const lines: (M | H)[] = [];
  for (const message of messages) {
    while (shown[0] !== undefined && shown[0].from < message.at) lines.push(...shown.splice(0, 1));
    lines.push(message);
  }
  return [...lines, ...shown];
}

function printHole(world: World, { account, room, from, to, cause }: Hole, json: boolean): void {
  if (json) printJson(world, { account, room, gap: { from, to, cause } });
  else printLine(world, `--- missing: ${timeOf(from)} to ${timeOf(to)}: ${cause}`);
}

function printMessage(world: World, message: TimelineMessage, json: boolean): void {
  if (json) {
    printJson(world, named(message));
    return;
  }
  const { body, subject, kind } = message;
  const text = body ?? (subject === null ? `(${kind})` : `(subject) ${subject}`);
  world.out(`${headOf(message)} ${indented(text, '    ')}\n`);
}

/** The names that are promised. */
function named({ id, account, room, nick, at, body, stanzaId, originId }: TimelineMessage) {
  return { id, account, room, nick, at, body, stanzaId, originId };
}

function headOf({ id, at, nick }: TimelineMessage, room?: string): string {
  return `${id} ${timeOf(at)}${room === undefined ? '' : ` ${room}`} <${oneLine(nick ?? '')}>`;
}

function timeOf(at: string): string {
  return at.slice(0, 19).replace('T', ' ');
}

/** The excerpt on its lines, what was found made to stand out where the terminal can. */
function excerptOf(world: World, { excerpt }: TimelineHit): string {
  let text = '';
  let end = 0;
  for (const [from, to] of excerpt.marks) {
    text += indented(excerpt.text.slice(end, from), '    ');
    text += world.strong(indented(excerpt.text.slice(from, to), '    '));
    end = to;
  }
  return text + indented(excerpt.text.slice(end), '    ');
}
