import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseBareJid } from '../../core/jid.ts';
import { MinimixError } from '../../core/errors.ts';
import { connectTo, type DaemonAddress, type DaemonClient } from '../../frontends/web/client/client.ts';
import { askLine } from '../ask.ts';
import { type GlobalOptions, type World } from '../context.ts';
import { localTime, printLine } from '../print.ts';
import type { AccountPlan, RetirePlan } from './retire-plan.ts';
import { carryOut, waitOnline } from './retire-steps.ts';

interface RetireOptions extends GlobalOptions {
  readonly leave?: string[];
  readonly export?: string;
  readonly yes?: boolean;
  readonly offline?: boolean;
}

const ABOUT = `
Rooms that you keep stay in your bookmarks with auto-join: each of your clients then joins them on its own.
Rooms that you leave stay in your bookmarks without auto-join.
If it stops halfway, run it again: it continues where it stopped.`;

/** `minimix retire`: leaves the rooms to the person's other clients and removes all that Minimix has stored. */
export function retireCommand(program: Command, world: World): void {
  program
    .command('retire')
    .description('stop using Minimix: keep or leave each room, leave bookmarks to your clients, delete all stored data')
    .option('--leave <rooms...>', 'the rooms to leave: all, none, or a list; you stay in the others')
    .option('--export <file>', 'first export all messages to a new file (.jsonl is complete)')
    .option('--offline', 'do not contact the server: rooms and bookmarks stay as they are')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', ABOUT)
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RetireOptions>();
      const home = world.findHome(options.home);
      try {
        await retire(world, home, options);
      } catch (error) {
        await world.retiring.stopOwn(); // only one that was started here: another daemon keeps running
        throw error;
      }
      printLine(world, 'Minimix is retired. The program itself is still installed: remove it the way you installed it.');
    });
}

async function retire(world: World, home: string, options: RetireOptions): Promise<void> {
  const begun = world.retiring.read(home);
  const stopped = begun?.done.includes('stopped') === true;
  const running = stopped ? undefined : ((await world.findDaemon(home)) ?? (await world.retiring.startDaemon(home)));
  if (begun) printLine(world, `Continuing the retirement begun on ${localTime(begun.begunAt)}; already done: ${begun.done.join(', ') || 'nothing'}.`);
  const plan = begun ?? (running && (await makePlan(world, running, options)));
  if (!plan) return; // cannot be: without a plan a daemon was found or started
  if (!begun) world.retiring.write(home, plan);
  await carryOut(world, { home, begun: plan, running });
}

async function makePlan(world: World, running: DaemonAddress, options: RetireOptions): Promise<RetirePlan> {
  const { leave, offline = false, yes = false } = options;
  if (!world.stdin.isTTY && (!yes || (leave === undefined && !offline)))
    throw new MinimixError('usage', 'There is no terminal to ask: give --yes, and --leave all, --leave none or the rooms to leave (or --offline).');
  const file = options.export === undefined ? null : resolve(options.export);
  if (file !== null && existsSync(file)) throw new MinimixError('file-exists', `${file} already exists.`);
  const daemon = connectTo(running);
  const jids = (await daemon.accounts.list.query()).map(({ account }) => account);
  if (options.account !== undefined) throw new MinimixError('usage', 'All accounts of a home retire together; to remove only one, use `minimix account remove`.');
  const accounts: AccountPlan[] = [];
  for (const account of jids) {
    if (offline) {
      accounts.push({ account, leave: [], keep: [] });
      continue;
    }
    await waitOnline(daemon, account);
    accounts.push(await choose(world, { account, rooms: await roomsOf(daemon, account), wish: leave }));
  }
  named(leave, accounts);
  const plan: RetirePlan = { version: 1, begunAt: new Date().toISOString(), accounts, export: file, offline, done: [] };
  if (!yes) await confirm(world, plan);
  return plan;
}

/** The rooms that the account is in or wants to be in. */
async function roomsOf(daemon: DaemonClient, account: string): Promise<string[]> {
  const [rooms, bookmarks] = await Promise.all([daemon.rooms.query({ account }), daemon.bookmarks.list.query({ account })]);
  return [...new Set([...rooms.map(({ room }) => room), ...bookmarks.filter(({ autojoin }) => autojoin).map(({ room }) => room)])].toSorted();
}

async function choose(world: World, { account, rooms, wish }: { account: string; rooms: readonly string[]; wish: readonly string[] | undefined }): Promise<AccountPlan> {
  const chosen = (leave: readonly string[]): AccountPlan => ({ account, leave: [...leave], keep: rooms.filter((room) => !leave.includes(room)) });
  const [only] = wish ?? [];
  if (wish?.length === 1 && only === 'all') return chosen(rooms);
  if (wish?.length === 1 && only === 'none') return chosen([]);
  if (wish) {
    const meant = wish.map((text) => parseBareJid(text) ?? text);
    return chosen(rooms.filter((room) => meant.includes(room)));
  }
  if (rooms.length === 0) return chosen([]);
  printLine(world, `${account} is in ${rooms.length} rooms. Your clients join the ones that you keep on their own.`);
  const answer = await ask(world, 'Keep all, leave all, or choose for each? [keep/leave/choose] ', ['keep', 'leave', 'choose']);
  if (answer === 'keep') return chosen([]);
  if (answer === 'leave') return chosen(rooms);
  const leave: string[] = [];
  for (const room of rooms) if ((await ask(world, `${room}: [keep/leave] `, ['keep', 'leave'])) === 'leave') leave.push(room);
  return chosen(leave);
}

/** Refuses a room that the account does not have: it is a typing error. */
function named(wish: readonly string[] | undefined, accounts: readonly AccountPlan[]): void {
  if (!wish || (wish.length === 1 && (wish[0] === 'all' || wish[0] === 'none'))) return;
  const left = new Set(accounts.flatMap(({ leave }) => leave));
  const strange = wish.find((text) => !left.has(parseBareJid(text) ?? text));
  if (strange !== undefined) throw new MinimixError('unknown-room', `${strange} is not one of your rooms; nothing was done.`);
}

async function confirm(world: World, { accounts, export: file, offline }: RetirePlan): Promise<void> {
  for (const { account, leave, keep } of accounts) {
    printLine(world, offline ? `${account}: the server is not contacted.` : `${account}: keeps ${keep.length} rooms, leaves ${leave.length}${leave.length > 0 ? ` (${leave.join(', ')})` : ''}.`);
  }
  printLine(world, file === null ? 'The archive is deleted and NOT exported first (--export FILE does that).' : `The messages are exported to ${file}; then the archive is deleted.`);
  await ask(world, 'This cannot be undone. Type “retire” to continue: ', ['retire']);
}

/** Asks for one of the answers, or its first letter; anything else cancels the command. */
async function ask(world: World, prompt: string, answers: readonly string[]): Promise<string> {
  const typed = (await askLine(world, prompt))?.trim().toLowerCase();
  const found = answers.find((answer) => answer === typed || (answers.length > 1 && answer[0] === typed));
  if (found === undefined) throw new MinimixError('cancelled', 'Nothing was done.');
  return found;
}
