import type { Command } from 'commander';
import { indented } from '../core/printable.ts';
import { meant, printJson, printLine, reachDaemon, tellEmpty, type GlobalOptions, type World } from './context.ts';

const STATES = {
  waiting: 'waits',
  sent: 'is sent, not confirmed yet',
  ask: 'may be lost: `outbox again ID` or `outbox drop ID`',
} as const;

/** `minimix outbox [again|drop]`. */
export function outboxCommands(program: Command, world: World): void {
  const outbox = program
    .command('outbox')
    .description('list what was said and no room has confirmed')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const messages = await (await reachDaemon(world, options)).outbox.list.query(meant(options));
      tellEmpty(world, messages, options.json, 'Nothing waits: the rooms have all that was said.');
      for (const { account, room, originId, body, at, state } of messages) {
        if (options.json) printJson(world, { account, room, originId, body, at, state });
        else
          world.out(
            `${originId} ${at.slice(0, 19).replace('T', ' ')} ${room} ${STATES[state]}: ${indented(body ?? '', '    ')}\n`,
          );
      }
    });

  outbox
    .command('again')
    .description('send it again; the room may then have it twice')
    .argument('<id>', 'as the list says')
    .action(async (originId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const sent = await (
        await reachDaemon(world, options)
      ).outbox.again.mutate({ ...meant(options), originId });
      printLine(world, `On its way to ${sent.room} again.`);
    });

  outbox
    .command('drop')
    .description('forget it')
    .argument('<id>', 'as the list says')
    .action(async (originId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const dropped = await (
        await reachDaemon(world, options)
      ).outbox.drop.mutate({ ...meant(options), originId });
      printLine(world, `Forgot what was meant for ${dropped.room}.`);
    });
}
