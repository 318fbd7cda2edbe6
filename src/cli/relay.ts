import { InvalidArgumentError, Option, type Command } from 'commander';
import { asError, noAccount } from '../core/errors.ts';
import { readDate } from './arguments.ts';
import { meant, printLine, reachDaemon, type GlobalOptions, type World } from './context.ts';

const MINUTES: ReadonlyMap<string | undefined, number> = new Map([['m', 1], ['h', 60], ['d', 1440]]);

/** `minimix relay pause|resume`. */
export function relayCommands(program: Command, world: World): void {
  const relay = program.command('relay').description('rest the relay of rooms to your devices, or go on with it');

  relay
    .command('pause')
    .description('relay nothing for a while; what devices miss they get afterwards')
    .addOption(new Option('--for <time>', 'so long: 90m, 8h or 2d').argParser(readSpan))
    .addOption(new Option('--until <date>', 'until then: 2026-03-14, or with a time, 2026-03-14T15:09Z').argParser(readDate).conflicts('for'))
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { for?: number; until?: number }>();
      const end = options.for === undefined ? options.until : Date.now() + options.for;
      const until = end === undefined ? {} : { until: new Date(end).toISOString() };
      const paused = await (await reachDaemon(world, options)).relay.pause.mutate({ ...meant(options), ...until });
      if (paused.length === 0) throw asError(noAccount());
      for (const { account, relayPause } of paused) printLine(world, `${account}: the relay is paused until ${relayPause?.until ?? 'you resume it'}.`);
    });

  relay
    .command('resume')
    .description('relay again, what was missed first')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const resumed = await (await reachDaemon(world, options)).relay.resume.mutate(meant(options));
      if (resumed.length === 0) throw asError(noAccount());
      for (const { account } of resumed) printLine(world, `${account}: the relay goes on.`);
    });
}

/** Minutes, hours or days, as milliseconds. */
function readSpan(text: string): number {
  const [, number, unit] = /^(\d{1,5})([mhd])$/i.exec(text) ?? [];
  const minutes = Number(number) * (MINUTES.get(unit?.toLowerCase()) ?? Number.NaN);
  if (minutes > 0) return minutes * 60_000;
  throw new InvalidArgumentError('It is not a time such as 90m, 8h or 2d.');
}
