import { Argument, Command } from 'commander';
import { connectTo } from '../../frontends/web/client/client.ts';
import { completionFor, shells, type Shell } from './completion.ts';
import { meant, type GlobalOptions, type World } from '../context.ts';
import { manPageOf, markdownOf } from './reference.ts';
import { treeOf } from './tree.ts';

/** `minimix completion SHELL`, and the hidden `minimix reference`, from which `npm run docs` writes the documents. */
export function shellCommands(program: Command, world: World): void {
  program
    .command('completion')
    .description('print a shell completion script; its first line says where to save it')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => world.out(completionFor(shell, treeOf(program))));

  const reference = new Command('reference')
    .description('print the reference of the command line')
    .addArgument(new Argument('<format>', 'how').choices(['markdown', 'man']))
    .action((format: 'markdown' | 'man') => world.out(format === 'man' ? manPageOf(treeOf(program), world.version) : markdownOf(treeOf(program))));
  program.addCommand(reference, { hidden: true });

  const complete = new Command('complete')
    .description('print names that the running daemon knows, one a line, for shell completion')
    .addArgument(new Argument('<what>', 'which names').choices(['rooms', 'devices', 'accounts']))
    .action(async (what: Names, _options: unknown, command: Command) => {
      for (const name of await namesOf(world, what, command.optsWithGlobals<GlobalOptions>())) world.out(`${name}\n`);
    });
  program.addCommand(complete, { hidden: true });
}

type Names = 'rooms' | 'devices' | 'accounts';

const PATIENCE = 1000; // milliseconds: whoever pressed Tab waits

/**
 * Names for completion, sorted; none if no daemon answers at once. Strangers choose names of rooms, so a name with a
 * character that a shell would obey is left out.
 */
async function namesOf(world: World, what: Names, options: GlobalOptions): Promise<string[]> {
  try {
    const running = await world.findDaemon(world.findHome(options.home), 0);
    if (!running) return [];
    const daemon = connectTo(running);
    const asked = [meant(options), { signal: AbortSignal.timeout(PATIENCE) }] as const;
    const found = {
      rooms: async () => {
        const lists = await Promise.all([daemon.rooms.query(...asked), daemon.bookmarks.list.query(...asked), daemon.invitations.list.query(...asked)]);
        return lists.flat().map(({ room }) => room);
      },
      devices: async () => (await daemon.devices.query(...asked)).flatMap(({ id, label }) => [id, label]),
      accounts: async () => (await daemon.accounts.list.query(undefined, asked[1])).map(({ account }) => account),
    };
    return [...new Set(await found[what]())].filter((name) => /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._+@%-]*$/u.test(name)).toSorted();
  } catch {
    return []; // completion has no place for an error: it offers nothing
  }
}
