import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { readJid, readNick } from './arguments.ts';
import { meant, printJson, printLine, reachDaemon, type GlobalOptions, type World } from './context.ts';

const shows = ['online', 'chat', 'away', 'xa', 'dnd'] as const;
type Show = (typeof shows)[number];
export type PresenceWish = Show | 'follow' | 'hidden';

/** What a room is to see of the person. */
export function presenceOption(): Option {
  return new Option('--presence <what>', 'what the room sees of you: your devices (follow), nothing of them (hidden), or always this').choices(['follow', 'hidden', ...shows]);
}

export function presenceOf(wish: PresenceWish | undefined, status: string | undefined) {
  if (wish === undefined || wish === 'follow' || wish === 'hidden') {
    if (status !== undefined) throw new MinimixError('usage', 'A status goes with --presence online, chat, away, xa or dnd.');
    return wish && { kind: wish };
  }
  return { kind: 'fixed' as const, show: wish, ...(status === undefined ? {} : { status }) };
}

/** `minimix presence|nickname`. */
export function selfCommands(program: Command, world: World): void {
  program
    .command('presence')
    .description('print what rooms see of you, or choose what they see with no device of yours online')
    .addOption(new Option('--offline <show>', 'with no device online').choices(shows))
    .option('--status <text>', 'what is said beside it; "" for nothing')
    .option('--json', 'as a JSON object')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { offline?: Show; status?: string; json?: boolean }>();
      const { offline: show, status } = options;
      const daemon = await reachDaemon(world, options);
      let now = await daemon.presence.now.query(meant(options));
      if (show !== undefined || status !== undefined) {
        const wish = { show: show ?? now.offline.show, status: status ?? now.offline.status };
        now = await daemon.presence.setOffline.mutate({ ...meant(options), ...wish });
      }
      const { shown, by, offline } = now;
      if (options.json) return printJson(world, { ...now });
      const words = (one: typeof offline): string => `${one.show}${one.status === undefined ? '' : ` “${one.status}”`}`;
      printLine(world, `Rooms see ${words(shown)}${by === undefined ? ': no device of yours is online' : `, by ${by}`}.`);
      printLine(world, `With no device online they see ${words(offline)}.`);
    });

  program
    .command('nickname')
    .description('print or change the account’s own nick (XEP-0172): the nick in rooms whose bookmark names none')
    .argument('[nick]', 'the nick', readNick)
    .option('--clear', 'take it away')
    .action(async (nick: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { clear?: boolean }>();
      if (nick !== undefined && options.clear) throw new MinimixError('usage', 'Say either a nick or --clear.');
      const daemon = await reachDaemon(world, options);
      const changes = nick !== undefined || options.clear === true;
      const now = changes
        ? await daemon.presence.setNick.mutate({ ...meant(options), nick: nick ?? null })
        : await daemon.presence.now.query(meant(options));
      printLine(world, now.nick ?? 'The account has no nick of its own.');
    });
}

const REGISTER_NICK = /(^|[#_])(roomnick|nick|username)$/;

/** `minimix room register|unregister`. */
export function registerCommands(room: Command, world: World): void {
  room
    .command('register')
    .description('register with the room, so that it keeps your nick; with --show, print what it asks')
    .argument('<room>', 'the room', readJid)
    .option('--nick <nick>', 'the nick to be kept; the one that you have there where none is given', readNick)
    .option('--field <name=value>', 'an answer to something else that it asks; may be repeated', collect, [])
    .option('--show', 'send nothing')
    .option('--json', 'as a JSON object')
    .action(async (jid: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { nick?: string; field: [string, string][]; show?: boolean; json?: boolean }>();
      const daemon = await reachDaemon(world, options);
      const about = { ...meant(options), room: jid };
      const asked = await daemon.registration.get.query(about);
      const nickField = asked.form?.fields.find(({ name }) => REGISTER_NICK.test(name))?.name;
      const values = { ...(options.nick !== undefined && nickField !== undefined && { [nickField]: options.nick }), ...Object.fromEntries(options.field) };
      const now = options.show || asked.registered ? asked : await daemon.registration.submit.mutate({ ...about, values });
      if (options.json) return printJson(world, { ...now });
      if (now.registered) return printLine(world, `Registered with ${jid}`, now.nick && `as ${now.nick}`);
      if (!options.show) return printLine(world, `${jid} has taken it; somebody there may have to agree.`);
      const { form } = now;
      for (const text of [form?.title, form?.instructions]) if (text !== undefined) printLine(world, text);
      for (const field of form?.fields ?? []) printLine(world, `${field.name}:`, field.label, field.required ? '(needed)' : undefined, field.value === undefined ? undefined : `[${field.value}]`);
    });

  room
    .command('unregister')
    .description('give the registration up')
    .argument('<room>', 'the room', readJid)
    .action(async (jid: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const now = await (await reachDaemon(world, options)).registration.remove.mutate({ ...meant(options), room: jid });
      printLine(world, now.registered ? `${jid} still has you registered.` : `No longer registered with ${jid}.`);
    });
}

function collect(text: string, before: readonly [string, string][]): [string, string][] {
  const at = text.indexOf('=');
  if (at < 1) throw new MinimixError('usage', `${text} is not NAME=VALUE.`);
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}
