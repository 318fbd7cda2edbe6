import { Argument, InvalidArgumentError, type Command } from 'commander';
import type { DeviceSummary } from '../account/devices/contract.ts';
import { MOST_HOURS, MOST_REPLAYED, readQuiet } from '../core/device.ts';
import { MinimixError } from '../core/errors.ts';
import { readJid, readNumber } from './arguments.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { printLine, printList } from './print.ts';

const WHICH = 'its id, its label or its resource';

/** `minimix device label|policy|mentions|limit|digest|attach|detach|test|forget`, beside what the bouncer adds there. */
export function deviceCommands(program: Command, world: World): void {
  listCommand(program, world);
  const device =
    program.commands.find((command) => command.name() === 'device') ??
    program.command('device').description("your devices: passwords, and which room messages each receives");

  const change = async (command: Command, name: string, about: object): Promise<void> => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const changed = await (await reachDaemon(world, options)).device.change.mutate({ ...meant(options), device: name, ...about });
    const way = receives(changed);
    printLine(world, `Saved for ${changed.label}: it receives ${way === 'nothing' ? 'no room messages' : `room messages by ${way}`} (${changed.why}).`);
  };

  device
    .command('label')
    .description('rename a device')
    .argument('<device>', WHICH)
    .argument('<label>', 'the new name; "" for none')
    .action((name: string, label: string, _options: unknown, command: Command) => change(command, name, { label }));

  device
    .command('policy')
    .description('choose which messages a device receives, from all rooms or one')
    .argument('<device>', WHICH)
    .addArgument(new Argument('<policy>', 'what it receives').choices(['everything', 'mentions', 'nothing', 'default']))
    .option('--room <room>', 'only for this room', readJid)
    .action((name: string, policy: string, { room }: { room?: string }, command: Command) =>
      change(command, name, { policy, ...(room === undefined ? {} : { room }) }),
    );

  device
    .command('leaving')
    .description('choose what leaving a room on a device does (devices with a password only)')
    .argument('<device>', 'its id or its name')
    .addArgument(new Argument('<where>', 'leave it on this device only (here), for the account (everywhere), or as the setting bouncer.leaves says (default)').choices(['here', 'everywhere', 'default']))
    .action((name: string, leaves: string, _options: unknown, command: Command) => change(command, name, { leaves }));

  device
    .command('mentions')
    .description('choose further words that count as a mention on a device; your nicknames and replies to you always do')
    .argument('<device>', WHICH)
    .argument('[words...]', 'the words; leave empty for none')
    .action((name: string, words: string[], _options: unknown, command: Command) => change(command, name, { words }));

  device
    .command('limit')
    .description('limit how many missed messages a device receives')
    .argument('<device>', WHICH)
    .requiredOption('--messages <n>', 'at most this many of each room, the newest', readNumber(MOST_REPLAYED))
    .requiredOption('--hours <n>', 'only from this many last hours', readNumber(MOST_HOURS))
    .action((name: string, { messages, hours }: { messages: number; hours: number }, command: Command) =>
      change(command, name, { limit: { messages, hours } }),
    );

  device
    .command('digest')
    .description('send a device a text summary of mentions if it accepts nothing else')
    .argument('<device>', WHICH)
    .addArgument(new Argument('<digest>', 'on or off').choices(['on', 'off']))
    .option('--quiet <from-to>', 'quiet hours, such as 22:00-07:00', readHours)
    .action((name: string, digest: string, { quiet }: { quiet?: { from: number; to: number } }, command: Command) =>
      change(command, name, { digest: digest === 'off' ? 'off' : { ...(quiet && { quiet }) } }),
    );

  for (const [verb, attached, about] of [
    ['attach', true, 'relay rooms to a device even if its software is not known to support it'],
    ['detach', false, 'stop relaying rooms to a device'],
  ] as const) {
    device
      .command(verb)
      .description(about)
      .argument('<device>', WHICH)
      .action((name: string, _options: unknown, command: Command) => change(command, name, { attached }));
  }

  device
    .command('test')
    .description('send a test message to a device and say whether it arrived')
    .argument('<device>', WHICH)
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { outcome, text } = await (await reachDaemon(world, options)).device.test.mutate({ ...meant(options), device: name });
      if (outcome !== 'arrived') throw new MinimixError(outcome, text);
      printLine(world, text);
    });

  device
    .command('forget')
    .description('forget a device and what it received; if it comes back, it is a new device')
    .argument('<device>', WHICH)
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { device: gone } = await (await reachDaemon(world, options)).device.forget.mutate({ ...meant(options), device: name });
      printLine(world, `Forgot ${gone}.`);
    });
}

function readHours(text: string): { from: number; to: number } {
  const hours = readQuiet(text);
  if (!hours) throw new InvalidArgumentError('It is not a time span such as 22:00-07:00.');
  return hours;
}

/** What a device receives, in words. */
function receives({ frontend, relay, policy }: Pick<DeviceSummary, 'frontend' | 'relay' | 'policy'>): string {
  const way = frontend === 'bouncer' ? 'local login' : relay ? 'relay' : 'nothing';
  return policy === 'everything' || way === 'nothing' ? way : `${way} (${policy})`;
}

/** `minimix devices`. */
function listCommand(program: Command, world: World): void {
  program
    .command('devices')
    .description('list your devices, which room messages each receives, and why')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const devices = await (await reachDaemon(world, options)).devices.query(meant(options));
      printList(world, {
        json: options.json,
        items: devices,
        empty: 'No device of yours was seen yet.',
        asJson: ({ account, id, label, resource, online, frontend, relay, why }) => ({ account, id, label, resource, online, frontend, relay, why }),
        columns: [
          { title: 'ACCOUNT', of: ({ account }) => account, onlyIfVaried: true },
          { title: 'DEVICE', of: ({ label }) => label },
          { title: 'RESOURCE', of: ({ resource }) => resource },
          { title: 'STATE', of: ({ online }) => (online ? 'online' : 'offline'), style: ({ online }) => (online ? 'green' : 'dim') },
          { title: 'RECEIVES BY', of: receives },
          { title: 'LEAVING', of: ({ leaves }) => (leaves === 'everywhere' ? 'everywhere' : null) },
          { title: 'WHY', of: ({ why }) => why },
        ],
      });
    });
}
