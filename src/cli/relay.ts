import { InvalidArgumentError, Option, type Command } from 'commander';
import { asError, noAccount } from '../core/errors.ts';
import { readDate } from './arguments.ts';
import { meant, reachDaemon, type GlobalOptions, type World } from './context.ts';
import { localTime, printLine } from './print.ts';

const MINUTES: ReadonlyMap<string | undefined, number> = new Map([['m', 1], ['h', 60], ['d', 1440]]);

/** `minimix relay pause|resume`. */
export function relayCommands(program: Command, world: World): void {
  const relay = program.command('relay').description('pause or resume the relay');

  relay
    .command('pause')
    .description('pause the relay; devices get what they missed afterwards')
    .addOption(new Option('--for <time>', 'for this long: 90m, 8h or 2d').argParser(readSpan))
    .addOption(new Option('--until <date>', 'until this time: 2026-03-14 or 2026-03-14T15:09Z').argParser(readDate).conflicts('for'))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { for?: number; until?: number }>();
      const end = options.for === undefined ? options.until : Date.now() + options.for;
      const until = end === undefined ? {} : { until: new Date(end).toISOString() };
      const paused = await (await reachDaemon(world, options)).relay.pause.mutate({ ...meant(options), ...until });
      if (paused.length === 0) throw asError(noAccount());
      for (const { account, relayPause } of paused) printLine(world, `${account}: ${pausedWords(relayPause)}`);
    });

  relay
    .command('resume')
    .description('resume the relay, starting with what devices missed')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const resumed = await (await reachDaemon(world, options)).relay.resume.mutate(meant(options));
      if (resumed.length === 0) throw asError(noAccount());
      for (const { account } of resumed) printLine(world, `${account}: the relay is resumed.`);
    });
}

/** In words until when the relay is paused. */
export function pausedWords(pause: { readonly until: string | null } | undefined): string {
  const until = pause?.until ?? null;
  return `the relay is paused until ${until === null ? 'you resume it' : localTime(until)}.`;
}

/** Minutes, hours or days, as milliseconds. */
function readSpan(text: string): number {
  const [, number, unit] = /^(\d{1,5})([mhd])$/i.exec(text) ?? [];
  const minutes = Number(number) * (MINUTES.get(unit?.toLowerCase()) ?? Number.NaN);
  if (minutes > 0) return minutes * 60_000;
  throw new InvalidArgumentError('It is not a time such as 90m, 8h or 2d.');
}
