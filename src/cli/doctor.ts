import type { Command } from 'commander';
import type { Finding } from '../core/diagnostics.ts';
import { EXIT, type GlobalOptions, type World } from './context.ts';
import { printJson, printLine, type Style } from './print.ts';

const WORDS = { ok: 'ok  ', note: 'note', bad: 'BAD ' } as const;
const STYLES: Readonly<Record<Finding['level'], Style>> = { ok: 'green', note: 'yellow', bad: 'red' };

/** `minimix doctor` and `minimix reach`; both call `exit` with 1 if something is bad. */
export function doctorCommands(program: Command, world: World, exit: (code: number) => void): void {
  examiner(program, world, { exit, name: 'doctor', description: 'check the set-up and suggest fixes; exit code 1 if there are errors' });
  examiner(program, world, { exit, name: 'reach', description: 'try every address at which devices connect, and say what phones make of it; exit code 1 if there are errors' });
}

function examiner(program: Command, world: World, { exit, name, description }: { exit: (code: number) => void; name: 'doctor' | 'reach'; description: string }): void {
  program
    .command(name)
    .description(description)
    .option('--json', 'one JSON object a line')
    .option('--bad', 'print only errors')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean; bad?: boolean }>();
      let [bad, notes] = [0, 0];
      for await (const one of world[name](world.findHome(options.home))) {
        if (options.account !== undefined && one.account !== null && one.account !== options.account) continue;
        if (one.level === 'bad') bad += 1;
        if (one.level === 'note') notes += 1;
        if (options.bad && one.level !== 'bad') continue;
        if (options.json) printJson(world, { ...one });
        else print(world, one);
      }
      if (!options.json) printLine(world, bad === 0 ? `All good${notes === 0 ? '' : `; ${counted(notes, 'note')}`}.` : `${counted(bad, 'error')}, ${counted(notes, 'note')}.`);
      if (bad > 0) exit(EXIT.failed);
    });
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function print(world: World, { level, check, account, message, todo }: Finding): void {
  world.out(`${world.terminal.style(STYLES[level], WORDS[level])} `);
  printLine(world, `${account === null ? check : `${check} (${account})`}:`, message);
  if (todo !== null) printLine(world, '       ->', todo);
}
