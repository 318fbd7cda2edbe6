import { Argument, Command } from 'commander';
import { completionFor, shells, type Shell } from './completion.ts';
import type { World } from '../context.ts';
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
}
