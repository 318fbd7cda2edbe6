import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { parseBareJid } from '../../core/jid.ts';
import { MinimixError } from '../../core/errors.ts';
import { connectTo, type DaemonAddress, type DaemonClient } from '../../frontends/web/client/client.ts';
import { printLine, type GlobalOptions, type World } from '../context.ts';
import type { AccountPlan, RetirePlan } from './retire-plan.ts';
import { carryOut, waitOnline } from './retire-steps.ts';

interface RetireOptions extends GlobalOptions {
  readonly leave?: string[];
  readonly export?: string;
  readonly yes?: boolean;
  readonly offline?: boolean;
}

const ABOUT = `
Rooms that are kept stay in your bookmarks, to be joined: each of your clients then joins them by itself.
Rooms that are left are in the bookmarks still, but no client joins them by itself.
What breaks off in the middle goes on when it is run again.`;

/** `minimix retire`: hands everything back, and removes what is stored. */
export function retireCommand(program: Command, world: World): void {
  program
    .command('retire')
    .description('end the use of Minimix: leave or keep each room, hand the bookmarks to your clients, remove what is stored')
    .option('--leave <rooms...>', 'all, none, or the rooms to leave; the others are kept')
    .option('--export <file>', 'write all messages to a new file first (.jsonl is complete)')
    .option('--offline', 'do not tell the server: rooms and bookmarks stay as they are')
    .option('--yes', 'do not ask')
    .addHelpText('after', ABOUT)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RetireOptions>();
      const home = world.findHome(options.home);
      try {
        await retire(world, home, options);
      } catch (error) {
        await world.retiring.stopOwn(); // a daemon that runs for somebody else goes on
        throw error;
      }
      printLine(world, 'Minimix is retired. The program itself is still there: remove it as you installed it.');
    });
}

async function retire(world: World, home: string, options: RetireOptions): Promise<void> {
  const begun = world.retiring.read(home);
  const stopped = begun?.done.includes('stopped') === true;
  const running = stopped ? undefined : ((await world.findDaemon(home)) ?? (await world.retiring.startDaemon(home)));
  if (begun) printLine(world, `A retirement of ${begun.begunAt} goes on; done are: ${begun.done.join(', ') || 'no steps yet'}.`);
  const plan = begun ?? (running && (await makePlan(world, running, options)));
  if (!plan) return; // a plan is begun, or a daemon runs
  if (!begun) world.retiring.write(home, plan);
  await carryOut(world, home, plan, running);
}

async function makePlan(world: World, running: DaemonAddress, options: RetireOptions): Promise<RetirePlan> {
  const { leave, offline = false, yes = false } = options;
  if (!world.stdin.isTTY && (!yes || (leave === undefined && !offline)))
    throw new MinimixError('usage', 'There is no terminal to ask: give --yes, and --leave all, none or the rooms (or --offline).');
  const file = options.export === undefined ? null : resolve(options.export);
  if (file !== null && existsSync(file)) throw new MinimixError('file-exists', `${file} is there already.`);
  const daemon = connectTo(running);
  const jids = (await daemon.accounts.list.query()).map(({ account }) => account);
  if (options.account !== undefined) throw new MinimixError('usage', 'All accounts of a home retire together; for one of them there is `minimix account remove`.');
  const accounts: AccountPlan[] = [];
  for (const account of jids) {
    if (offline) {
      accounts.push({ account, leave: [], keep: [] });
      continue;
    }
    await waitOnline(daemon, account);
    accounts.push(await choose(world, account, await roomsOf(daemon, account), leave));
  }
  named(leave, accounts);
  const plan: RetirePlan = { version: 1, begunAt: new Date().toISOString(), accounts, export: file, offline, done: [] };
  if (!yes) await confirm(world, plan);
  return plan;
}

/** The rooms that we are in or want to be in. */
async function roomsOf(daemon: DaemonClient, account: string): Promise<string[]> {
  const [rooms, bookmarks] = await Promise.all([daemon.rooms.query({ account }), daemon.bookmarks.list.query({ account })]);
  return [...new Set([...rooms.map(({ room }) => room), ...bookmarks.filter(({ autojoin }) => autojoin).map(({ room }) => room)])].toSorted();
}

async function choose(world: World, account: string, rooms: readonly string[], wish: readonly string[] | undefined): Promise<AccountPlan> {
  const chosen = (leave: readonly string[]): AccountPlan => ({ account, leave: [...leave], keep: rooms.filter((room) => !leave.includes(room)) });
  const [only] = wish ?? [];
  if (wish?.length === 1 && only === 'all') return chosen(rooms);
  if (wish?.length === 1 && only === 'none') return chosen([]);
  if (wish) {
    const meant = wish.map((text) => parseBareJid(text) ?? text);
    return chosen(rooms.filter((room) => meant.includes(room)));
  }
  if (rooms.length === 0) return chosen([]);
  printLine(world, `${account} is in ${rooms.length} rooms. Your clients join those that are kept by themselves.`);
  const answer = await ask(world, 'Keep all, leave all, or choose for each? [keep/leave/choose] ', ['keep', 'leave', 'choose']);
  if (answer === 'keep') return chosen([]);
  if (answer === 'leave') return chosen(rooms);
  const leave: string[] = [];
  for (const room of rooms) if ((await ask(world, `${room}: [keep/leave] `, ['keep', 'leave'])) === 'leave') leave.push(room);
  return chosen(leave);
}

/** A room that is named and is not there is a typing error, not a wish. */
function named(wish: readonly string[] | undefined, accounts: readonly AccountPlan[]): void {
  if (!wish || (wish.length === 1 && (wish[0] === 'all' || wish[0] === 'none'))) return;
  const left = new Set(accounts.flatMap(({ leave }) => leave));
  const strange = wish.find((text) => !left.has(parseBareJid(text) ?? text));
  if (strange !== undefined) throw new MinimixError('unknown-room', `${strange} is not a room of yours; nothing was done.`);
}

async function confirm(world: World, { accounts, export: file, offline }: RetirePlan): Promise<void> {
  for (const { account, leave, keep } of accounts) {
    printLine(world, offline ? `${account}: the server is told nothing.` : `${account}: ${keep.length} rooms are kept, ${leave.length} are left${leave.length > 0 ? ` (${leave.join(', ')})` : ''}.`);
  }
  printLine(world, file === null ? 'The archive is NOT exported (--export FILE), and is removed.' : `The messages go to ${file}; then the archive is removed.`);
  await ask(world, 'This cannot be undone. Type “retire” to go on: ', ['retire']);
}

/** One of the answers, or their first letters; anything else ends it, and nothing was done. */
function ask(world: World, prompt: string, answers: readonly string[]): Promise<string> {
  world.err(prompt);
  const lines = createInterface({ input: world.stdin });
  return new Promise((done, reject) => {
    const cancel = (): void => reject(new MinimixError('cancelled', 'Nothing was done.'));
    lines.once('close', cancel);
    lines.once('line', (line) => {
      const typed = line.trim().toLowerCase();
      const found = answers.find((answer) => answer === typed || (answers.length > 1 && answer[0] === typed));
      if (found !== undefined) done(found);
      lines.close();
    });
  });
}
