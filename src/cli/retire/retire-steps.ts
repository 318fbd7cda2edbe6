import { existsSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { MinimixError } from '../../core/errors.ts';
import { connectTo, faultOf, type DaemonAddress, type DaemonClient } from '../../frontends/web/client/client.ts';
import { formatOf } from '../archive.ts';
import { type World } from '../context.ts';
import { printLine } from '../print.ts';
import type { AccountPlan, RetirePlan } from './retire-plan.ts';

const ONLINE = 40_000; // milliseconds to wait for a login
const WRITTEN = 30_000; // milliseconds to wait until all storages have the bookmarks
const LOOK = 250;

/**
 * Carries out the plan step by step and marks each step as done, so that a second run can continue. Removes nothing before
 * every step that needs the server is done. `running` may be missing if the plan has already stopped the daemon.
 */
export async function carryOut(world: World, { home, begun, running }: { home: string; begun: RetirePlan; running: DaemonAddress | undefined }): Promise<void> {
  let plan = begun;
  const step = async (name: string, work: () => Promise<string | undefined>): Promise<void> => {
    if (plan.done.includes(name)) return;
    const said = await work();
    plan = { ...plan, done: [...plan.done, name] };
    world.retiring.write(home, plan);
    if (said !== undefined) printLine(world, said);
  };
  if (running && !plan.done.includes('stopped')) {
    const daemon = connectTo(running);
    if (!plan.offline) {
      for (const { account } of plan.accounts) await waitOnline(daemon, account);
    }
    for (const one of plan.accounts) {
      await step(`export ${one.account}`, () => exportOf(world, home, { plan, of: one }));
      if (!plan.offline) await step(`rooms ${one.account}`, () => rooms(world, daemon, one));
      await step(`devices ${one.account}`, () => devices(daemon, one));
    }
    await step('service', () => world.retiring.removeService(home));
    await step('stopped', async () => {
      await world.retiring.stopDaemon(home);
      return 'The daemon has stopped and left the rooms.';
    });
  }
  await step('secrets', async () => {
    await world.retiring.forgetSecrets(home, plan.accounts.map(({ account }) => account));
    return 'The passwords are deleted from the keyring and from the disk.';
  });
  const { removed, left } = await world.retiring.erase(home);
  printLine(world, `Removed from ${home}: ${removed.join(', ') || 'nothing'}.`);
  if (left.length > 0) printLine(world, `Not removed, because Minimix did not create it: ${left.join(', ')}.`);
}

/** Resolves once the account is online; rejects with what to do where it does not get there. */
export async function waitOnline(daemon: DaemonClient, account: string): Promise<void> {
  let why = 'it has not logged in yet';
  for (const end = Date.now() + ONLINE; Date.now() < end; ) {
    const connection = (await daemon.accounts.list.query()).find((one) => one.account === account)?.connection;
    if (connection?.state === 'online') return;
    if (connection && 'why' in connection) ({ why } = connection);
    if (connection?.state === 'refused') break;
    await pause(LOOK);
  }
  const todo = 'Run `minimix retire` again once it is online, or use --offline to not contact the server.';
  throw new MinimixError('offline', `${account} is not online: ${why.replace(/[.\s]+$/, '')}. ${todo}`);
}

/** The file that this account's messages are exported to. */
function exportFile(plan: RetirePlan, account: string): string | undefined {
  if (plan.export === null) return undefined;
  return plan.accounts.length === 1 ? plan.export : plan.export.replace(/(\.[^./]*)?$/, (ending) => `-${account.replaceAll(/[^\w.@-]/g, '_')}${ending}`);
}

async function exportOf(world: World, home: string, { plan, of: { account } }: { plan: RetirePlan; of: AccountPlan }): Promise<string | undefined> {
  const file = exportFile(plan, account);
  if (file === undefined) return undefined;
  if (existsSync(file)) rmSync(file); // the name was free when the plan was made: this is half an export of an earlier run
  const { bytes } = await world.archive.export(home, { account, file, format: formatOf(file) });
  return `The messages of ${account} are in ${file} (${bytes} bytes).`;
}

/** Turns auto-join off for the rooms to leave, and on for those to keep, so that each other client joins them on its own. */
async function rooms(world: World, daemon: DaemonClient, { account, leave, keep }: AccountPlan): Promise<string> {
  for (const room of leave) {
    const known = (await daemon.bookmarks.list.query({ account })).some((bookmark) => bookmark.room === room);
    if (known) await daemon.bookmarks.put.mutate({ account, room, autojoin: false });
    await leaveRoom(daemon, account, room);
    printLine(world, `Left ${room}.`);
  }
  for (const room of keep) await daemon.bookmarks.put.mutate({ account, room, autojoin: true });
  await written(daemon, { account, leave, keep });
  return `${account}: ${keep.length} rooms stay bookmarked with auto-join, ${leave.length} were left; all bookmark storages are up to date.`;
}

async function leaveRoom(daemon: DaemonClient, account: string, room: string): Promise<void> {
  try {
    await daemon.leave.mutate({ account, room });
  } catch (error) {
    if (faultOf(error)?.code !== 'unknown-room') throw error; // the change of the bookmark has already left the room
  }
}

/** Resolves once every bookmark storage has what the plan says. */
async function written(daemon: DaemonClient, { account, leave, keep }: { account: string; leave: readonly string[]; keep: readonly string[] }): Promise<void> {
  let lacking: string[] = [];
  for (const end = Date.now() + WRITTEN; Date.now() < end; ) {
    const [list, storages] = await Promise.all([daemon.bookmarks.list.query({ account }), daemon.bookmarks.storages.query({ account })]);
    const known = new Map(list.map((bookmark) => [bookmark.room, bookmark]));
    const differs = (room: string): boolean => Object.keys(known.get(room)?.differs ?? {}).length > 0;
    lacking = [...keep.filter((room) => known.get(room)?.autojoin !== true || differs(room)), ...leave.filter((room) => known.get(room)?.autojoin === true || differs(room))];
    if (lacking.length === 0 && storages.some(({ trouble }) => trouble === undefined)) return;
    await pause(LOOK);
  }
  throw new MinimixError('bookmarks', `The bookmarks of ${account} could not be written everywhere${lacking.length > 0 ? ` (${lacking.slice(0, 5).join(', ')})` : ''}: see \`minimix bookmarks list\`, and run \`minimix retire\` again.`);
}

async function devices(daemon: DaemonClient, { account }: AccountPlan): Promise<string | undefined> {
  const known = await daemon.bouncer.devices.query({ account });
  for (const { id } of known) await daemon.bouncer.revoke.mutate({ account, name: id });
  return known.length === 0 ? undefined : `Revoked the device passwords of ${known.map(({ name }) => name).join(', ')}.`;
}
