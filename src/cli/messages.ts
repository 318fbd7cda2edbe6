import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { indented, oneLine } from '../core/printable.ts';
import type { ShownMessage } from '../frontends/web/api/shown.ts';
import type { TimelineHit, TimelineMessage } from '../frontends/web/api/timeline.ts';
import { readJid, readNumber } from './arguments.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { localTime, printJson, printLine } from './print.ts';
import { isKnownRoom } from './rooms.ts';

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
A search may contain these; a message must match all of them:
  word  begin*  "a phrase"  -without
  in:room  from:nick  has:link  has:file  has:mention
  after:2026-03-14  before:2026  after:7d  before:today
Put quotes around a word that begins with -: minimix search 'weather -foul'`;

/** `minimix say|history|search`. */
export function messageCommands(program: Command, world: World): void {
  program
    .command('say')
    .description('send a message to a room')
    .argument('<room>', 'the room', readJid)
    .argument('<text...>', 'the message')
    .action(async (room: string, words: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      await (
        await reachDaemon(world, options)
      ).say.mutate({ ...meant(options), room, body: words.join(' ') });
      printLine(world, `Saved to the outbox, and sending it to ${room}.`);
    });

  program
    .command('history')
    .description('print the newest messages of a room, oldest first, and where messages are missing')
    .argument('<room>', 'the room', readJid)
    .option('--limit <n>', 'how many', readNumber(500), 50)
    .option(
      '--before <id>',
      'only messages before the one with this archive id',
      readNumber(Number.MAX_SAFE_INTEGER),
    )
    .option('--private', 'private messages with people in the room instead')
    .option('--json', 'one JSON object a line; missing messages are an object with `gap`')
    .action((room: string, _options: unknown, command: Command) =>
      printHistory(world, room, command.optsWithGlobals<HistoryOptions>()),
    );

  program
    .command('search')
    .description('search the messages of all rooms')
    .argument('<text...>', 'what to search for')
    .option('--room <room>', 'only this room', readJid)
    .addOption(new Option('--order <order>', 'best match first (rank) or newest first (time)').choices(['rank', 'time']).default('time'))
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
      if (hits.length === 0 && !json) world.err('Nothing found.\n');
      for (const hit of hits) {
        if (json) printJson(world, { ...named(hit), excerpt: hit.excerpt });
        else world.out(`${headOf(world, hit, hit.room)} ${excerptOf(world, hit)}\n`);
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
    daemon.view.query(page), // as the page shows it: edited, without what was deleted
    apart ? [] : daemon.gaps.query({ ...meant(options), room }),
  ]);
  const lines = withHoles(messages, gaps, before === undefined);
  if (lines.length === 0) {
    if (!(await isKnownRoom(daemon, options, room))) throw new MinimixError('unknown-room', `There is no room ${room} in the archive: \`minimix rooms\` lists your rooms.`);
    if (!json) world.err(before === undefined ? 'No messages yet.\n' : 'No earlier messages.\n');
  }
  for (const line of lines) {
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
  else printLine(world, `--- missing: ${localTime(from)} to ${localTime(to)}: ${cause}`);
}

function printMessage(world: World, message: ShownMessage, json: boolean): void {
  const { body, subject, kind, retracted, earlier } = message;
  if (json) {
    printJson(world, { ...named(message), ...(retracted && { retracted }) });
    return;
  }
  const bodiless = retracted ? '(deleted)' : message.encrypted ? '(encrypted)' : subject === null ? `(${kind})` : `(subject) ${subject}`;
  const text = `${body ?? bodiless}${earlier.length > 0 ? ' (edited)' : ''}`;
  world.out(`${headOf(world, message)} ${indented(text, '    ')}\n`);
}

/** The fields that scripts may rely on. */
function named({ id, account, room, nick, at, body, stanzaId, originId }: TimelineMessage) {
  return { id, account, room, nick, at, body, stanzaId, originId };
}

function headOf({ terminal }: World, { id, at, nick }: TimelineMessage, room?: string): string {
  const place = room === undefined ? '' : ` ${room}`;
  return `${terminal.style('dim', `${id} ${localTime(at)}${place}`)} ${terminal.style('cyan', `<${oneLine(nick ?? '')}>`)}`;
}

/** The excerpt with its line breaks; what was searched for is bold. */
function excerptOf(world: World, { excerpt }: TimelineHit): string {
  let text = '';
  let end = 0;
  for (const [from, to] of excerpt.marks) {
    text += indented(excerpt.text.slice(end, from), '    ');
    text += world.terminal.style('bold', indented(excerpt.text.slice(from, to), '    '));
    end = to;
  }
  return text + indented(excerpt.text.slice(end), '    ');
}
