import type { Command } from 'commander';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { localTime, printLine, printList } from './print.ts';

const STATES = {
  waiting: 'waiting',
  sent: 'sent, not confirmed yet',
  ask: 'may be lost',
} as const;

/** `minimix outbox [again|drop]`. */
export function outboxCommands(program: Command, world: World): void {
  const outbox = program
    .command('outbox')
    .description('list messages that no room has confirmed yet')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      const messages = await (await reachDaemon(world, options)).outbox.list.query(meant(options));
      printList(world, {
        json: options.json,
        items: messages,
        empty: 'Outbox is empty.',
        asJson: ({ account, room, originId, body, at, state, cause }) => ({ account, room, originId, body, at, state, cause }),
        columns: [
          { title: 'ID', of: ({ originId }) => originId },
          { title: 'TIME', of: ({ at }) => localTime(at), style: () => 'dim' },
          { title: 'ROOM', of: ({ room }) => room },
          { title: 'STATE', of: ({ state, cause }) => (cause === undefined ? STATES[state] : `ended two connections: ${cause}`), style: ({ state }) => (state === 'ask' ? 'yellow' : undefined) },
          { title: 'MESSAGE', of: ({ body }) => body },
        ],
      });
      if (!options.json && messages.some(({ state }) => state === 'ask')) world.err('What may be lost, or ended the connection, waits for you: `minimix outbox again ID` or `minimix outbox drop ID`.\n');
    });

  outbox
    .command('again')
    .description('send a message again; the room may then have it twice')
    .argument('<id>', 'its id, as `outbox` lists it')
    .action(async (originId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const sent = await (await reachDaemon(world, options)).outbox.again.mutate({ ...meant(options), originId });
      printLine(world, `Sending it to ${sent.room} again.`);
    });

  outbox
    .command('drop')
    .description('discard a message')
    .argument('<id>', 'its id, as `outbox` lists it')
    .action(async (originId: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const dropped = await (await reachDaemon(world, options)).outbox.drop.mutate({ ...meant(options), originId });
      printLine(world, `Discarded the message to ${dropped.room}.${dropped.state === 'sent' ? ' It was sent already: the room may have it all the same.' : ''}`);
    });
}
