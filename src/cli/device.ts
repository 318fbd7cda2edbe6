import { Argument, InvalidArgumentError, type Command } from 'commander';
import type { DeviceSummary } from '../account/devices/contract.ts';
import { MOST_HOURS, MOST_REPLAYED, readQuiet } from '../core/device.ts';
import { MinimixError } from '../core/errors.ts';
import { readJid, readNumber } from './arguments.ts';
import { meant, printLine, reachDaemon, type GlobalOptions, type World } from './context.ts';

const WHICH = 'its id, its label or its resource';

/** `minimix device label|policy|mentions|limit|digest|attach|detach|test|forget`, beside what the bouncer adds there. */
export function deviceCommands(program: Command, world: World): void {
  const device =
    program.commands.find((command) => command.name() === 'device') ??
    program.command('device').description("the account's devices");

  const change = async (command: Command, name: string, about: object): Promise<void> => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const changed = await (await reachDaemon(world, options)).device.change.mutate({ ...meant(options), device: name, ...about });
    printDevice(world, changed);
  };

  device
    .command('label')
    .description('give a device a name')
    .argument('<device>', WHICH)
    .argument('<label>', 'the name; "" for none')
    .action((name: string, label: string, _options: unknown, command: Command) => change(command, name, { label }));

  device
    .command('policy')
    .description('say what a device gets, of all rooms or of one')
    .argument('<device>', WHICH)
    .addArgument(new Argument('<policy>', 'what it gets').choices(['everything', 'mentions', 'nothing', 'default']))
    .option('--room <room>', 'only of this room', readJid)
    .action((name: string, policy: string, { room }: { room?: string }, command: Command) =>
      change(command, name, { policy, ...(room === undefined ? {} : { room }) }),
    );

  device
    .command('leaving')
    .description('say what leaving a room means on a device of the bouncer')
    .argument('<device>', 'its id or its name')
    .addArgument(new Argument('<where>', 'on this device alone, for the account, or as the setting bouncer.leaves has it').choices(['here', 'everywhere', 'default']))
    .action((name: string, leaves: string, _options: unknown, command: Command) => change(command, name, { leaves }));

  device
    .command('mentions')
    .description('say which further words count as a mention on a device; your nicks and replies to you always do')
    .argument('<device>', WHICH)
    .argument('[words...]', 'none for none')
    .action((name: string, words: string[], _options: unknown, command: Command) => change(command, name, { words }));

  device
    .command('limit')
    .description('say how much of what it missed a device gets')
    .argument('<device>', WHICH)
    .requiredOption('--messages <n>', 'of a room, the newest ones', readNumber(MOST_REPLAYED))
    .requiredOption('--hours <n>', 'of the last so many hours', readNumber(MOST_HOURS))
    .action((name: string, { messages, hours }: { messages: number; hours: number }, command: Command) =>
      change(command, name, { limit: { messages, hours } }),
    );

  device
    .command('digest')
    .description('tell a device of mentions in words, where it takes nothing else')
    .argument('<device>', WHICH)
    .addArgument(new Argument('<digest>', 'whether to').choices(['on', 'off']))
    .option('--quiet <from-to>', 'not in these hours, such as 22:00-07:00', readHours)
    .action((name: string, digest: string, { quiet }: { quiet?: { from: number; to: number } }, command: Command) =>
      change(command, name, { digest: digest === 'off' ? 'off' : { ...(quiet && { quiet }) } }),
    );

  for (const [verb, attached, about] of [
    ['attach', true, 'relay the rooms to a device, also where its software is not known to take it'],
    ['detach', false, 'stop relaying the rooms to a device'],
  ] as const) {
    device
      .command(verb)
      .description(about)
      .argument('<device>', WHICH)
      .action((name: string, _options: unknown, command: Command) => change(command, name, { attached }));
  }

  device
    .command('test')
    .description('send a device a relayed message, and tell what became of it')
    .argument('<device>', WHICH)
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { outcome, text } = await (await reachDaemon(world, options)).device.test.mutate({ ...meant(options), device: name });
      if (outcome !== 'arrived') throw new MinimixError(outcome, text);
      printLine(world, text);
    });

  device
    .command('forget')
    .description('forget a device and what it has had; seen again, it is new')
    .argument('<device>', WHICH)
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { device: gone } = await (await reachDaemon(world, options)).device.forget.mutate({ ...meant(options), device: name });
      printLine(world, `Forgot ${gone}.`);
    });
}

type PrintedDevice = Pick<DeviceSummary, 'label' | 'resource' | 'online' | 'frontend' | 'relay' | 'why' | 'policy' | 'leaves'>;

function readHours(text: string): { from: number; to: number } {
  const hours = readQuiet(text);
  if (!hours) throw new InvalidArgumentError('It looks like 22:00-07:00.');
  return hours;
}

/** One line: who it is, and what it gets and why. */
export function printDevice(world: World, { label, resource, online, frontend, relay, why, policy, leaves }: PrintedDevice): void {
  const how = frontend === 'bouncer' ? 'bouncer:' : relay ? 'relay:' : 'no relay:';
  const what = policy === 'everything' ? null : `gets ${policy};`;
  printLine(world, `${label} (${resource}):`, online ? 'online,' : 'offline,', what, leaves === 'everywhere' ? 'leaves for the account;' : null, how, why);
}
