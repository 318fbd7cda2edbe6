import { Argument, Command } from 'commander';
import { completionFor, shells, type Shell } from './completion.ts';
import type { World } from '../context.ts';
import { manPageOf, markdownOf } from './reference.ts';
import { treeOf } from './tree.ts';

/** `minimix completion SHELL`, and `minimix reference`, of which the documents are made. */
export function shellCommands(program: Command, world: World): void {
  program
    .command('completion')
    .description('print what teaches your shell to complete commands; its first lines say where it goes')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => world.out(completionFor(shell, treeOf(program))));

  const reference = new Command('reference')
    .description('print the reference of the command line')
    .addArgument(new Argument('<format>', 'how').choices(['markdown', 'man']))
    .action((format: 'markdown' | 'man') => world.out(format === 'man' ? manPageOf(treeOf(program), world.version) : markdownOf(treeOf(program))));
  program.addCommand(reference, { hidden: true });
}
