import type { Command } from 'commander';
import type { Finding } from '../core/diagnostics.ts';
import { EXIT, printJson, printLine, type GlobalOptions, type World } from './context.ts';

const WORDS = { ok: 'ok  ', note: 'note', bad: 'BAD ' } as const;

/** `minimix doctor`: with a daemon and without one; `exit` takes 1 where something is to be done. */
export function doctorCommand(program: Command, world: World, exit: (code: number) => void): void {
  program
    .command('doctor')
    .description('look at the whole set-up, and say what to do about what is not right; ends with 1 where something is bad')
    .option('--json', 'one JSON object a line')
    .option('--bad', 'print only what is bad')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean; bad?: boolean }>();
      let [bad, notes] = [0, 0];
      for await (const one of world.doctor(world.findHome(options.home))) {
        if (options.account !== undefined && one.account !== null && one.account !== options.account) continue;
        if (one.level === 'bad') bad += 1;
        if (one.level === 'note') notes += 1;
        if (options.bad && one.level !== 'bad') continue;
        if (options.json) printJson(world, { ...one });
        else print(world, one);
      }
      if (!options.json) printLine(world, bad === 0 ? `Nothing is to be done${notes === 0 ? '' : `; ${notes} notes`}.` : `${bad} to be done, ${notes} notes.`);
      if (bad > 0) exit(EXIT.failed);
    });
}

function print(world: World, { level, check, account, message, todo }: Finding): void {
  printLine(world, WORDS[level], `${account === null ? check : `${check} (${account})`}:`, message);
  if (todo !== null) printLine(world, '       ->', todo);
}
