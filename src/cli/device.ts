import { Argument, type Command } from 'commander';
import type { DeviceSummary } from '../account/contract.ts';
import { readJid } from './arguments.ts';
import { meant, printLine, reachDaemon, type GlobalOptions, type World } from './context.ts';

const WHICH = 'its id, its label or its resource';

/** `minimix device label|policy|attach|detach|forget`, beside what the bouncer adds there. */
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
    .addArgument(new Argument('<where>', 'on this device alone, or for the account').choices(['here', 'everywhere']))
    .action((name: string, leaves: string, _options: unknown, command: Command) => change(command, name, { leaves }));

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
    .command('forget')
    .description('forget a device and what it has had; seen again, it is new')
    .argument('<device>', WHICH)
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { device: gone } = await (await reachDaemon(world, options)).device.forget.mutate({ ...meant(options), device: name });
      printLine(world, `Forgot ${gone}.`);
    });
}

type PrintedDevice = Pick<DeviceSummary, 'label' | 'resource' | 'online' | 'door' | 'relay' | 'why' | 'policy' | 'leaves'>;

/** One line: who it is, and what it gets and why. */
export function printDevice(world: World, { label, resource, online, door, relay, why, policy, leaves }: PrintedDevice): void {
  const how = door === 'bouncer' ? 'bouncer:' : relay ? 'relay:' : 'no relay:';
  const what = policy === 'everything' ? null : `gets ${policy};`;
  printLine(world, `${label} (${resource}):`, online ? 'online,' : 'offline,', what, leaves === 'everywhere' ? 'leaves for the account;' : null, how, why);
}
