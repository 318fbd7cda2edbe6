import { Option, type Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { readJid, readNick } from './arguments.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { printJson, printLine } from './print.ts';

const shows = ['online', 'chat', 'away', 'xa', 'dnd'] as const;
type Show = (typeof shows)[number];
export type PresenceWish = Show | 'follow' | 'hidden';

/** The option that says what a room sees of the person. */
export function presenceOption(): Option {
  return new Option('--presence <what>', 'what the room sees of you: the presence of your devices (follow), none of it (hidden), or a fixed one').choices(['follow', 'hidden', ...shows]);
}

export function presenceOf(wish: PresenceWish | undefined, status: string | undefined) {
  if (wish === undefined || wish === 'follow' || wish === 'hidden') {
    if (status !== undefined) throw new MinimixError('usage', '--status needs --presence online, chat, away, xa or dnd.');
    return wish && { kind: wish };
  }
  return { kind: 'fixed' as const, show: wish, ...(status === undefined ? {} : { status }) };
}

/** `minimix presence|nickname`. */
export function selfCommands(program: Command, world: World): void {
  program
    .command('presence')
    .description('show your presence in rooms, or choose it for when none of your devices is online')
    .addOption(new Option('--offline <show>', 'your presence when none of your devices is online').choices(shows))
    .option('--status <text>', 'status text; "" for none')
    .option('--json', 'one JSON object')
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
      printLine(world, `Rooms see you as ${words(shown)}${by === undefined ? ', because none of your devices is online' : `, from ${by}`}.`);
      printLine(world, `When none of your devices is online, they see ${words(offline)}.`);
    });

  program
    .command('nickname')
    .description('show or change your nickname (XEP-0172), used in rooms whose bookmark has none')
    .argument('[nick]', 'the new nickname', readNick)
    .option('--clear', 'remove it')
    .action(async (nick: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { clear?: boolean }>();
      if (nick !== undefined && options.clear) throw new MinimixError('usage', 'Give either a nickname or --clear.');
      const daemon = await reachDaemon(world, options);
      const changes = nick !== undefined || options.clear === true;
      const now = changes
        ? await daemon.presence.setNick.mutate({ ...meant(options), nick: nick ?? null })
        : await daemon.presence.now.query(meant(options));
      printLine(world, now.nick ?? 'The account has no nickname.');
    });
}

const REGISTER_NICK = /(^|[#_])(roomnick|nick|username)$/;

/** `minimix room register|unregister`. */
export function registerCommands(room: Command, world: World): void {
  room
    .command('register')
    .description('register with a room, which reserves your nickname there; with --show, print its form')
    .argument('<room>', 'the room', readJid)
    .option('--nick <nick>', 'the nickname to reserve (default: the one you have there)', readNick)
    .option('--field <name=value>', 'a value for another field of the form; may be repeated', collect, [])
    .option('--show', 'only print the form, send nothing')
    .option('--json', 'one JSON object')
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
      if (!options.show) return printLine(world, `Sent to ${jid}; a moderator may have to approve it.`);
      const { form } = now;
      for (const text of [form?.title, form?.instructions]) if (text !== undefined) printLine(world, text);
      for (const field of form?.fields ?? []) printLine(world, `${field.name}:`, field.label, field.required ? '(required)' : undefined, field.value === undefined ? undefined : `[${field.value}]`);
    });

  room
    .command('unregister')
    .description('end your registration with a room')
    .argument('<room>', 'the room', readJid)
    .action(async (jid: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const now = await (await reachDaemon(world, options)).registration.remove.mutate({ ...meant(options), room: jid });
      printLine(world, now.registered ? `${jid} has not ended your registration.` : `No longer registered with ${jid}.`);
    });
}

function collect(text: string, before: readonly [string, string][]): [string, string][] {
  const at = text.indexOf('=');
  if (at < 1) throw new MinimixError('usage', `${text} is not NAME=VALUE.`);
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}
